using System.Diagnostics.CodeAnalysis;
using CdcLake.Connectors;
using CdcLake.Planning.Logical;

namespace CdcLake.Views;

/// <summary>A view as the target of a pipeline.</summary>
/// <param name="name">Name of the view as a sink.</param>
/// <param name="feed">Where states are shown.</param>
/// <param name="result">The view itself.</param>
/// <param name="attach">Called when the pipeline was built.</param>
internal sealed class ViewTarget<[DynamicallyAccessedMembers(RowMembers.Kept)] TKey, [DynamicallyAccessedMembers(RowMembers.Kept)] TRow>(
    string name, ViewFeed<TKey, TRow> feed, object result, Action<Func<string, CancellationToken, Task>> attach) : ISinkTarget, IPipelineMember
{
    public object? Result => result;

    public ISink CreateSink() => new ViewSink<TKey, TRow>(name, feed);

    public void Attach(Func<string, CancellationToken, Task> wait) => attach(wait);
}
