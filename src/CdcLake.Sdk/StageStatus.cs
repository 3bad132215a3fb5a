namespace CdcLake;

/// <summary>
/// A running stage: the source, an operator with what is fused into it, or a sink. Together they are a graph: <see cref="ChannelStatus.From"/> of an input names the
/// stage before. Counts begin with each run; rates and shares are those of the last seconds. Immutable.
/// </summary>
/// <param name="Name">As <c>Explain</c> prints it; for a sink as in <see cref="SinkStatus.Name"/>.</param>
public sealed record StageStatus(string Name)
{
    /// <summary>Changes taken in; an update counts as two. 0 for the source.</summary>
    public long RowsIn { get; init; }

    /// <summary>Changes sent on. 0 for a sink.</summary>
    public long RowsOut { get; init; }

    /// <summary>Changes taken in per second.</summary>
    public double RowsInPerSecond { get; init; }

    /// <summary>Changes sent on per second.</summary>
    public double RowsOutPerSecond { get; init; }

    /// <summary>Share of its time in which it worked, from 0 to 1; for a sink also that of writing and committing.</summary>
    public double Busy { get; init; }

    /// <summary>Share of its time in which it waited for room behind it, from 0 to 1: the backpressure.</summary>
    public double Blocked { get; init; }

    /// <summary>Rows of keyed state that it keeps.</summary>
    public long StateRows { get; init; }

    /// <summary>Bytes of memory of that state; hash indexes are part of it, which never go to disk.</summary>
    public long StateBytes { get; init; }

    /// <summary>Bytes of that state on disk, which exceeded <see cref="PipelineOptions.MaxStateBytes"/>.</summary>
    public long StateBytesOnDisk { get; init; }

    /// <summary>
    /// In how many partitions it runs, side by side, as <see cref="PipelineOptions.Parallelism"/> says; 1 for what runs once. Counts and state are those of all partitions together, shares of time
    /// the mean.
    /// </summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Changes that the partition with the most of them has taken in: far above the mean, some keys have most of the changes.</summary>
    public long LargestPartitionRowsIn { get; init; }

    /// <summary>The links from the stages before it, the channels of partitions together; empty for the source.</summary>
    public IReadOnlyList<ChannelStatus> Inputs { get; init; } = [];
}
