using System.Diagnostics.Metrics;
using CdcLake.State.Spilling;
using CdcLake.Storage.Locations;
using Microsoft.Extensions.Logging;

namespace CdcLake;

/// <summary>Settings of one pipeline; copied by <c>Build</c>, so later changes have no effect.</summary>
public sealed class PipelineOptions
{
    private const int MostPartitions = 64;
    private const int MostPartitionsUnasked = 16;
    private const long LeastStateBytes = 1 << 20;

    /// <summary>
    /// Folder below which operator state is checkpointed, in a folder of the pipeline's name. It only makes restarts fast: deleted, it is rebuilt from the source.
    /// Pipelines that neither join nor aggregate keep no state, unless they follow foreign keys that the server does not log. In production give a folder of a disk that outlives the process and its container.
    /// </summary>
    /// <value>Default: <c>.cdclake</c> in the working folder. <c>s3://bucket/path</c> keeps checkpoints in S3, reached as <see cref="CheckpointS3"/> says.</value>
    public string CheckpointFolder { get; set; } = ".cdclake";

    /// <summary>The S3 store of a <see cref="CheckpointFolder"/> <c>s3://…</c>; also <see cref="S3Options.FromProperties"/>.</summary>
    /// <value>Default: AWS, with its own chain of credentials.</value>
    public S3Options CheckpointS3 { get; set; } = new();

    /// <summary>How often the pipeline commits while changes arrive, all its sinks at one position; also the age a change may reach before it is visible.</summary>
    /// <value>Default: 1 second. Zero commits after every epoch.</value>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Rows waiting in one sink at which the pipeline commits although the interval has not passed.</summary>
    /// <value>Default: 1,000,000 rows.</value>
    public long CommitRows { get; set; } = 1_000_000;

    /// <summary>Bytes waiting in all sinks together at which the pipeline commits although the interval has not passed.</summary>
    /// <value>Default: 256 MiB.</value>
    public long CommitBytes { get; set; } = 256L << 20;

    /// <summary>How often operator state is checkpointed while changes arrive. A restart reads the log again from the last checkpoint.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes of memory that the state of joins, aggregates and views may take together. What exceeds them goes to files in <see cref="StateFolder"/>, the oldest rows first, and is read back where it is needed.
    /// Three quarters are for rows in memory and for hash indexes (8 bytes and more a row), which never go to disk: a pipeline whose indexes alone are larger takes more. One quarter is for
    /// pages of the files in this process. The system keeps more of them in its cache as far as memory is free, which a container counts as its own, and gives up before anything else.
    /// <see cref="StageStatus.StateBytes"/> and <see cref="StageStatus.StateBytesOnDisk"/> show what is where.
    /// </summary>
    /// <value>Default: null, half of the memory that the process may use: that of its container, where there is one. At least 1 MiB.</value>
    public long? MaxStateBytes { get; set; }

    /// <summary>
    /// Folder on a local disk for state that exceeds <see cref="MaxStateBytes"/>. Files in it have no name, hold nothing that a restart needs, and are gone with the process however that ends. A full disk ends the pipeline;
    /// what is committed stays, and a start with more room goes on from the last checkpoint.
    /// </summary>
    /// <value>Default: null, the pipeline's folder below <see cref="CheckpointFolder"/> where that is local, else the system's temporary folder.</value>
    public string? StateFolder { get; set; }

