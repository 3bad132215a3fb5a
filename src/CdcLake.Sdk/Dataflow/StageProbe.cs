using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

/// <summary>What can be seen of a stage from outside while it runs.</summary>
/// <param name="Name">As in the plan; the source and sinks too.</param>
/// <param name="Read">Counters, at any time, from any thread.</param>
/// <param name="Inputs">Channels that it reads; none for the source.</param>
/// <param name="State">What it keeps.</param>
internal sealed record StageProbe(string Name, Func<StageReading> Read, IReadOnlyList<StageChannel> Inputs, IReadOnlyList<IStateStore> State)
{
    /// <summary>Its partitions, where it runs in several; else none.</summary>
    public IReadOnlyList<StageProbe> Partitions { get; init; } = [];

    /// <summary>One for all partitions of a stage: rows are summed, times are the mean.</summary>
    /// <param name="partitions">At least one, all of one name.</param>
    public static StageProbe Of(IReadOnlyList<StageProbe> partitions) => partitions is [var only] ? only : new StageProbe(
        partitions[0].Name, () => Sum(partitions), [.. partitions.SelectMany(p => p.Inputs)], [.. partitions.SelectMany(p => p.State)]) { Partitions = partitions };

    private static StageReading Sum(IReadOnlyList<StageProbe> partitions)
    {
        var sum = default(StageReading);
        foreach (var partition in partitions)
        {
            var one = partition.Read();
            sum = new StageReading(sum.RowsIn + one.RowsIn, sum.RowsOut + one.RowsOut, sum.Idle + one.Idle, sum.Blocked + one.Blocked);
        }

        return sum with { Idle = sum.Idle / partitions.Count, Blocked = sum.Blocked / partitions.Count };
    }
}

/// <summary>Counters of a stage since the run began.</summary>
/// <param name="RowsIn">Changes taken in.</param>
/// <param name="RowsOut">Changes sent on.</param>
/// <param name="Idle">Time spent waiting for something to do.</param>
/// <param name="Blocked">Time spent waiting for room behind it.</param>
internal readonly record struct StageReading(long RowsIn, long RowsOut, TimeSpan Idle, TimeSpan Blocked);
