using System.IO.Hashing;
using CdcLake.Benchmarks.Baselines;
using CdcLake.Benchmarks.Logs;
using CdcLake.Connectors;
using CdcLake.MySql;

namespace CdcLake.Benchmarks.Targets;

/// <summary>A log file into columns, checksums verified, all five columns of sales read.</summary>
internal static class DecodeTargets
{
    public static async Task<IReadOnlyList<TargetLine>> SalesAsync(Workspace work)
    {
        var path = work.InsertLog;
        var bytes = (double)new FileInfo(path).Length;
        var output = new CountingOutput();
        var ours = await Measurement.MedianAsync(2, 5, async () => output = await DecodeAsync(path, "appdb.sales"));
        var half = await AllocatedForHalfAsync(work);
        var byHand = new SalesDecoder();
        var hand = Measurement.Median(2, 5, () => byHand.Run(path));
        var byBoxing = new BoxingDecoder();
        var boxing = Measurement.Median(1, 3, () => byBoxing.Run(path));
        if (output.Rows != byHand.Rows || output.Rows != byBoxing.Rows)
        {
            throw new InvalidOperationException($"The decoders disagree: {output.Rows}, {byHand.Rows} and {byBoxing.Rows} rows.");
        }

        var rate = output.Rows / ours.Cpu / 1e6;
        var handRate = byHand.Rows / hand.Cpu / 1e6;
        var perRow = Math.Max(0, ours.Allocated - half.Bytes) / (double)(output.Rows - half.Rows);
        return
        [
            TargetLine.Against("decode sales from file (one core)", rate, "M rows/s", "M rows/s loop by hand", handRate, "≥ 0.6 of by hand", rate / handRate >= 0.6),
            TargetLine.Against("  the same", rate, "M rows/s", "M rows/s object[] per row", byBoxing.Rows / boxing.Cpu / 1e6),
            TargetLine.Against("  the same", bytes / ours.Cpu / 1e6, "MB/s", "MB/s loop by hand", bytes / hand.Cpu / 1e6),
            TargetLine.Against("  allocated for each further row (its share of batches and transactions)", perRow, "bytes/row", "bytes/row object[] per row", boxing.Allocated / (double)byBoxing.Rows, "0", perRow < 0.5),
        ];
    }

    /// <summary>The same rows in compressed transactions, against the plain ones.</summary>
    public static async Task<IReadOnlyList<TargetLine>> CompressedAsync(Workspace work)
    {
        var path = work.Fresh("packed");
        var workload = work.InsertWorkload with { IsCompressed = true };
        workload.Write(path);
        var output = new CountingOutput();
        var packed = await Measurement.MedianAsync(2, 5, async () => output = await DecodeAsync(path, "appdb.sales"));
        var plain = await Measurement.MedianAsync(2, 5, async () => await DecodeAsync(work.InsertLog, "appdb.sales"));
        File.Delete(path);
        var (rate, plainRate) = (output.Rows / packed.Cpu / 1e6, output.Rows / plain.Cpu / 1e6);
        return [TargetLine.Against("decode sales in compressed transactions (one core)", rate, "M rows/s", "M rows/s not compressed", plainRate, "≥ 0.5 of not compressed", rate / plainRate >= 0.5)];
    }

    /// <summary>Ordinary rows of two tables, texts included.</summary>
    public static async Task<IReadOnlyList<TargetLine>> MixedAsync(Workspace work)
    {
        var path = work.Fresh("mixed");
        var images = MixedLog.Write(path);
        var bytes = (double)new FileInfo(path).Length;
        var output = new CountingOutput();
        var ours = await Measurement.MedianAsync(2, 5, async () => output = await DecodeAsync(path, MixedLog.Notes, MixedLog.Mixed));
        var checksums = Measurement.Median(1, 3, () => ReadAndCheck(path));
        File.Delete(path);
        if (output.Rows != images)
        {
            throw new InvalidOperationException($"{output.Rows} of {images} images were decoded.");
        }

        var rate = bytes / ours.Cpu / 1e6;
        return
        [
            TargetLine.Against($"decode mixed rows from file, {bytes / images:0} bytes each (one core)", rate, "MB/s", "MB/s read and checksummed only", bytes / checksums.Cpu / 1e6,
                "≥ 2000", rate >= 2000),
            new TargetLine("  the same", images / ours.Cpu / 1e6, "M rows/s"),
        ];
    }

    /// <summary>Reads all columns of tables of a log file.</summary>
    public static async Task<CountingOutput> DecodeAsync(string path, params string[] tables)
    {
        await using var source = new BinlogFileSource([path]);
        var captures = (await source.DescribeAsync(tables, CancellationToken.None)).Select(t => TableCapture.Of(t, [.. Enumerable.Range(0, t.Schema.Count)]));
        var output = new CountingOutput();
        await source.RunAsync(new SourceStart([.. captures], null, [], EpochLimits.Default), output, CancellationToken.None);
        return output;
    }

    private static void ReadAndCheck(string path)
    {
        using var file = File.OpenHandle(path);
        var buffer = new byte[1 << 20];
        var at = 0L;
        for (int read; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
        {
            for (var i = 0; i < read; i += 8192)
            {
                Crc32.HashToUInt32(buffer.AsSpan(i, Math.Min(8192, read - i)));
            }
        }
    }

    // What a file costs however many rows it has does not count for a row: two lengths show the difference.
    private static async Task<(long Rows, long Bytes)> AllocatedForHalfAsync(Workspace work)
    {
        var workload = work.InsertWorkload with { Statements = work.InsertWorkload.Statements / 2 };
        var path = work.Fresh("half");
        workload.Write(path);
        var output = new CountingOutput();
        var cost = await Measurement.MedianAsync(1, 3, async () => output = await DecodeAsync(path, "appdb.sales"));
        File.Delete(path);
        return (output.Rows, cost.Allocated);
    }
}
