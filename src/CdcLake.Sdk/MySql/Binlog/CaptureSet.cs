using System.Diagnostics.CodeAnalysis;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// The captured tables, by name and by number. Tables can be added and removed between transactions; a number is never used again. Not thread-safe.
/// </summary>
internal sealed class CaptureSet
{
    private readonly Dictionary<string, CapturedTable> _tables = new(StringComparer.Ordinal);
    private readonly BinlogProcessorOptions _options;
    private int _next;

    public CaptureSet(BinlogProcessorOptions options)
    {
        _options = options;
        foreach (var table in options.Tables)
        {
            Add(table, options.StartsEmpty);
        }
    }

    /// <summary>Grows with every change: what was looked up by name before may be another table now.</summary>
    public int Version { get; private set; }

    public Dictionary<string, CapturedTable>.ValueCollection Tables => _tables.Values;

    /// <summary>Captures a table from here on.</summary>
    /// <param name="capture">The table; not captured yet.</param>
    /// <param name="isComplete">True when it has no rows here.</param>
    /// <returns>Its number towards the output.</returns>
    public int Add(TableCapture capture, bool isComplete)
    {
        var table = new CapturedTable(capture, _next, _options.Dates) { IsComplete = isComplete };
        _tables.Add(table.Name, table);
        Version++;
        return _next++;
    }

    /// <summary>A captured table is another one from here on; it keeps its number.</summary>
    public void Replace(CapturedTable table, TableCapture capture)
    {
        _tables[table.Name] = new CapturedTable(capture, table.Index, _options.Dates) { IsComplete = table.IsComplete, HasRows = table.HasRows, IsUnicode = table.IsUnicode };
        Version++;
    }

    /// <summary>Captures a table no longer; its changes are passed over like those of any other.</summary>
    /// <param name="name">Qualified name.</param>
    public bool Remove(string name)
    {
        Version++;
        return _tables.Remove(name);
    }

    /// <param name="map">TABLE_MAP event behind table id and flags.</param>
    /// <param name="table">The captured table, or null.</param>
    public bool TryFind(ReadOnlySpan<byte> map, [NotNullWhen(true)] out CapturedTable? table)
    {
        var (database, name) = TableMapEvent.ReadNames(map);
        return _tables.TryGetValue(new MySqlTableName(database, name).ToString(), out table);
    }
}
