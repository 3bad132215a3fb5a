using CdcLake.Columnar;

namespace CdcLake.Dataflow;

/// <summary>What travels on a channel: changes for one input of the receiver, or a signal for all inputs that the channel serves.</summary>
/// <param name="Input">Number of the receiving operator's input; meaningless for a signal.</param>
/// <param name="Batch">Changes, owned by the receiver; null for a signal.</param>
/// <param name="Signal">What happens to the stream here; null for changes.</param>
internal readonly record struct StageMessage(int Input, ChangeBatch? Batch, StageSignal? Signal);
