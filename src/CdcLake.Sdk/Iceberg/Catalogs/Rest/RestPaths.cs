using System.Collections.Immutable;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>Paths of requests, relative to the root of the catalog. Iceberg REST specification, "paths".</summary>
/// <param name="prefix">What the server's configuration puts behind <c>v1</c>; possibly nothing.</param>
/// <param name="separator">Between the levels of a namespace, encoded for URLs: <c>%1F</c> unless the server says otherwise.</param>
internal sealed class RestPaths(string prefix, string separator)
{
    private readonly string _root = prefix.Length == 0 ? "v1/" : $"v1/{string.Join('/', prefix.Trim('/').Split('/').Select(Escape))}/";

    public string Transactions => _root + "transactions/commit";

    public string Rename => _root + "tables/rename";

    public string Namespaces => _root + "namespaces";

    public string Namespace(ImmutableArray<string> space) => $"{Namespaces}/{Join(space)}";

    public string Tables(ImmutableArray<string> space) => Namespace(space) + "/tables";

    public string Table(TableIdentifier table) => $"{Tables(table.Namespace)}/{Uri.EscapeDataString(table.Name)}";

    /// <summary>Levels as one parameter.</summary>
    public string Join(ImmutableArray<string> space) => string.Join(separator, space.Select(Uri.EscapeDataString));

    // Some servers give their prefix as it stands in URLs (Nessie main%7Cwarehouse, S3 Tables arn%3Aaws…%2Fbucket), others as it is.
    private static string Escape(string part) => Uri.UnescapeDataString(part) == part ? Uri.EscapeDataString(part) : part;
}
