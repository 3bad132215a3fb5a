using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.State.Rows;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// The rows of one table by what they refer to with one foreign key: a copy that is exact at every place of the stream, so that what the key does to them can be told. Rows that refer to
/// nothing, having a null in the key, are not kept.
/// </summary>
internal sealed class ReferringRows : IDisposable
{
    private readonly ForeignKeyLink _link;
    private readonly Schema _child;
    private readonly JoinSide _rows;
    private readonly RowCodec _parentKey;
    private readonly RowCodec _parentColumns;
    private readonly Schema _keyedChild;
    private readonly Schema _keyedParent;
    private readonly KeyText[] _texts;
    private readonly KeyText[] _parentTexts;

    /// <param name="link">The foreign key.</param>
    /// <param name="child">Columns of the table that has it.</param>
    /// <param name="parent">Columns of the table that it refers to.</param>
    public ReferringRows(ForeignKeyLink link, Schema child, Schema parent)
    {
        _link = link;
        _child = child;
        _texts = KeyText.Of(link, link.ChildColumns);
        _parentTexts = KeyText.Of(link, link.ParentColumns);
        _keyedChild = KeyText.Extend(child, _texts);
        _keyedParent = KeyText.Extend(parent, _parentTexts);
        _rows = new JoinSide(_keyedChild, KeyText.KeyIn(child, _texts, link.ChildColumns));
        _parentKey = new RowCodec(_keyedParent, KeyText.KeyIn(parent, _parentTexts, link.ParentColumns));
        _parentColumns = new RowCodec(parent, link.ParentColumns);
    }

    /// <summary>The foreign key.</summary>
    public ForeignKeyLink Link => _link;

    /// <summary>The same for looking into it, under the foreign key's name; texts of the key stand behind the table's columns.</summary>
    public KeptRows Kept => _rows.Kept(_link.Key.Name);

    /// <summary>What is kept.</summary>
    public State.Stores.RowMultiset Rows => _rows.Rows;

    /// <summary>Takes changes of the table that has the key. The batch stays the caller's.</summary>
    /// <exception cref="UnsupportedTypeException">A value of which it is not known which others are the same to the source.</exception>
    public void Apply(ChangeBatch batch)
    {
        var keyed = KeyText.Extend(batch, _keyedChild, _texts);
        _rows.Encode(keyed);
        _rows.Keep(keyed.Weights);
        KeyText.Release(batch, keyed);
    }

    /// <summary>What can be referred to of rows of the other table. The batch stays the caller's, the keys become it.</summary>
    public ReferredKeys Take(ChangeBatch parents)
    {
        var keys = new ReferredKeys();
        var keyed = KeyText.Extend(parents, _keyedParent, _parentTexts);
        _parentKey.Encode(keyed, keys.Keys);
        _parentColumns.Encode(parents, keys.Values);
        KeyText.Release(parents, keyed);
        return keys;
    }

    /// <summary>The kept rows that refer to one of those.</summary>
    public List<uint> Find(ReferredKeys keys, int parent)
    {
        var found = new List<uint>();
        var key = keys.Keys[parent];
        for (var i = 0; i < _link.ParentColumns.Count; i++)
        {
            if (RowCodec.IsNull(key, i))
            {
                return found;
            }
        }

        for (var at = Rows.HeadOf(key); at != 0; at = Rows.NextOf(at))
        {
            found.Add(at);
        }

        return found;
    }

    /// <summary>The next of the found rows that are still kept, each as often as it is there, with weight +1. The caller owns them.</summary>
    /// <param name="found">From <see cref="Find"/>.</param>
    /// <param name="at">How many were looked at; goes on.</param>
    public ChangeBatch Read(List<uint> found, ref int at)
    {
        _rows.BeginPiece();
        for (; at < found.Count && _rows.Keys.Count < ChangeBatch.TargetRows / 2; at++)
        {
            for (var copies = Rows.CountOf(found[at]); copies > 0; copies--)
            {
                _rows.AddToPiece(found[at]);
            }
        }

        using var keyed = _rows.Piece();
        return new ChangeBatch(_child, [.. Enumerable.Range(0, _child.Count).Select(keyed.Detach)], keyed.Weights);
    }

    /// <inheritdoc cref="JoinSide.RequireNoNegative"/>
    public void RequireNoNegative(string operation) => _rows.RequireNoNegative(operation, _link.Key.Name);

    /// <inheritdoc cref="JoinSide.Compact"/>
    public void Compact() => _rows.Compact();

    public void Dispose() => _rows.Dispose();
}

/// <summary>What can be referred to of the rows of a batch.</summary>
internal sealed class ReferredKeys : IDisposable
{
    /// <summary>Equal where the source takes the values for the same.</summary>
    public EncodedRows Keys { get; } = new();

    /// <summary>The values as they are.</summary>
    public EncodedRows Values { get; } = new();

    /// <summary>True when two of the rows differ in what can be referred to.</summary>
    public bool Differ(int row, int other) => !Values[row].SequenceEqual(Values[other]);

    public void Dispose()
    {
        Keys.Dispose();
        Values.Dispose();
    }
}
