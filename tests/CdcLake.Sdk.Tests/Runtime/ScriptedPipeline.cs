using CdcLake.Connectors;
using CdcLake.Planning.Logical;
using CdcLake.Runtime;
using CdcLake.Storage;
using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Planning;

namespace CdcLake.Tests.Runtime;

/// <summary>Pipelines over a <see cref="ScriptedSource"/>, made of the real runtime.</summary>
internal static class ScriptedPipeline
{
    /// <summary>Every sink gets the table as it is.</summary>
    public static Pipeline Replica(ISource source, IReadOnlyList<ISinkTarget> sinks, Action<PipelineOptions>? configure = null, IObjectStore? checkpoints = null, string name = "scripted")
    {
        var stream = ChangeStreams.FromTable<Item>(new NoTarget(), "shop.items");
        return Build(stream, source, sinks, configure, checkpoints, name);
    }

    /// <summary>Every sink gets the sum of a group of ten items; keeps state.</summary>
    public static Pipeline Sums(ISource source, IReadOnlyList<ISinkTarget> sinks, IObjectStore checkpoints, Action<PipelineOptions>? configure = null, string name = "scripted")
    {
        var stream = ChangeStreams.FromTable<Item>(new NoTarget(), "shop.items")
            .Aggregate(i => i.Id % 10, g => new Item(g.Key, g.Sum(i => i.Qty)));
        return Build(stream, source, sinks, configure, checkpoints, name);
    }

    private static Pipeline Build(
        ChangeStream<Item> stream, ISource source, IReadOnlyList<ISinkTarget> sinks, Action<PipelineOptions>? configure, IObjectStore? checkpoints, string name)
    {
        System.Linq.Expressions.Expression<Func<Item, int>> key = i => i.Id;
        for (var i = 0; i < sinks.Count; i++)
        {
            stream.AddSink($"sink({i})", sinks[i], key);
        }

        var options = new PipelineOptions { CommitInterval = TimeSpan.Zero };
        configure?.Invoke(options);
        checkpoints ??= new MemoryStore();
        return new Pipeline(new PipelineDefinition(name, LogicalPlan.Create(stream.Graph), () => source, sinks, () => checkpoints, options.Freeze()));
    }

    public sealed record Item(int Id, long Qty);
}
