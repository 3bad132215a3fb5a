using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

// Of the tables that are meant some are captured. Of the others
//
//   awaited   were created in the log and have no row yet: the first one brings them, or, where none comes, time: then they are read beside the log
//   ignored   are read beside the log, and captured from there on; what happens to them until then is part of what is read
//   gone      were to be read, and the server has no such table any more, or it is a view: what brought them is passed over, and what comes after it counts

/// <summary>Tables of a database that come and go in its log. Not thread-safe.</summary>
/// <param name="selection">Which are meant.</param>
/// <param name="ignored">Those that are read beside the log.</param>
/// <param name="clock">Measures how long tables stay without rows.</param>
internal sealed class SelectedTables(TableSelection selection, IEnumerable<string> ignored, TimeProvider clock)
{
    /// <summary>How long the first row of a new table is waited for: who creates a table fills it, as a rule.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, (Gtid? By, long Since)> _awaited = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Gtid> _gone = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _ignored = new(ignored, StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a table that is meant and not being read.</summary>
    public bool Takes(NamedTable table) =>
        table.Database.Equals(selection.Database, StringComparison.OrdinalIgnoreCase) && selection.Takes(table.Table) && !_ignored.Contains(NameOf(table));

    /// <summary>A table that is taken, in the database that is meant: one whose name differs in letter case is that on some servers only, and has no such table on others.</summary>
    public string NameOf(NamedTable table) => new MySqlTableName(selection.Database, table.Table).ToString();

    /// <summary>A table was created, without rows.</summary>
    /// <param name="table">Qualified name.</param>
    /// <param name="by">The transaction that created it.</param>
    public void Await(string table, Gtid? by) => _awaited[table] = (by, clock.GetTimestamp());

    public bool IsAwaited(string table) => _awaited.ContainsKey(table);

    /// <summary>What was awaited of these is not any more.</summary>
    public void Forget(Func<string, bool> tables) => _awaited.Keys.Where(tables).ToList().ForEach(t => _awaited.Remove(t));

    /// <summary>True when a table has had no row for longer than is waited for.</summary>
    public bool HasOverdue => _awaited.Count > 0 && _awaited.Values.Any(t => clock.GetElapsedTime(t.Since) >= Patience);

    /// <summary>Such tables, which are to be read; null for none.</summary>
    public Interruption? Overdue()
    {
        var overdue = _awaited.Where(t => clock.GetElapsedTime(t.Value.Since) >= Patience).ToList();
        return overdue.Count == 0 ? null : new Interruption("tables were created and have no rows", [.. overdue.Select(t => t.Key)], overdue.MaxBy(t => t.Value.Since).Value.By);
    }

    /// <summary>These are read beside the log from here on.</summary>
    public void Ignore(IEnumerable<string> tables)
    {
        foreach (var table in tables)
        {
            _awaited.Remove(table);
            _ignored.Add(table);
        }
    }

    /// <summary>These are not read any more: they were.</summary>
    public void Heed(IEnumerable<string> tables) => _ignored.ExceptWith(tables);

    /// <summary>These are not read any more: they are not there.</summary>
    /// <param name="tables">With the transaction that brought each, which is read again.</param>
    public void Forgo(IEnumerable<KeyValuePair<string, Gtid?>> tables)
    {
        _gone.Clear();
        foreach (var (table, by) in tables)
        {
            _ignored.Remove(table);
            if (by is { } transaction)
            {
                _gone[table] = transaction;
            }
        }
    }

    /// <summary>True for a table that a transaction brought and that was found to be gone again.</summary>
    public bool IsGone(string table, Gtid transaction) => _gone.TryGetValue(table, out var by) && by == transaction;
}
