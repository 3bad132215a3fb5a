using CdcLake.Columnar;

namespace CdcLake.State;

/// <summary>
/// What waits for the commit of one sink: for each key that changed since the last commit its final row, or that it is gone.
/// Each epoch is summed per key: a row added and withdrawn again cancels, the rest withdraws before it adds. Lives in State so that every sink can use it.
/// Not thread-safe.
/// </summary>
internal sealed class Consolidator : IDisposable
{
    /// <summary>Rows in a piece taken at commit unless asked otherwise.</summary>
    public const int PieceRows = 65_536;

    /// <param name="schema">Columns of the result.</param>
    /// <param name="key">Ordinals of the upsert key, one or more.</param>
    /// <param name="sink">Name for messages: <c>iceberg(demo.sales_by_product)</c>.</param>
    public Consolidator(Schema schema, IReadOnlyList<int> key, string sink)
    {
        KeyCodec = new RowCodec(schema, key);
        Sink = sink;
    }

    /// <summary>Encodes key columns as they appear in <see cref="ICommittedKeys"/> and <see cref="ConsolidatedRows.Keys"/>.</summary>
    public RowCodec KeyCodec { get; }

    public string Sink { get; }

    /// <summary>Keys with something to commit, ended epochs only.</summary>
    public long PendingRows { get; }

    /// <summary>Memory held: pending rows, keys, the open epoch and the index over them.</summary>
    public long PendingBytes { get; }

    /// <summary>Takes in changes of the open epoch. The batch stays the caller's.</summary>
    public void Add(ChangeBatch batch) => throw new NotSupportedException();

    /// <summary>Closes the epoch: from now on its sum is pending.</summary>
    /// <param name="committed">What the target holds; asked once for each key that has nothing pending.</param>
    /// <exception cref="DuplicateKeyException">A key would have more than one row.</exception>
    /// <exception cref="InconsistentChangeException">A row was withdrawn that was not there.</exception>
    public void EndEpoch(ICommittedKeys committed) => throw new NotSupportedException();

    /// <summary>The pending rows in pieces, in the order in which their keys first changed. Changes nothing; no other call until the enumeration is over.</summary>
    public IEnumerable<ConsolidatedRows> Upserts(int pieceRows = PieceRows) => throw new NotSupportedException();

    /// <summary>The keys to delete, in pieces. Keys that the target never held are left out.</summary>
    public IEnumerable<ConsolidatedRows> Deletes(int pieceRows = PieceRows) => throw new NotSupportedException();

    /// <summary>Forgets what is pending, after it was committed; changes of the open epoch stay.</summary>
    public void Clear() => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}
