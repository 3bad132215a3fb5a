using CdcLake.Connectors;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;

namespace CdcLake.Iceberg;

/// <summary>A table as a <c>ToIceberg</c> call names it, with the options of that call. Immutable.</summary>
/// <param name="catalog">Commits for all tables of its catalog.</param>
/// <param name="table">Its name there.</param>
/// <param name="settings">The options of the call.</param>
/// <param name="result">The table, as the application reads it.</param>
internal sealed class IcebergSinkTarget(CatalogCommitGroup catalog, TableIdentifier table, IcebergSinkSettings settings, object? result = null) : ISinkTarget
{
    public object? Result => result;

    public ISink CreateSink() => new IcebergSink(catalog, table, settings);
}
