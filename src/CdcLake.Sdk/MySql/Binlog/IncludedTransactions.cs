using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog;

/// <summary>Which transactions are included, and where in the log the last one ended. Not thread-safe.</summary>
internal sealed class IncludedTransactions(GtidSet executed, GtidSet? began = null)
{
    private readonly GtidSetBuilder _executed = new(executed);
    private readonly GtidSetBuilder _logged = new();
    private GtidSet? _set = executed;
    private string? _file;
    private long _offset;

    /// <summary>Transactions in <see cref="Executed"/>.</summary>
    public ulong Count => _executed.Count;

    public GtidSet Executed => _set ??= _executed.ToSet();

    /// <summary>Transactions that ended in what was read, those included before too.</summary>
    public GtidSet Logged => _logged.ToSet();

    public MySqlPosition Position => new(Executed, _file, _offset, began);

    public bool Contains(Gtid gtid) => _executed.Contains(gtid);

    public void Add(Gtid gtid)
    {
        _executed.Add(gtid);
        _set = null;
    }

    /// <summary>A transaction is prepared and not decided: later ones do not include it.</summary>
    public void Hold(Gtid gtid)
    {
        _executed.Hold(gtid);
        _set = null;
    }

    /// <inheritdoc cref="GtidSetBuilder.IsBehind"/>
    public bool IsBehind(Gtid gtid) => _executed.IsBehind(gtid);

    /// <summary>A transaction's last event was read.</summary>
    public void NoteLogged(Gtid gtid) => _logged.Add(gtid);

    /// <summary>A transaction that was not included before ended here.</summary>
    public void NoteEnd(string file, long offset) => (_file, _offset) = (file, offset);
}
