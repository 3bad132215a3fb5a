using CdcLake.Columnar;

namespace CdcLake.Dataflow;

/// <summary>What travels on a channel: changes for one input of the stage, or the end of an epoch for all inputs that the channel serves.</summary>
/// <param name="Input">Number of the receiving operator's input; meaningless for an end.</param>
/// <param name="Batch">Changes, owned by the receiver; null for an end.</param>
/// <param name="End">The end of an epoch; null for changes.</param>
internal readonly record struct StageMessage(int Input, ChangeBatch? Batch, EpochEnd? End);
