
namespace CdcLake.Connectors;

/// <summary>What a <c>To…</c> call names: opens a sink for each run.</summary>
internal interface ISinkTarget
{
    ISink CreateSink();
}
