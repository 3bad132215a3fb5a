
namespace CdcLake.Connectors;

/// <summary>What a <c>To…</c> call names: opens a sink for each run.</summary>
internal interface ISinkTarget
{
    ISink CreateSink();

    /// <summary>The object by which the application reads what the sink has written; null where there is none.</summary>
    object? Result => null;
}
