using System.Collections.Immutable;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>The errors that catalogs without a service raise about names, the same for all of them.</summary>
internal static class DirectoryErrors
{
    public static CatalogException NamespaceExists(ImmutableArray<string> space, string catalog) =>
        new($"There is a namespace or table {Text(space)} in {catalog} already.") { Error = CatalogError.AlreadyExists };

    public static CatalogException NoNamespace(ImmutableArray<string> space, string catalog) =>
        new($"There is no namespace {Text(space)} in {catalog}. Check its spelling, or create it first.") { Error = CatalogError.NoSuchNamespace };

    public static CatalogException NotEmpty(ImmutableArray<string> space, string catalog) =>
        new($"Namespace {Text(space)} in {catalog} is not empty: drop what is in it first.") { Error = CatalogError.NamespaceNotEmpty };

    public static CatalogException NoTable(TableIdentifier table, string catalog) =>
        new($"There is no table {table} in {catalog}. Check its spelling; a sink creates its table at its first start.") { Error = CatalogError.NoSuchTable };

    public static CatalogException TableExists(TableIdentifier table, string catalog) =>
        new($"There is a table {table} in {catalog} already. Take another name, or drop that one.") { Error = CatalogError.AlreadyExists };

    private static string Text(ImmutableArray<string> space) => string.Join('.', space);
}
