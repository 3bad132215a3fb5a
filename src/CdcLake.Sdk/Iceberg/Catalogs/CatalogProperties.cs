using CdcLake.Common;
using CdcLake.Storage.Locations;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>Properties of catalogs by the names that users of other engines know. A misspelt one is an error, not a setting that has no effect.</summary>
internal static class CatalogProperties
{
    public const string Type = "type";
    public const string CatalogType = "catalog-type";
    public const string Uri = "uri";
    public const string Warehouse = "warehouse";

    /// <summary>Of other engines, without a meaning here: which class reads files is decided by their URIs, and nothing is cached that could be out of date.</summary>
    private static readonly string[] Ignored =
    [
        "io-impl", "cache-enabled", "cache.case-sensitive", "cache.expiration-interval-ms", "default-database", "property-version", "clients", "metrics-reporter-impl",
        "rest-metrics-reporting-enabled", "snapshot-loading-mode", "token-exchange-enabled", "view-endpoints-supported",
    ];

    /// <param name="properties">The user's.</param>
    /// <param name="known">Names that the kind of catalog has; one that ends with a dot is the beginning of many.</param>
    /// <exception cref="ArgumentException">A name is not known, or has no value.</exception>
    public static void Check(IReadOnlyDictionary<string, string> properties, IReadOnlyList<string> known)
    {
        string[] all = [Uri, .. known, .. Ignored];
        foreach (var (name, value) in properties)
        {
            if (value is null)
            {
                throw new ArgumentException($"Catalog property {name} has no value.");
            }

            if (!StorageSettings.IsProperty(name) && !all.Any(k => k.EndsWith('.') ? name.Length > k.Length && name.StartsWith(k, StringComparison.Ordinal) : name == k))
            {
                throw new ArgumentException($"There is no catalog property \"{name}\". {NearestNames.Suggest(name, all.Except(Ignored))}");
            }
        }

        _ = StorageSettings.Parse(properties); // those of stores
    }
}
