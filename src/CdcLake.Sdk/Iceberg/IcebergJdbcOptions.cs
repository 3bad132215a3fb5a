using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Jdbc;

namespace CdcLake;

/// <summary>Properties of a JDBC catalog. Copied by <see cref="IcebergCatalog.Jdbc"/>, so later changes have no effect.</summary>
public sealed class IcebergJdbcOptions
{
    /// <summary>
    /// Properties by Iceberg's names: <c>jdbc.schema-version</c> (<c>V1</c> unless <c>V0</c> is asked for; a schema that exists is used as it is), <c>jdbc.strict-mode</c> (true: a
    /// namespace must exist before a table is created in it), <c>jdbc.init-catalog-tables</c> (false: never create the two tables), <c>table-default.X</c> for a property of new
    /// tables, and those of S3 (<c>s3.endpoint</c>, …) where the warehouse is there. One that is not known is an error.
    /// </summary>
    /// <value>Default: empty.</value>
    public IDictionary<string, string> Properties { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What the options say, validated.</summary>
    /// <exception cref="ArgumentException">A property is not known, or has no meaning.</exception>
    internal JdbcSettings Freeze(string name, string warehouse)
    {
        var properties = new Dictionary<string, string>(Properties, StringComparer.Ordinal);
        CatalogProperties.Check(properties, JdbcSettings.Known);
        if (properties.GetValueOrDefault(JdbcSettings.SchemaVersion) is { } version and not ("V0" or "V1"))
        {
            throw new ArgumentException($"{JdbcSettings.SchemaVersion} is V0 or V1, not \"{version}\".");
        }

        return new JdbcSettings(name, warehouse, properties);
    }
}
