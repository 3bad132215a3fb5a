using CdcLake.Columnar;

namespace CdcLake.MySql.Binlog;

/// <summary>The batch of one table that takes rows. The first of them may be of whole transactions, all others are of the one that is being read. Not thread-safe.</summary>
internal sealed class PendingTable(Columnar.Schema schema) : IDisposable
{
    private const int MostReservedRows = ChangeBatch.TargetRows + (ChangeBatch.TargetRows / 4);
    private const int MostReservedBytes = 1 << 22;

    private readonly int[] _expectedBytes = new int[schema.Count];
    private int _expectedRows;

    /// <summary>Null while no row waits.</summary>
    public ChangeBatch? Batch { get; private set; }

    /// <summary>Rows of <see cref="Batch"/> that are of whole transactions.</summary>
    public int Whole { get; private set; }

    /// <summary>True when the transaction that is being read may have rows in <see cref="Batch"/>.</summary>
    public bool Touched { get; set; }

    /// <summary>Bytes in the log of the rows of <see cref="Batch"/>.</summary>
    public long Bytes { get; set; }

    /// <summary>True when the batch should take no more rows.</summary>
    public bool IsFull => Batch is { } batch && (batch.Count >= ChangeBatch.TargetRows || Bytes >= ChangeBatch.TargetBytes);

    /// <summary>The batch; a new one has room for as much as the one before it had.</summary>
    public ChangeBatch Open() => Batch ??= Create();

    /// <summary>Puts another batch in the place of this one, which has no rows, or none.</summary>
    public void Begin(ChangeBatch batch)
    {
        Batch?.Dispose();
        (Batch, Whole) = (batch, 0);
    }

    /// <summary>The transaction is whole.</summary>
    public void Commit() => (Whole, Touched) = (Batch?.Count ?? 0, false);

    /// <summary>Takes the batch off; it is the caller's.</summary>
    public ClosedBatch Close(int table)
    {
        var closed = new ClosedBatch(table, Batch!, Whole);
        (Batch, Whole, Bytes) = (null, 0, 0);
        return closed;
    }

    /// <summary>The next batch will be as large as this one, which was closed.</summary>
    public void Remember(ChangeBatch batch)
    {
        _expectedRows = batch.Count;
        for (var i = 0; i < _expectedBytes.Length; i++)
        {
            _expectedBytes[i] = batch[i] is BytesColumn bytes ? bytes.DataLength : 0;
        }
    }

    /// <summary>Drops the rows of the transaction that is being read.</summary>
    public void Discard()
    {
        Touched = false;
        if (Batch is { } batch && batch.Count >= Whole)
        {
            batch.Truncate(Whole);
        }
    }

    public void Dispose()
    {
        Batch?.Dispose();
        Batch = null;
    }

    private ChangeBatch Create()
    {
        var batch = new ChangeBatch(schema);
        batch.Reserve(Math.Min(_expectedRows, MostReservedRows));
        for (var i = 0; i < _expectedBytes.Length; i++)
        {
            if (_expectedBytes[i] > 0)
            {
                batch.Bytes(i).ReserveBytes(Math.Min(_expectedBytes[i], MostReservedBytes));
            }
        }

        return batch;
    }
}
