using System.Diagnostics.CodeAnalysis;
using CdcLake.Connectors;
using CdcLake.Planning.Logical;

namespace CdcLake.RowSinks;

/// <summary>The application's sink as the target of a pipeline; publishes for itself alone.</summary>
internal sealed class RowSinkTarget<[DynamicallyAccessedMembers(RowMembers.Kept)] T>(ISink<T> sink) : ISinkTarget
{
    public ISink CreateSink() => new RowSink<T>(sink);
}
