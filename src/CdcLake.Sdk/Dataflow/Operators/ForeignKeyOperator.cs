using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// Adds to the changes of a table what foreign keys make of its rows without a word in the source's log. Input 0 is the table, the others are those that it refers to, directly and through
/// others; all come from one sender, in the source's order. It follows a key where the sender says that a change moves rows which refer to the changed ones
/// (<see cref="ChangeBatch.MovesReferences"/>), as the source does: row after row, each change with all its consequences.
/// </summary>
internal sealed class ForeignKeyOperator : IOperator, IKeepsRows
{
    private readonly Schema[] _inputs;
    private readonly ReferringRows[] _copies;
    private readonly int[] _columns;
    private readonly bool _isWhole;
    private IEnumerator<ChangeBatch>? _output;

    /// <param name="name">Names the operator in messages.</param>
    /// <param name="schema">Columns that it emits.</param>
    /// <param name="inputs">Columns of the inputs.</param>
    /// <param name="links">The foreign keys among them.</param>
    /// <param name="columns">Where the columns of <paramref name="schema"/> stand in those of input 0.</param>
    public ForeignKeyOperator(string name, Schema schema, IReadOnlyList<Schema> inputs, IReadOnlyList<ForeignKeyLink> links, IReadOnlyList<int> columns)
    {
        Name = name;
        Schema = schema;
        _inputs = [.. inputs];
        _copies = [.. links.Select(l => new ReferringRows(l, inputs[l.Child], inputs[l.Parent]))];
        _columns = [.. columns];
        _isWhole = columns.SequenceEqual(Enumerable.Range(0, inputs[0].Count));
        State = [.. _copies.Select(c => c.Rows)];
    }

    public string Name { get; }

    public Schema Schema { get; }

    public int Inputs => _inputs.Length;

    public IReadOnlyList<IStateStore> State { get; }

    public IReadOnlyList<KeptRows> Kept => [.. _copies.Select(c => c.Kept)];

    public void BeginEpoch(EpochKind kind)
    {
        foreach (var copy in kind == EpochKind.CompleteResult ? _copies : [])
        {
            copy.Rows.Clear();
        }
    }

    public void Process(int input, ChangeBatch batch) => _output = Logged(input, batch).GetEnumerator();

    public ChangeBatch? Next()
    {
        while (_output?.MoveNext() == true)
        {
            if (_output.Current.Count > 0)
            {
                return _output.Current;
            }

            _output.Current.Dispose();
        }

        _output?.Dispose();
        _output = null;
        return null;
    }

    public void EndEpoch(Epoch epoch)
    {
        foreach (var copy in _copies)
        {
            copy.RequireNoNegative(Name);
            copy.Compact();
        }
    }

    public void Dispose()
    {
        _output?.Dispose();
        foreach (var copy in _copies)
        {
            copy.Dispose();
        }
    }

    // A table whose rows refer to others of it may have several in one batch that depend on each other.
    private IEnumerable<ChangeBatch> Logged(int table, ChangeBatch batch)
    {
        var moves = batch.MovesReferences;
        if (!moves || !Array.Exists(_copies, c => c.Link.Child == table))
        {
            return Change(table, batch, moves);
        }

        return Singly(table, batch);
    }

    private IEnumerable<ChangeBatch> Singly(int table, ChangeBatch batch)
    {
        using (batch)
        {
            for (var row = 0; row < batch.Count; row += IsUpdate(batch, row) ? 2 : 1)
            {
                foreach (var piece in Change(table, batch.Copy(IsUpdate(batch, row) ? [row, row + 1] : [row]), moves: true))
                {
                    yield return piece;
                }
            }
        }
    }

    // Emits a change of one input where it is the table, and then all that follows from it. Owns the batch, all rows of which change at once.
    private IEnumerable<ChangeBatch> Change(int table, ChangeBatch batch, bool moves)
    {
        foreach (var copy in _copies.Where(c => c.Link.Child == table))
        {
            copy.Apply(batch);
        }

        var followed = moves ? _copies.Where(c => c.Link.Parent == table).ToList() : [];
        using var kept = followed.Count > 0 ? batch.Copy() : null;
        if (table == 0)
        {
            yield return Narrow(batch);
        }
        else
        {
            batch.Dispose();
        }

        foreach (var copy in followed)
        {
            using var parents = copy.Take(kept!);
            for (var row = 0; row < kept!.Count; row += IsUpdate(kept, row) ? 2 : 1)
            {
                foreach (var piece in Follow(copy, parents, kept, row))
                {
                    yield return piece;
                }
            }
        }
    }

    private static bool IsUpdate(ChangeBatch batch, int row) => row + 1 < batch.Count && batch.Weights[row + 1] > 0;

    // What one foreign key makes of a deleted or updated row.
    private IEnumerable<ChangeBatch> Follow(ReferringRows copy, ReferredKeys keys, ChangeBatch parents, int row)
    {
        var isUpdate = IsUpdate(parents, row);
        var action = isUpdate ? copy.Link.Key.OnUpdate : copy.Link.Key.OnDelete;
        if (action == ReferentialAction.None || (isUpdate && !keys.Differ(row, row + 1)))
        {
            yield break;
        }

        var found = copy.Find(keys, row);
        for (var at = 0; at < found.Count;)
        {
            var referring = copy.Read(found, ref at);
            var change = action == ReferentialAction.Cascade && !isUpdate ? Deleted(referring) : Rewritten(referring, copy.Link, action, parents, row);
            foreach (var piece in change.Count == 0 ? Nothing(change) : Change(copy.Link.Child, change, moves: true))
            {
                yield return piece;
            }
        }
    }

    private static IEnumerable<ChangeBatch> Nothing(ChangeBatch empty)
    {
        empty.Dispose();
        return [];
    }

    private static ChangeBatch Deleted(ChangeBatch rows)
    {
        var weights = new sbyte[rows.Count];
        Array.Fill(weights, (sbyte)-1);
        var deleted = new ChangeBatch(rows.Schema, [.. Enumerable.Range(0, rows.Schema.Count).Select(rows.Detach)], weights);
        rows.Dispose();
        return deleted;
    }

    // Each row as it was and as it is: null in the columns of the key, or the new values where those that are referred to were given others.
    private static ChangeBatch Rewritten(ChangeBatch rows, ForeignKeyLink link, ReferentialAction action, ChangeBatch parents, int row)
    {
        var changed = new ChangeBatch(rows.Schema);
        for (var column = 0; column < rows.Schema.Count; column++)
        {
            var at = link.ChildColumns.ToList().IndexOf(column);
            var parent = at < 0 ? null : parents[link.ParentColumns[at]];
            var sets = parent is not null && (action == ReferentialAction.SetNull || !parent.AreEqual(row, parent, row + 1));
            for (var i = 0; i < rows.Count; i++)
            {
                changed[column].AppendFrom(rows[column], i);
                if (!sets)
                {
                    changed[column].AppendFrom(rows[column], i);
                }
                else if (action == ReferentialAction.SetNull)
                {
                    changed[column].AppendNull();
                }
                else
                {
                    changed[column].AppendFrom(parent!, row + 1);
                }
            }
        }

        changed.AppendUpdateWeights(2 * rows.Count);
        rows.Dispose();
        return changed;
    }

    private ChangeBatch Narrow(ChangeBatch batch)
    {
        if (_isWhole)
        {
            batch.MovesReferences = false;
            return batch;
        }

        var narrow = new ChangeBatch(Schema, [.. _columns.Select(batch.Detach)], batch.Weights);
        batch.Dispose();
        return narrow;
    }
}
