using CdcLake.Connectors;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;

namespace CdcLake.Iceberg;

/// <summary>A table as a <c>ToIceberg</c> call names it, with the options of that call. Immutable.</summary>
internal sealed class IcebergSinkTarget(CatalogCommitGroup catalog, TableIdentifier table, IcebergSinkSettings settings) : ISinkTarget
{
    public ISink CreateSink() => new IcebergSink(catalog, table, settings);
}
