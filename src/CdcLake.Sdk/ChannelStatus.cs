namespace CdcLake;

/// <summary>The bounded link into a stage. Full, it makes its sender wait. Immutable.</summary>
/// <param name="From">Name of the stage that sends.</param>
/// <param name="Depth">Batches and signals that wait now.</param>
/// <param name="Capacity">How many may wait.</param>
/// <param name="Bytes">Bytes of the batches that wait now.</param>
/// <param name="Rows">Changes sent since the run began.</param>
public sealed record ChannelStatus(string From, int Depth, int Capacity, long Bytes, long Rows);
