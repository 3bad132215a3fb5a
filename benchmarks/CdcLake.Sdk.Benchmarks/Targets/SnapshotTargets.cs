using CdcLake.Benchmarks.Baselines;
using CdcLake.Connectors;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The initial snapshot of a table, beside a client that throws the rows of the same SELECT away. On the clock.</summary>
internal static class SnapshotTargets
{
    private const double Wanted = 0.9;

    public static async Task<IReadOnlyList<TargetLine>> MySqlAsync(BenchmarkServer server)
    {
        var rows = 0L;
        var select = $"SELECT id, product_id, qty, price, sale_ts FROM {server.Table}";
        var discard = await Measurement.MedianAsync(1, 3, async () => rows = await DiscardingClient.RowsAsync(server.ConnectionString, select));
        var capture = await server.CaptureAsync();
        var ours = await Measurement.MedianAsync(1, 3, async () =>
        {
            var read = await SnapshotAsync(server, capture, readers: 1);
            if (read != rows)
            {
                throw new InvalidOperationException($"The snapshot has {read} rows, the table {rows}.");
            }
        });
        var ratio = discard.Wall / ours.Wall;
        return [TargetLine.Against("snapshot from MySQL (clock)", rows / ours.Wall / 1e6, "M rows/s", "M rows/s discarded", rows / discard.Wall / 1e6, $"≥ {Wanted} of discarding", ratio >= Wanted)];
    }

    /// <summary>One table of five million rows, read by one connection and by several, and what both sides pay for it.</summary>
    public static async Task<IReadOnlyList<TargetLine>> ReadersAsync(BenchmarkServer server)
    {
        const int Times = 5;
        await server.GrowAsync(Times);
        var capture = await server.CaptureAsync();
        var lines = new List<TargetLine>();
        double one = 0;
        foreach (var readers in new[] { 1, 2, 4 })
        {
            var rows = 0L;
            var before = MachineLoad.Now();
            var cost = await Measurement.MedianAsync(1, 5, async () => rows = await SnapshotAsync(server, capture, readers));
            var others = MachineLoad.Now().OthersSince(before);
            var rate = rows / cost.Wall / 1e6;
            one = readers == 1 ? rate : one;
            lines.Add(TargetLine.Against($"snapshot of {rows / 1e6:0.0} M rows from MySQL, readers: {readers} (clock)", rate, "M rows/s", "M rows/s of one", one));
            lines.Add(new TargetLine("  processors, ours", cost.Cpu / cost.Wall, "of 2"));
            lines.Add(new TargetLine("  processors, all others (MySQL)", others, "of 2"));
        }

        return lines;
    }

    private static async Task<long> SnapshotAsync(BenchmarkServer server, TableCapture capture, int readers)
    {
        await using var source = server.Open(readers);
        using var stop = new CancellationTokenSource();
        var output = new CountingOutput(stop, epoch => epoch.IsCompleteResult);
        try
        {
            await source.RunAsync(new SourceStart([capture], null, [], EpochLimits.Default), output, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The snapshot is whole; the log behind it is not asked for.
        }

        return output.Rows;
    }
}
