using CdcLake.Connectors;

namespace CdcLake.Iceberg;

/// <summary>A table as a <c>ToIceberg</c> call names it, with the options of that call. Immutable.</summary>
internal sealed class IcebergSinkTarget(IcebergTable table, IcebergSinkSettings settings) : ISinkTarget
{
    public ISink CreateSink() => table.CreateSink(settings);
}
