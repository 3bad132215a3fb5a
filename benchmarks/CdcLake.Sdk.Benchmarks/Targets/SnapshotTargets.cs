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
            var read = await SnapshotAsync(server, capture);
            if (read != rows)
            {
                throw new InvalidOperationException($"The snapshot has {read} rows, the table {rows}.");
            }
        });
        var ratio = discard.Wall / ours.Wall;
        return [TargetLine.Against("snapshot from MySQL (clock)", rows / ours.Wall / 1e6, "M rows/s", "M rows/s discarded", rows / discard.Wall / 1e6, $"≥ {Wanted} of discarding", ratio >= Wanted)];
    }

    private static async Task<long> SnapshotAsync(BenchmarkServer server, TableCapture capture)
    {
        await using var source = server.Open();
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
