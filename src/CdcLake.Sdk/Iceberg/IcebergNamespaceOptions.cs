using CdcLake.Iceberg.Index;
using CdcLake.MySql.Tables;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>How the tables of a database are written to a namespace of Iceberg tables. Copied by <c>ToIceberg</c>, so later changes have no effect.</summary>
public sealed class IcebergNamespaceOptions
{
    private const long LeastIndexBytes = 1 << 20;
    private readonly List<(string? Table, Action<IcebergSinkOptions> Configure)> _tables = [];

    /// <summary>The Iceberg table's name in the namespace, from the name of the table in MySQL without its database; called again for the same name, it has to say the same.</summary>
    /// <value>Default: the same name.</value>
    public Func<string, string> TableName { get; set; } = name => name;

    /// <summary>
    /// What becomes of the replica of a table that is dropped or renamed, also while the pipeline is down: at its next start, where another table of the database stands, and the server still has the log since.
    /// </summary>
    /// <value>Default: <see cref="DroppedTables.Keep"/>.</value>
    public DroppedTables OnDrop { get; set; } = DroppedTables.Keep;

    /// <summary>
    /// Bytes of memory, at least 1 MiB, for the indexes of all tables together that say in which files the rows of keys lie (<see cref="IcebergSinkOptions.KeyIndexMemoryBytes"/>); a table for which that option is
    /// set has its own. Each table may take what the others leave, and its even share in any case, but for 256 KiB at least.
    /// </summary>
    /// <value>Default: null, an eighth of the memory that the process may use, that of its container where it has a limit.</value>
    public long? KeyIndexMemoryBytes { get; set; }

    /// <summary>Sets options of every table, those that come later too.</summary>
    /// <param name="configure">Changes the defaults; called for each table anew.</param>
    /// <returns>These options.</returns>
    public IcebergNamespaceOptions EachTable(Action<IcebergSinkOptions> configure) => Add(null, configure);

    /// <summary>Sets options of one table, on top of those of every table.</summary>
    /// <param name="name">Its name in MySQL, without the database; letter case does not matter.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>These options.</returns>
    public IcebergNamespaceOptions Table(string name, Action<IcebergSinkOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Add(name, configure);
    }

    /// <summary>What the options say, for a namespace; validated as far as it goes without the tables.</summary>
    internal LogicalReplica Replica(IcebergNamespace target)
    {
        var (tables, name) = (_tables.ToList(), TableName);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeyIndexMemoryBytes ?? LeastIndexBytes, LeastIndexBytes, nameof(KeyIndexMemoryBytes));
        var indexes = KeyIndexSpace.Together(KeyIndexMemoryBytes ?? KeyIndexSpace.Default.MemoryBytes);
        foreach (var table in tables.Select(t => t.Table).Distinct())
        {
            _ = OptionsOf(tables, table).Freeze();
        }

        return new LogicalReplica(
            "iceberg", $"{target.Name}.*", t => target.NameOf(t, name), t => target.Catalog.Table(target.NameOf(t, name)).Target(OptionsOf(tables, MySqlTableName.Parse(t, null).Table).Freeze(indexes)), OnDrop)
        {
            Root = target,
            FindAsync = target.FindReplicasAsync,
        };
    }

    private static IcebergSinkOptions OptionsOf(IEnumerable<(string? Table, Action<IcebergSinkOptions> Configure)> tables, string? table)
    {
        var options = new IcebergSinkOptions();
        foreach (var (_, configure) in tables.Where(t => t.Table is null).Concat(tables.Where(t => t.Table is not null && t.Table.Equals(table, StringComparison.OrdinalIgnoreCase))))
        {
            configure(options);
        }

        return options;
    }

    private IcebergNamespaceOptions Add(string? table, Action<IcebergSinkOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _tables.Add((table, configure));
        return this;
    }
}
