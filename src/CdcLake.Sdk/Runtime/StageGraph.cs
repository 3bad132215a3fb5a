using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>The wired stages of one run: where the source sends to, the operators, and the channel each sink reads.</summary>
/// <param name="Source">Outlets by captured table.</param>
/// <param name="Stages">In no particular order; each runs as a task.</param>
/// <param name="SinkInputs">By sink number.</param>
internal sealed record StageGraph(SourceOutlet Source, IReadOnlyList<Stage> Stages, IReadOnlyList<StageChannel> SinkInputs) : IDisposable
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
