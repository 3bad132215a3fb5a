using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs.Jdbc;

/// <summary>What a JDBC catalog is called and where its new tables go. Immutable.</summary>
internal sealed class JdbcSettings
{
    public const string SchemaVersion = "jdbc.schema-version";
    public const string StrictMode = "jdbc.strict-mode";
    public const string InitTables = "jdbc.init-catalog-tables";
    public const string User = "jdbc.user";
    public const string UserSecret = "jdbc.password";
    public const string TableDefaultPrefix = "table-default.";
    private readonly Dictionary<string, string> _properties;

    public JdbcSettings(string catalogName, string warehouse, Dictionary<string, string> properties)
    {
        _properties = properties;
        CatalogName = catalogName;
        Warehouse = warehouse.Contains(':', StringComparison.Ordinal) && !Path.IsPathRooted(warehouse)
            ? warehouse.TrimEnd('/')
            : "file://" + Path.TrimEndingDirectorySeparator(Path.GetFullPath(warehouse)).Replace('\\', '/');
    }

    /// <summary>Names that a user may set.</summary>
    public static IReadOnlyList<string> Known { get; } = [SchemaVersion, StrictMode, InitTables, CatalogProperties.Warehouse, TableDefaultPrefix];

    /// <summary>All of them, for the stores of files.</summary>
    public IReadOnlyDictionary<string, string> Properties => _properties;

    /// <summary>Value of <c>catalog_name</c>: several catalogs share one pair of tables.</summary>
    public string CatalogName { get; }

    /// <summary>Absolute URI of the folder for namespaces without a <c>location</c>; no slash at its end.</summary>
    public string Warehouse { get; }

    /// <summary>New tables of the database tell views from tables.</summary>
    public bool CreatesV1 => _properties.GetValueOrDefault(SchemaVersion) != "V0";

    public bool IsStrict => TableProperties.IsTrue(_properties, StrictMode);

    public bool Initializes => !TableProperties.IsFalse(_properties, InitTables);

    /// <summary>Properties of new tables that their creator does not set.</summary>
    public IEnumerable<KeyValuePair<string, string>> TableDefaults => _properties
        .Where(p => p.Key.StartsWith(TableDefaultPrefix, StringComparison.Ordinal)).Select(p => KeyValuePair.Create(p.Key[TableDefaultPrefix.Length..], p.Value));
}
