using System.Diagnostics.CodeAnalysis;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// XA transactions that are prepared and not yet decided, with their rows. None of them is included in a position before it is decided, so that whoever
/// continues from one reads it again; nothing here has to be stored. Owns the rows until they are taken. Not thread-safe.
/// </summary>
internal sealed class PreparedTransactions : IDisposable
{
    private readonly Dictionary<XaId, Prepared> _prepared = [];

    /// <summary>Bytes in the log of all rows that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>A transaction is prepared; one of the same name that was not decided is replaced, since a server has only one.</summary>
    public void Hold(XaId id, Prepared prepared)
    {
        if (TryTake(id, out var old))
        {
            old.Dispose();
        }

        _prepared.Add(id, prepared);
        Bytes += prepared.Bytes;
    }

    /// <summary>A transaction is decided; its rows are the caller's.</summary>
    public bool TryTake(XaId id, [NotNullWhen(true)] out Prepared? prepared)
    {
        if (!_prepared.Remove(id, out prepared))
        {
            return false;
        }

        Bytes -= prepared.Bytes;
        return true;
    }

    /// <summary>A new connection sends them all again.</summary>
    public void Clear()
    {
        foreach (var prepared in _prepared.Values)
        {
            prepared.Dispose();
        }

        _prepared.Clear();
        Bytes = 0;
    }

    public void Dispose() => Clear();

    /// <param name="Gtid">Under which it was prepared.</param>
    /// <param name="Rows">Its changes of captured tables.</param>
    /// <param name="Bytes">Bytes in the log of these.</param>
    internal sealed record Prepared(Gtid Gtid, IReadOnlyList<HeldBatch> Rows, long Bytes) : IDisposable
    {
        public void Dispose()
        {
            foreach (var held in Rows)
            {
                held.Batch.Dispose();
            }
        }
    }
}