    /// <summary>
    /// How long errors that pass by themselves are waited out, from the first of them since the last commit, with pauses that grow to 30 seconds. Then the last one
    /// ends the pipeline, as any other error does at once.
    /// </summary>
    /// <value>Default: for ever (<see cref="Timeout.InfiniteTimeSpan"/>). Zero waits for none.</value>
    public TimeSpan RetryFor { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long a cancelled pipeline may take to commit what it has read.</summary>
    /// <value>Default: 25 seconds, below the 30 seconds that .NET hosts allow.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>Row changes of captured tables after which an epoch ends at the next transaction boundary. Sinks see whole epochs only.</summary>
    /// <value>Default: 32,768 changes.</value>
    public int EpochRows { get; set; } = 32_768;

    /// <summary>Time after which an epoch ends at the next transaction boundary.</summary>
    /// <value>Default: 50 milliseconds.</value>
    public TimeSpan EpochTime { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// In how many partitions joins, groups and orders within groups run, side by side: rows go to a partition by their key. Results are the same whatever the number, and a pipeline may be
    /// started again with another one. Aggregates over everything, sinks and the source run once, beside the partitions.
    /// </summary>
    /// <value>
    /// Default: 0, two for each processor that the process may use, at most 16, and one where it may use one only. 1 runs without partitions, which wakes the fewest threads: for pipelines with few changes.
    /// At most 64.
    /// </value>
    public int Parallelism { get; set; }

    /// <summary>
    /// Called for each sink that committed, when all of them have, before anything goes on: keep it short. An exception from it ends the pipeline.
    /// </summary>
    /// <value>Default: none.</value>
    public Action<PipelineCommit>? OnCommit { get; set; }

    /// <summary>Source of all times; a test may pass a manual one.</summary>
    /// <value>Default: the system clock.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Where the pipeline logs, in the categories <c>CdcLake.Source</c>, <c>.Snapshot</c>, <c>.Engine</c>, <c>.Checkpoint</c>, <c>.Lease</c> and <c>.Sink</c>. Values of rows are never logged.
    /// </summary>
    /// <value>Default: null, nothing is logged.</value>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Makes the meter <see cref="CdcLakeTelemetry.MeterName"/>; a host's container has one.</summary>
    /// <value>Default: null, one meter for the process.</value>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>
    /// Whether of several processes with this pipeline only one runs, while the others stand by (<see cref="PipelineState.Standby"/>) and take over within seconds when it ends, is killed or cut
    /// off. The lease is a named lock on the MySQL server (<c>GET_LOCK</c>), so it needs a session more there and no privilege. Two processes without it disturb each other, but
    /// never a table: of two writers the second is refused.
    /// </summary>
    /// <value>Default: null, which means true for pipelines of a host (<c>AddCdcLake</c>) and false for <see cref="Pipeline.RunAsync"/>. Files have no lease.</value>
    public bool? Lease { get; set; }

    /// <summary>No operator is moved from where the query has it, so that tests and measurements can compare.</summary>
    internal bool RunsAsWritten { get; set; }

    /// <summary>What <see cref="Parallelism"/> means here.</summary>
    internal int Partitions => Parallelism > 0 ? Parallelism : Environment.ProcessorCount == 1 ? 1 : Math.Min(2 * Environment.ProcessorCount, MostPartitionsUnasked);

    /// <summary>The memory of a pipeline's state.</summary>
    internal StateBudget StateBudgetOf(string pipeline) => new(MaxStateBytes ?? StateBudget.DefaultBytes, StateFolderOf(pipeline));

    private string StateFolderOf(string pipeline) => StateFolder
        ?? (ObjectStores.IsLocal(CheckpointFolder) ? ObjectStores.Below(ObjectStores.Absolute(CheckpointFolder), pipeline) : Path.GetTempPath());

    internal PipelineOptions Copy() => (PipelineOptions)MemberwiseClone();

    /// <summary>A validated copy.</summary>
    internal PipelineOptions Freeze()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(CheckpointFolder);
        ArgumentOutOfRangeException.ThrowIfLessThan(CommitInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(CommitRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CommitBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStateBytes ?? LeastStateBytes, LeastStateBytes, nameof(MaxStateBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryFor == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : RetryFor, TimeSpan.Zero, nameof(RetryFor));
        ArgumentOutOfRangeException.ThrowIfLessThan(DrainTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(EpochRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(EpochTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(Parallelism);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Parallelism, MostPartitions);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        _ = ObjectStores.Absolute(CheckpointFolder);
        var copy = Copy();
        copy.CheckpointS3 = CheckpointS3.Freeze();
        return copy;
    }
}
