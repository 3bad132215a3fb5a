using System.Diagnostics.CodeAnalysis;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
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
        Selected = options.Selection is { } selection ? new SelectedTables(selection, options.Ignored, options.Clock) : null;
        foreach (var table in options.Tables)
        {
            Add(table, options.StartsEmpty);
            _tables[table.Table.Name].MayBeOther = options.RereadsOtherTables;
        }
    }

    /// <summary>Grows with every change: what was looked up by name before may be another table now.</summary>
    public int Version { get; private set; }

    /// <summary>The number of the next table that is added.</summary>
    public int Next => _next;

    public Dictionary<string, CapturedTable>.ValueCollection Tables => _tables.Values;

    /// <summary>The other tables of a database that are meant; null where the captured ones are all.</summary>
    public SelectedTables? Selected { get; }

    /// <summary>Why the log cannot be followed from the open transaction on before some tables were read; null while it can.</summary>
    public Interruption? Interruption { get; private set; }

    /// <summary>The log cannot be followed for some tables.</summary>
    public void Interrupt(Interruption interruption) => Interruption ??= interruption;

    /// <summary>Takes the interruption over: whoever does sees to its tables.</summary>
    public Interruption? TakeInterruption()
    {
        var taken = Interruption;
        Interruption = null;
        return taken;
    }

    /// <summary>A table was created: its first row brings it.</summary>
    public void Await(string name, Gtid? by)
    {
        Selected!.Await(name, by);
        Version++;
    }

    /// <summary>The captured table of a name; null for none.</summary>
    public CapturedTable? Find(string name) => _tables.GetValueOrDefault(name);

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
        _tables[table.Name] = new CapturedTable(capture, table.Index, _options.Dates) { IsComplete = table.IsComplete, HasRows = table.HasRows, IsUnicode = table.IsUnicode, MayBeOther = true };
        Version++;
    }

    /// <summary>Captures a table no longer; its changes are passed over like those of any other.</summary>
    /// <param name="name">Qualified name.</param>
    public bool Remove(string name)
    {
        Version++;
        return _tables.Remove(name);
    }

    /// <summary>True for a table that was created and has no row yet.</summary>
    /// <param name="map">TABLE_MAP event behind table id and flags.</param>
    public bool IsAwaited(ReadOnlySpan<byte> map)
    {
        if (Selected is null)
        {
            return false;
        }

        var (database, name) = TableMapEvent.ReadNames(map);
        return Selected.IsAwaited(new MySqlTableName(database, name).ToString());
    }

    /// <param name="map">TABLE_MAP event behind table id and flags.</param>
    /// <param name="table">The captured table, or null.</param>
    public bool TryFind(ReadOnlySpan<byte> map, [NotNullWhen(true)] out CapturedTable? table)
    {
        var (database, name) = TableMapEvent.ReadNames(map);
        return _tables.TryGetValue(new MySqlTableName(database, name).ToString(), out table);
    }
}
