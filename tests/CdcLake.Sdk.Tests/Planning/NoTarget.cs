using CdcLake.Connectors;

namespace CdcLake.Tests.Planning;

/// <summary>A source and sink for plans that are never run; each object is a source of its own.</summary>
internal sealed class NoTarget : ISourceTarget, ISinkTarget
{
    public static readonly NoTarget Instance = new();

    public ISource CreateSource(string pipeline, TimeProvider clock) => throw new NotSupportedException("This plan is not run.");

    public ISink CreateSink() => throw new NotSupportedException("This plan is not run.");
}
