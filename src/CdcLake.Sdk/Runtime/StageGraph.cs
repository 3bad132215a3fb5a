using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>The wired stages of one run: where the source sends to, the operators, and what each sink reads.</summary>
/// <param name="Source">Outlets by captured table.</param>
/// <param name="Stages">In no particular order; each runs as a task.</param>
/// <param name="Sinks">By sink number.</param>
internal sealed record StageGraph(SourceOutlet Source, IReadOnlyList<Stage> Stages, IReadOnlyList<SinkInput> Sinks) : IDisposable
{
    /// <summary>Operators that keep state.</summary>
    public IEnumerable<IOperator> Stateful => Stages.Select(s => s.Operator).Where(o => o.State.Count > 0);

    public void Dispose()
    {
        foreach (var stage in Stages)
        {
            stage.Dispose();
        }
    }
}

/// <summary>What reaches a sink.</summary>
/// <param name="Name">The sink's name in the plan; names its part of a checkpoint.</param>
/// <param name="Channel">Its only channel.</param>
/// <param name="Tables">Numbers of the captured tables that its content comes from.</param>
internal sealed record SinkInput(string Name, StageChannel Channel, IReadOnlySet<int> Tables);
