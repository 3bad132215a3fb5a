using System.Collections.Immutable;
using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>The sinks of a run: those that it began with, and those of tables that came since, without those of tables that went. Thread-safe.</summary>
internal sealed class RunSinks
{
    private ImmutableArray<RunSink> _all = [];

    /// <summary>In the order in which they came; does not change any more once it was read.</summary>
    public ImmutableArray<RunSink> All => _all;

    /// <summary>Those that take part in commits.</summary>
    public IEnumerable<RunSink> Durable => All.Where(s => s.Sink.IsDurable);

    public void Add(RunSink sink) => ImmutableInterlocked.Update(ref _all, (all, one) => all.Add(one), sink);

    public void Remove(RunSink sink) => ImmutableInterlocked.Update(ref _all, (all, one) => all.Remove(one), sink);

    /// <summary>Those that a captured table reaches.</summary>
    public IEnumerable<RunSink> Of(int table) => All.Where(s => s.Input.Tables.Contains(table));
}

/// <summary>A sink of a run.</summary>
/// <param name="Number">By which status and positions know it, for the pipeline's whole life.</param>
/// <param name="Sink">Open.</param>
/// <param name="Input">What reaches it.</param>
/// <param name="Committed">What it had committed when it was opened; null for nothing.</param>
internal sealed record RunSink(int Number, ISink Sink, SinkInput Input, SourcePosition? Committed)
{
    public bool Equals(RunSink? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Number;
}
