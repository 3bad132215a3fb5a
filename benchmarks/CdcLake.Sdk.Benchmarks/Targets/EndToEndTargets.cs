namespace CdcLake.Benchmarks.Targets;

/// <summary>From a log file to committed Iceberg tables in a local folder, with the default options: commits each second, checkpoints, fsync.</summary>
internal static class EndToEndTargets
{
    public static Task<IReadOnlyList<TargetLine>> JoinAggregateAsync(Workspace work) =>
        RunAsync(work, "replay → join + aggregate → Iceberg", SalesJob.ByProduct, work.UpdateWorkload.Products, 1200);

    public static Task<IReadOnlyList<TargetLine>> ReplicaAsync(Workspace work) =>
        RunAsync(work, "replay → Iceberg upsert", SalesJob.Replica, work.UpdateWorkload.Changes().Count(c => c.Old is null), 1500);

    private static async Task<IReadOnlyList<TargetLine>> RunAsync(Workspace work, string name, string job, long rows, double wanted)
    {
        var log = work.UpdateLog;
        var changes = work.UpdateWorkload.Statements;
        var decode = await Measurement.MedianAsync(1, 3, () => DecodeTargets.DecodeAsync(log, "appdb.sales"));
        var folder = "";
        var (commits, committed) = (0L, 0L);
        var cost = await Measurement.MedianAsync(
            4,
            5,
            async () =>
            {
                await using var pipeline = SalesJob.Build(job, MySqlSource.FromFiles(log), SalesJob.Database, folder, o => o.OnCommit = c => committed = c.TotalRows);
                await pipeline.RunAsync();
                commits = pipeline.Status.Sinks.Sum(s => s.Commits);
            },
            () => folder = work.Fresh("warehouse"),
            () => Directory.Delete(folder, recursive: true));
        if (committed != rows)
        {
            throw new InvalidOperationException($"The table has {committed} rows instead of {rows}.");
        }

        var rate = changes / cost.Cpu / 1e3;
        return
        [
            TargetLine.Against($"{name}, 20 % updates (one core)", rate, "k changes/s", "k changes/s decoded only", changes / decode.Cpu / 1e3, $"≥ {wanted}", rate >= wanted),
            TargetLine.Against($"  the same (clock, {Environment.ProcessorCount} cores, {commits} commits)", changes / cost.Wall / 1e3, "k changes/s", "k changes/s decoded only", changes / decode.Wall / 1e3),
            TargetLine.Against("  allocated", cost.Allocated / (double)changes, "bytes/change", "bytes/change decoded only", decode.Allocated / (double)changes),
        ];
    }
}
