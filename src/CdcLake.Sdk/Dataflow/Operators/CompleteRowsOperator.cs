using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// Completes changes of a table of which the source's log has only some columns (<see cref="ChangeBatch.LeftOut"/>), from a copy of all rows by key. A change is complete with what is before it in
/// the stream, so rows are taken one change after the other; whole rows only keep the copy up to date.
/// </summary>
internal sealed class CompleteRowsOperator : IOperator, IKeepsRows
{
    private readonly Schema _input;
    private readonly RowsByKey _rows;
    private readonly int[] _columns;
    private readonly bool _isWhole;
    private readonly EncodedRows _keys = new();
    private readonly ChangeBatch _former; // the row that was looked up last
    private readonly Column[] _formerKey;
    private readonly Column[] _formerRest;
    private readonly ChangeBatch _change; // the change at hand, completed
    private readonly JsonText _document = new();
    private ChangeBatch? _output;

    /// <param name="name">Names the operator in messages.</param>
    /// <param name="schema">Columns that it emits.</param>
    /// <param name="input">Columns of the table.</param>
    /// <param name="key">Those of <paramref name="input"/> that tell rows apart; they are never left out.</param>
    /// <param name="columns">Where the columns of <paramref name="schema"/> stand in <paramref name="input"/>.</param>
    public CompleteRowsOperator(string name, Schema schema, Schema input, IReadOnlyList<int> key, IReadOnlyList<int> columns)
    {
        Name = name;
        Schema = schema;
        _input = input;
        _rows = new RowsByKey(input, key);
        _columns = [.. columns];
        _isWhole = columns.SequenceEqual(Enumerable.Range(0, input.Count));
        _former = new ChangeBatch(input);
        _formerKey = [.. _rows.KeyCodec.Ordinals.ToArray().Select(o => _former[o])];
        _formerRest = [.. _rows.RestCodec.Ordinals.ToArray().Select(o => _former[o])];
        _change = new ChangeBatch(input);
        State = [_rows.Rows];
    }

    public string Name { get; }

    public Schema Schema { get; }

    public int Inputs => 1;

    public IReadOnlyList<IStateStore> State { get; }

    public IReadOnlyList<KeptRows> Kept => [new("rows", _input, State, _rows.ReadAll)];

    public void BeginEpoch(EpochKind kind)
    {
        if (kind == EpochKind.CompleteResult)
        {
            _rows.Rows.Clear();
        }
    }

    public void Process(int input, ChangeBatch batch)
    {
        if (batch.LacksValues)
        {
            _output = Narrow(Complete(batch));
        }
        else
        {
            _rows.Add(batch);
            _output = Narrow(batch);
        }
    }

    public ChangeBatch? Next()
    {
        var output = _output;
        _output = null;
        if (output is { Count: 0 })
        {
            output.Dispose();
            return null;
        }

        return output;
    }

    public void EndEpoch(Epoch epoch)
    {
        if (_rows.Rows.NegativeRow() is not 0 and var row)
        {
            throw Unknown(_rows.Print(row));
        }

        _rows.Compact();
    }

    public void Dispose()
    {
        _output?.Dispose();
        _former.Dispose();
        _change.Dispose();
        _keys.Dispose();
        _rows.Dispose();
    }

    private ChangeBatch Complete(ChangeBatch batch)
    {
        using var changes = batch;
        var whole = new ChangeBatch(_input);
        whole.Reserve(batch.Count);
        _rows.KeyCodec.Encode(batch, _keys);
        for (var row = 0; row < batch.Count;)
        {
            row = CompleteChange(batch, row);
            for (var i = 0; i < _change.Count; i++)
            {
                whole.AppendFrom(_change, i, _change.Weights[i]);
            }

            _rows.Add(_change);
        }

        return whole;
    }

    /// <summary>Puts the change that begins at a row into <see cref="_change"/>, and returns the row behind it.</summary>
    private int CompleteChange(ChangeBatch batch, int row)
    {
        _change.Clear();
        var isKnown = batch.Weights[row] > 0 || batch.LeftOut(row).IsEmpty;
        if (isKnown)
        {
            _change.AppendFrom(batch, row, batch.Weights[row]);
        }
        else
        {
            Find(row);
            _change.AppendFrom(_former, 0, -1);
        }

        if (batch.Weights[row] > 0 || row + 1 == batch.Count || batch.Weights[row + 1] < 0)
        {
            return row + 1;
        }

        var leftOut = batch.LeftOut(row + 1);
        if (leftOut.IsEmpty)
        {
            _change.AppendFrom(batch, row + 1, 1);
            return row + 2;
        }

        for (var i = 0; i < _input.Count; i++)
        {
            var isLeftOut = (leftOut[i >> 3] & (1 << (i & 7))) != 0;
            if (isLeftOut && !batch[i].IsNull(row + 1))
            {
                AppendChanged(i, isKnown ? batch : _former, isKnown ? row : 0, batch, row + 1);
            }
            else
            {
                _change[i].AppendFrom(isLeftOut && !isKnown ? _former[i] : batch[i], !isLeftOut ? row + 1 : isKnown ? row : 0);
            }
        }

        _change.AppendWeight(1);
        return row + 2;
    }

    private void AppendChanged(int column, ChangeBatch former, int formerRow, ChangeBatch batch, int row)
    {
        if (!DocumentChanges.TryApply(former.Bytes(column)[formerRow], batch.Bytes(column)[row], _change.Bytes(column), _document))
        {
            throw Unknown($"column \"{_input[column].Name}\" of key ({_rows.KeyCodec.Print(_keys[row])}), whose document had not what was changed in it");
        }
    }

    /// <summary>Puts the row with a key into <see cref="_former"/>.</summary>
    private void Find(int row)
    {
        var rows = _rows.Rows;
        var found = rows.HeadOf(_keys[row]);
        if (found == 0 || rows.CountOf(found) != 1 || rows.NextOf(found) != 0)
        {
            throw Unknown($"key ({_rows.KeyCodec.Print(_keys[row])})");
        }

        _former.Clear();
        _rows.BeginPiece();
        _rows.AddToPiece(found);
        _rows.KeyCodec.Decode(_rows.Keys, _formerKey);
        _rows.RestCodec.Decode(_rows.Rests, _formerRest);
        _former.AppendWeight(1);
    }

    private InconsistentChangeException Unknown(string row) => new(
        $"{Name}: a row was changed that is not in the copy which completes rows that the log has in part: {row}. The table had changes that the log does not have (of sessions with sql_log_bin=OFF, "
        + "or of a server that does not log what it replicates). Start the pipeline anew with an empty target, so that it reads the table as it is now.")
    {
        Stage = Name,
    };

    private ChangeBatch Narrow(ChangeBatch batch) => _isWhole ? batch : batch.Take(Schema, _columns);
}
