using CdcLake.Iceberg.Catalogs.Rest.Auth;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>Properties of a REST catalog, with the names that Iceberg's <c>CatalogProperties</c>, <c>OAuth2Properties</c> and <c>AuthProperties</c> give them.</summary>
internal static class RestProperties
{
    public const string Uri = "uri";
    public const string Warehouse = "warehouse";
    public const string Prefix = "prefix";
    public const string NamespaceSeparator = "namespace-separator";
    public const string PageSize = "rest-page-size";
    public const string HeaderPrefix = "header.";
    public const string TableDefaultPrefix = "table-default.";
    public const string TableOverridePrefix = "table-override.";

    /// <summary>Names that a user may set; the prefixes among them end with a dot.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        Uri, Warehouse, Prefix, NamespaceSeparator, PageSize, HeaderPrefix, TableDefaultPrefix, TableOverridePrefix, .. AuthProperties.Known,
    ];
}
