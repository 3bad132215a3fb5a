using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>Something whose state is kept in checkpoints: a partition of an operator, or a sink that lives in the process.</summary>
/// <param name="Name">As in the plan, with the number of the partition where there are several.</param>
/// <param name="Stores">Its state, in a fixed order, at least one store.</param>
/// <param name="AfterRestore">Called once when all stores were read back.</param>
internal sealed record CheckpointPart(string Name, IReadOnlyList<IStateStore> Stores, Action AfterRestore)
{
    /// <summary>As in the plan.</summary>
    public string Operator { get; init; } = Name;

    /// <summary>Which of the operator's partitions it is.</summary>
    public Partition Partition { get; init; } = Partition.Only;

    /// <summary>Makes what the state of one partition is read into when it was written in another number of them; null where there is never more than one.</summary>
    public Func<FormerPart>? CreateFormer { get; init; }
}
