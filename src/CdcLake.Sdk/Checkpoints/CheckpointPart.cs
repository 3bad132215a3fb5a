using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>Something whose state is kept in checkpoints: an operator, or a sink that lives in the process.</summary>
/// <param name="Name">As in the plan.</param>
/// <param name="Stores">Its state, in a fixed order, at least one store.</param>
/// <param name="AfterRestore">Called once when all stores were read back.</param>
internal sealed record CheckpointPart(string Name, IReadOnlyList<IStateStore> Stores, Action AfterRestore);
