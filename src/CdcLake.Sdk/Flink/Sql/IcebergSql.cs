using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs.Jdbc;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Planning;

namespace CdcLake.Flink.Sql;

/// <summary>Catalogs and tables of Iceberg's Flink runtime. Source: Iceberg 1.11, "Flink DDL", "Flink configuration".</summary>
/// <param name="options">Of the script.</param>
/// <param name="secrets">Takes passwords and keys.</param>
/// <param name="notes">Takes warnings.</param>
internal sealed class IcebergSql(FlinkSqlOptions options, Secrets secrets, Notes notes)
{
    // A table that was there before, such as the embedded pipeline's, need not have the property that makes Flink delete a key's former row: without it, what is read twice would be there twice.
    private const string Upserts = "/*+ OPTIONS('upsert-enabled' = 'true') */";

    private readonly Dictionary<IcebergCatalog, string> _catalogs = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _statements = [];

    /// <summary>What has to be there before tables are made: catalogs and namespaces.</summary>
    public IReadOnlyList<string> Statements => _statements;

    /// <summary>Declares a table, which is created where it is missing.</summary>
    /// <returns>What INSERT INTO names, and the statements that make it.</returns>
    /// <exception cref="FlinkTranslationException">Flink makes no such table, or reaches no such catalog.</exception>
    public (string Name, IReadOnlyList<string> Create) Table(SinkNode sink, IcebergTable table, TableIdentifier identifier, IcebergSinkSettings settings)
    {
        var place = new Place(sink.Name, notes, ComparesByBytes: false);
        if (identifier.Namespace.Length != 1)
        {
            throw place.Refuse($"table {identifier}", "a database of Flink is one level: use a namespace of one level");
        }

        var catalog = Catalog(place, table.Catalog);
        var database = FlinkText.Names(catalog, identifier.Namespace[0]);
        var create = $"CREATE DATABASE IF NOT EXISTS {database}";
        if (!_statements.Contains(create))
        {
            _statements.Add(create);
        }

        var name = $"{database}.{FlinkText.Name(identifier.Name)}";
        string[] made = [Create(place, sink, name, settings)];
        return options.ReplacesTables ? (name, [$"DROP TABLE IF EXISTS {name}", .. made]) : ($"{name} {Upserts}", made);
    }

