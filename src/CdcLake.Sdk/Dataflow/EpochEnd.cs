using CdcLake.Connectors;
using CdcLake.State;

namespace CdcLake.Dataflow;

/// <summary>The end of an epoch on its way through the stages.</summary>
/// <param name="Epoch">Which epoch.</param>
/// <param name="Checkpoint">When a checkpoint is taken here, what the stages write their state to.</param>
internal sealed record EpochEnd(Epoch Epoch, ICheckpointRound? Checkpoint = null);
