using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

// Of the tables that are meant some are captured. Of the others
//
//   awaited   were created in the log and have no row yet: the first one brings them
//   ignored   are read beside the log, and captured from there on; what happens to them until then is part of what is read

/// <summary>Tables of a database that come and go in its log. Not thread-safe.</summary>
internal sealed class SelectedTables(TableSelection selection, IEnumerable<string> ignored)
{
    private readonly HashSet<string> _awaited = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _ignored = new(ignored, StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a table that is meant and not being read.</summary>
    public bool Takes(NamedTable table) =>
        table.Database.Equals(selection.Database, StringComparison.OrdinalIgnoreCase) && selection.Takes(table.Table) && !_ignored.Contains(NameOf(table));

    public static string NameOf(NamedTable table) => new MySqlTableName(table.Database, table.Table).ToString();

    /// <summary>A table was created, without rows.</summary>
    public void Await(string table) => _awaited.Add(table);

    public bool IsAwaited(string table) => _awaited.Contains(table);

    /// <summary>What was awaited of these is not any more.</summary>
    public void Forget(Func<string, bool> tables) => _awaited.RemoveWhere(t => tables(t));

    /// <summary>These are read beside the log from here on.</summary>
    public void Ignore(IEnumerable<string> tables)
    {
        foreach (var table in tables)
        {
            _awaited.Remove(table);
            _ignored.Add(table);
        }
    }

    /// <summary>These are not read any more: they were, or are not there.</summary>
    public void Heed(IEnumerable<string> tables) => _ignored.ExceptWith(tables);
}