    private static string Create(Place place, SinkNode sink, string name, IcebergSinkSettings settings)
    {
        var columns = sink.Schema.Fields.Select((f, i) => $"{FlinkText.Name(f.Name)} {FlinkTypes.Text(Stored(f.Type))}{(f.Nullable ? "" : " NOT NULL")}");
        if (settings.JsonAs == IcebergJsonType.Variant && sink.Schema.Fields.FirstOrDefault(f => f.IsJson) is { } json)
        {
            throw place.Refuse($"column \"{json.Name}\" as a variant", $"Flink SQL has no such type. Keep JSON as text ({nameof(IcebergSinkOptions)}.{nameof(IcebergSinkOptions.JsonAs)})");
        }

        if (sink.Key.FirstOrDefault(k => sink.Schema[k].Nullable, -1) is >= 0 and var nullable)
        {
            throw place.Refuse($"key column \"{sink.Schema[nullable].Name}\"", "it may be null, and a primary key of Flink may not. Replace null with ?? in a Select");
        }

        var key = string.Join(", ", sink.Key.Select(k => FlinkText.Name(sink.Schema[k].Name)));
        var partitions = Partitions(place, sink, settings);
        (string, string)[] properties =
        [
            ("format-version", (settings.FormatVersion ?? 2).ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("write.upsert.enabled", "true"),
            .. settings.TableProperties.Where(p => p.Key is not ("format-version" or "write.upsert.enabled")).Select(p => (p.Key, p.Value)),
        ];
        return $"CREATE TABLE IF NOT EXISTS {name} ({string.Join(", ", columns)}, PRIMARY KEY ({key}) NOT ENFORCED){partitions} WITH ({FlinkText.Options(properties)})";
    }

    /// <summary>Iceberg keeps times in microseconds, whatever a column's fraction is.</summary>
    public static DataType Stored(DataType type) => type.Kind is TypeKind.DateTime or TypeKind.Timestamp ? type with { Scale = 6 } : type;

    private static string Partitions(Place place, SinkNode sink, IcebergSinkSettings settings)
    {
        if (settings.Sorting.Count > 0)
        {
            place.Warn("Flink sorts no rows: the sort order has to be set by another engine, and files are sorted by compaction there.");
        }

        if (settings.Partitioning.Count == 0)
        {
            return "";
        }

        foreach (var term in settings.Partitioning)
        {
            if (term.Transform.Kind != TransformKind.Identity)
            {
                throw place.Refuse($"partitioning by {term.Transform.Kind} of \"{term.Column}\"", "Flink's DDL partitions by columns only. Partition by a computed column of the result");
            }

            if (!sink.Key.Any(k => sink.Schema[k].Name == term.Column))
            {
                throw place.Refuse($"partitioning by \"{term.Column}\"", "in upsert mode Flink wants the columns that partition in the key. Add it to the key");
            }
        }

        return $" PARTITIONED BY ({string.Join(", ", settings.Partitioning.Select(p => FlinkText.Name(p.Column)))})";
    }

    private string Catalog(Place place, IcebergCatalog catalog)
    {
        if (_catalogs.TryGetValue(catalog, out var known))
        {
            return known;
        }

        // A JDBC catalog finds its rows by its own name.
        var name = catalog.Access is CatalogAccess.Jdbc jdbc ? jdbc.Settings.CatalogName
            : _catalogs.Count == 0 ? options.CatalogName
            : $"{options.CatalogName}_{(_catalogs.Count + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        _catalogs.Add(catalog, name);
        _statements.Add($"CREATE CATALOG {(options.Version >= new Version(1, 20) ? "IF NOT EXISTS " : "")}{FlinkText.Name(name)} WITH ({FlinkText.Options(Properties(place, catalog))})");
        return name;
    }

    private (string Name, string Value)[] Properties(Place place, IcebergCatalog catalog) => catalog.Access switch
    {
        CatalogAccess.Folder folder => Folder(place, folder),
        CatalogAccess.Rest rest =>
            [("type", "iceberg"), ("catalog-type", "rest"), ("uri", rest.Settings.Uri.ToString().TrimEnd('/')), .. Io(rest.Settings.Properties, rest.Settings.Properties.GetValueOrDefault("warehouse")), .. User(rest.Settings.Properties)],
        CatalogAccess.Jdbc jdbc => Jdbc(place, jdbc),
        _ => throw place.Refuse($"catalog {catalog}", "it lives in this process"),
    };

    private static (string Name, string Value)[] Folder(Place place, CatalogAccess.Folder folder)
    {
        if (folder.IsS3)
        {
            place.Warn("a Hadoop catalog in S3 needs hadoop-aws on Flink's class path and allows one writer: better a REST or JDBC catalog.");
        }

        return [("type", "iceberg"), ("catalog-type", "hadoop"), ("warehouse", folder.IsS3 ? "s3a" + folder.Location[2..] : "file://" + folder.Location)];
    }

    private (string Name, string Value)[] Jdbc(Place place, CatalogAccess.Jdbc jdbc)
    {
        var url = jdbc.Url ?? throw place.Refuse("its JDBC catalog", $"the database of {jdbc.Database.GetType().Namespace} has no JDBC URL that is known here; MySQL and PostgreSQL have");
        return
        [
            ("type", "iceberg"), ("catalog-impl", "org.apache.iceberg.jdbc.JdbcCatalog"), ("uri", url),
            .. jdbc.User is { } user ? [(JdbcSettings.User, user)] : Array.Empty<(string, string)>(),
            (JdbcSettings.UserSecret, secrets.Place("CATALOG_PASSWORD", jdbc.Password)),
            ("warehouse", jdbc.Settings.Warehouse),
            .. jdbc.Settings.Properties.ContainsKey(JdbcSettings.SchemaVersion) ? [] : new[] { (JdbcSettings.SchemaVersion, "V1") },
            .. Io(jdbc.Settings.Properties, jdbc.Settings.Warehouse),
            .. User(jdbc.Settings.Properties),
        ];
    }

    private static (string Name, string Value)[] Io(IReadOnlyDictionary<string, string> properties, string? warehouse) =>
        !properties.ContainsKey("io-impl") && (warehouse?.StartsWith("s3", StringComparison.Ordinal) == true || properties.Keys.Any(k => k.StartsWith("s3.", StringComparison.Ordinal)))
            ? [("io-impl", "org.apache.iceberg.aws.s3.S3FileIO")]
            : [];

    // The user's properties have Iceberg's names; those that are secret become placeholders.
    private IEnumerable<(string Name, string Value)> User(IReadOnlyDictionary<string, string> properties) => properties
        .Where(p => p.Key != "uri")
        .OrderBy(p => p.Key, StringComparer.Ordinal)
        .Select(p => (p.Key, IsSecret(p.Key) ? secrets.Place(string.Concat(p.Key.ToUpperInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')), p.Value) : p.Value));

    private static bool IsSecret(string name) =>
        name is "credential" or "token" || name.StartsWith("header.", StringComparison.Ordinal) || name.Contains("secret", StringComparison.Ordinal) || name.Contains("password", StringComparison.Ordinal)
        || name.EndsWith("-token", StringComparison.Ordinal);
}
