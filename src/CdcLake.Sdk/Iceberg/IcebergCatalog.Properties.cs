using System.Data.Common;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Jdbc;

namespace CdcLake;

/// <content>Catalogs from properties, as configuration files have them.</content>
public sealed partial class IcebergCatalog
{
    private static readonly string[] Types = ["rest", "hadoop", "jdbc"];

    /// <summary>A catalog from the properties with which Flink's <c>CREATE CATALOG</c> and Spark's <c>spark.sql.catalog.*</c> name it.</summary>
    /// <param name="name">What the catalog is called in those engines; in a JDBC catalog it stands in the rows.</param>
    /// <param name="properties">
    /// <c>type</c> or <c>catalog-type</c> says <c>rest</c>, <c>hadoop</c> or <c>jdbc</c>; <c>uri</c>, <c>warehouse</c> and all others are those of that kind. One that is not known
    /// is an error.
    /// </param>
    /// <param name="dataSource">The database of a JDBC catalog, in place of <c>uri</c>, <c>jdbc.user</c> and <c>jdbc.password</c>, which name a Java driver.</param>
    /// <exception cref="ArgumentException">The type is missing or not known, or a property is missing or not known.</exception>
    public static IcebergCatalog FromProperties(string name, IReadOnlyDictionary<string, string> properties, DbDataSource? dataSource = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(properties);
        var rest = new Dictionary<string, string>(properties, StringComparer.Ordinal);
        rest.Remove(CatalogProperties.Type, out var type);
        type = rest.Remove(CatalogProperties.CatalogType, out var catalogType) ? catalogType : type; // Flink's type is "iceberg" for all of them
        switch (type)
        {
            case "rest":
                rest.Remove(CatalogProperties.Uri, out var uri);
                return Rest(uri ?? throw Missing(CatalogProperties.Uri), o => AddTo(o.Properties, rest));
            case "hadoop":
                CatalogProperties.Check(rest, [CatalogProperties.Warehouse]);
                return FileSystem(Required(rest, CatalogProperties.Warehouse), o => o.S3 = S3Options.FromProperties(rest));
            case "jdbc":
                rest.Remove(CatalogProperties.Uri);
                rest.Remove(JdbcSettings.User);
                rest.Remove(JdbcSettings.UserSecret);
                return Jdbc(dataSource ?? throw new ArgumentNullException(nameof(dataSource), "A JDBC catalog needs the database as a DbDataSource, such as a MySqlDataSource."), name, Required(rest, CatalogProperties.Warehouse), o => AddTo(o.Properties, rest));
            default:
                throw new ArgumentException($"{CatalogProperties.CatalogType} \"{type}\" is none that this library has: {string.Join(", ", Types)}.", nameof(properties));
        }

        static void AddTo(IDictionary<string, string> target, Dictionary<string, string> source)
        {
            foreach (var (key, value) in source)
            {
                target[key] = value;
            }
        }
    }

    private static string Required(Dictionary<string, string> properties, string name) => properties.GetValueOrDefault(name) ?? throw Missing(name);

    private static ArgumentException Missing(string name) => new($"The catalog needs the property {name}.");
}
