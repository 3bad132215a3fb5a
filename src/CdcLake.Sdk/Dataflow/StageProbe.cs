using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

/// <summary>What can be seen of a stage from outside while it runs.</summary>
/// <param name="Name">As in the plan; the source and sinks too.</param>
/// <param name="Read">Counters, at any time, from any thread.</param>
/// <param name="Inputs">Channels that it reads; none for the source.</param>
/// <param name="State">What it keeps.</param>
internal sealed record StageProbe(string Name, Func<StageReading> Read, IReadOnlyList<StageChannel> Inputs, IReadOnlyList<IStateStore> State);

/// <summary>Counters of a stage since the run began.</summary>
/// <param name="RowsIn">Changes taken in.</param>
/// <param name="RowsOut">Changes sent on.</param>
/// <param name="Idle">Time spent waiting for something to do.</param>
/// <param name="Blocked">Time spent waiting for room behind it.</param>
internal readonly record struct StageReading(long RowsIn, long RowsOut, TimeSpan Idle, TimeSpan Blocked);
