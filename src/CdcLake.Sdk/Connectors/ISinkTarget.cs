
namespace CdcLake.Connectors;

/// <summary>What a <c>To…</c> call names: opens a sink for each run.</summary>
internal interface ISinkTarget
{
    ISink CreateSink();

    /// <summary>What the target has committed for a pipeline, without opening it.</summary>
    /// <returns>Properties of the position; null when it has none, or does not tell unless it is opened.</returns>
    Task<IReadOnlyDictionary<string, string>?> FindPositionAsync(string pipeline, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyDictionary<string, string>?>(null);

    /// <summary>The object by which the application reads what the sink has written; null where there is none.</summary>
    object? Result => null;
}
