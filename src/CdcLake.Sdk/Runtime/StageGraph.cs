using CdcLake.Dataflow;
using CdcLake.State.Spilling;

namespace CdcLake.Runtime;

/// <summary>The wired stages of one run: where the source sends to, the operators, and what each sink reads.</summary>
/// <param name="Source">Outlets by captured table.</param>
/// <param name="Operators">Inputs before their consumers; each stage of them runs as a task.</param>
/// <param name="Sinks">By sink number.</param>
internal sealed record StageGraph(SourceOutlet Source, IReadOnlyList<StagePartitions> Operators, IReadOnlyList<SinkInput> Sinks) : IDisposable
{
    /// <summary>All stages.</summary>
    public IEnumerable<Stage> Stages => Operators.SelectMany(o => o.All);

    /// <summary>Operators that keep state.</summary>
    public IEnumerable<StagePartitions> Stateful => Operators.Where(o => o.Stores > 0);

    /// <summary>Memory of all state of the run; whoever gave it disposes it.</summary>
    public StateBudget? Budget { get; private set; }

    /// <summary>Gives the operators, whose state is empty, a budget.</summary>
    public void Use(StateBudget budget)
    {
        Budget = budget;
        foreach (var partitions in Stateful)
        {
            partitions.Use(budget);
        }
    }

    public void Dispose()
    {
        foreach (var partitions in Operators)
        {
            partitions.Dispose();
        }
    }
}

/// <summary>What reaches a sink.</summary>
/// <param name="Name">The sink's name in the plan; names its part of a checkpoint.</param>
/// <param name="Channels">One from each partition of the stage before it.</param>
/// <param name="Tables">Numbers of the captured tables that its content comes from.</param>
internal sealed record SinkInput(string Name, IReadOnlyList<StageChannel> Channels, IReadOnlySet<int> Tables);
