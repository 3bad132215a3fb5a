using System.Diagnostics.Metrics;

namespace CdcLake.Diagnostics;

/// <summary>What is added up as it happens: at the end of an epoch, a commit, a checkpoint, an error; never per row.</summary>
internal sealed record PipelineCounters
{
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    private static readonly double[] Sizes = [1 << 10, 1 << 14, 1 << 17, 1 << 20, 1 << 23, 1 << 26, 1 << 29, 1L << 32];

    public PipelineCounters(Meter meter)
    {
        Changes = meter.CreateCounter<long>("cdclake.source.changes", "{change}", "Rows of captured tables that the log says were changed.");
        Transactions = meter.CreateCounter<long>("cdclake.source.transactions", "{transaction}", "Transactions read, those without captured rows included.");
        Bytes = meter.CreateCounter<long>("cdclake.source.bytes", "By", "Bytes of the log received.");
        Reconnects = meter.CreateCounter<long>("cdclake.source.reconnects", "{connection}", "Times that the log had to be asked for again.");
        SnapshotRows = meter.CreateCounter<long>("cdclake.snapshot.rows", "{row}", "Rows read by initial snapshots.");
        StageRows = meter.CreateCounter<long>("cdclake.stage.rows", "{row}", "Changes that a stage took in and sent on.");
        SinkRows = meter.CreateCounter<long>("cdclake.sink.rows", "{row}", "Rows that commits wrote and removed.");
        SinkFiles = meter.CreateCounter<long>("cdclake.sink.files", "{file}", "Files that commits added.");
        SinkBytes = meter.CreateCounter<long>("cdclake.sink.bytes", "By", "Bytes of the files that commits added.");
        Conflicts = meter.CreateCounter<long>("cdclake.sink.commit.conflicts", "{conflict}", "Commits that another writer had come before.");
        Errors = meter.CreateCounter<long>("cdclake.errors", "{error}", "Errors met, those that were waited out included.");
        CommitDuration = Histogram(meter, "cdclake.sink.commit.duration", "s", "Time from writing a commit's files to its being visible.", Seconds);
        Latency = Histogram(meter, "cdclake.sink.latency", "s", "Time from the newest transaction's commit at the source to its being visible in the target.", Seconds);
        CheckpointDuration = Histogram(meter, "cdclake.checkpoint.duration", "s", "Time from a checkpoint's barrier to its counting.", Seconds);
        CheckpointSize = Histogram(meter, "cdclake.checkpoint.size", "By", "Bytes written for a checkpoint.", Sizes);
    }

    public Counter<long> Changes { get; }

    public Counter<long> Transactions { get; }

    public Counter<long> Bytes { get; }

    public Counter<long> Reconnects { get; }

    public Counter<long> SnapshotRows { get; }

    public Counter<long> StageRows { get; }

    public Counter<long> SinkRows { get; }

    public Counter<long> SinkFiles { get; }

    public Counter<long> SinkBytes { get; }

    public Counter<long> Conflicts { get; }

    public Counter<long> Errors { get; }

    public Histogram<double> CommitDuration { get; }

    public Histogram<double> Latency { get; }

    public Histogram<double> CheckpointDuration { get; }

    public Histogram<double> CheckpointSize { get; }

    private static Histogram<double> Histogram(Meter meter, string name, string unit, string description, double[] bounds) =>
        meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
