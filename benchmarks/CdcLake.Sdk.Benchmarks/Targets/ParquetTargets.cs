using CdcLake.Benchmarks.Baselines;
using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using Arrow = ParquetSharp;
using Net = global::Parquet;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The sales table into a Parquet file in memory, and back, beside two published libraries.</summary>
internal static class ParquetTargets
{
    private const int Rows = 1_000_000;

    public static async Task<IReadOnlyList<TargetLine>> EncodeAsync(SalesLog workload)
    {
        var batches = SalesTables.Inserts(workload, Rows);
        var rivals = new ParquetRivals(batches);
        var naive = Measurement.Median(1, 3, () => NaiveParquet.Encode(batches));
        return
        [
            .. await EncodeAsync(batches, rivals, "snappy", CompressionCodec.Snappy, null, Arrow.Compression.Snappy, Net.CompressionMethod.Snappy, 15),
            .. await EncodeAsync(batches, rivals, "zstd level 1", CompressionCodec.Zstd, 1, Arrow.Compression.Zstd, Net.CompressionMethod.Zstd, 10),
            .. await EncodeAsync(batches, rivals, "zstd level 3", CompressionCodec.Zstd, 3, Arrow.Compression.Zstd, null, null),
            new TargetLine("  row by row, plain, snappy", Rate(naive), "M rows/s"),
            await SmallFilesAsync(batches),
        ];
    }

    /// <summary>What a commit of a few rows pays for its file, a compressor of its own included.</summary>
    private static async Task<TargetLine> SmallFilesAsync(List<ChangeBatch> batches)
    {
        const int files = 500;
        const int rows = 100;
        var zstd = await Measurement.MedianAsync(2, 5, () => WriteFilesAsync(CompressionCodec.Zstd));
        var snappy = await Measurement.MedianAsync(2, 5, () => WriteFilesAsync(CompressionCodec.Snappy));
        return TargetLine.Against($"parquet file of {rows} sales, zstd", zstd.Cpu / files * 1e6, "µs", "µs with snappy", snappy.Cpu / files * 1e6);

        async Task WriteFilesAsync(CompressionCodec codec)
        {
            for (var i = 0; i < files; i++)
            {
                using var writer = new ParquetWriter(Columns(), static (_, _) => ValueTask.CompletedTask, new ParquetWriterOptions { Codec = codec });
                await writer.AppendAsync(batches[0].Columns, 0, rows);
                await writer.CompleteAsync();
            }
        }
    }

    public static async Task<IReadOnlyList<TargetLine>> DecodeAsync(SalesLog workload)
    {
        var batches = SalesTables.Inserts(workload, Rows);
        var rivals = new ParquetRivals(batches);
        using var stream = new MemoryStream();
        await WriteAsync(batches, new ParquetWriterOptions { CompressionLevel = 1 }, stream);
        var ours = stream.ToArray();
        rivals.WriteWithArrow(Arrow.Compression.Zstd, 1, stream);
        var theirs = stream.ToArray();
        return [.. await LinesAsync("written by us", ours), .. await LinesAsync("written by Arrow", theirs)];

        async Task<TargetLine[]> LinesAsync(string whose, byte[] file)
        {
            var own = await Measurement.MedianAsync(2, 5, () => ReadAsync(file));
            var arrow = Measurement.Median(2, 5, () => rivals.ReadWithArrow(file));
            var net = await Measurement.MedianAsync(2, 5, () => rivals.ReadWithNetAsync(file));
            return
            [
                TargetLine.Against($"parquet decode of sales, zstd, {whose} (one core)", Rate(own), "M rows/s", "M rows/s ParquetSharp (Arrow C++)", Rate(arrow)),
                TargetLine.Against("  the same", Rate(own), "M rows/s", "M rows/s Parquet.Net", Rate(net)),
            ];
        }
    }

    private static async Task<TargetLine[]> EncodeAsync(
        List<ChangeBatch> batches, ParquetRivals rivals, string name, CompressionCodec codec, int? level, Arrow.Compression arrowCodec, Net.CompressionMethod? netCodec,
        double? target)
    {
        using var stream = new MemoryStream();
        var options = new ParquetWriterOptions { Codec = codec, CompressionLevel = level };
        var length = 0L;
        var own = await Measurement.MedianAsync(2, 5, async () => length = await WriteAsync(batches, options, stream));
        var arrowLength = 0L;
        var arrow = Measurement.Median(2, 5, () => arrowLength = rivals.WriteWithArrow(arrowCodec, level, stream));
        List<TargetLine> lines =
        [
            TargetLine.Against($"parquet encode of sales, {name} (one core)", Rate(own), "M rows/s", "M rows/s ParquetSharp (Arrow C++)", Rate(arrow),
                target is null ? "" : $"≥ {target}", target is null ? null : Rate(own) >= target),
            TargetLine.Against("  its file", PerRow(length), "bytes/row", "bytes/row ParquetSharp", PerRow(arrowLength)),
            new TargetLine("  allocated", PerRow(own.Allocated), "bytes/row"),
        ];
        if (netCodec is { } method)
        {
            var netLength = 0L;
            var net = await Measurement.MedianAsync(2, 5, async () => netLength = await rivals.WriteWithNetAsync(method, stream));
            lines.Add(TargetLine.Against("  the same", Rate(own), "M rows/s", "M rows/s Parquet.Net", Rate(net)));
            lines.Add(TargetLine.Against("  its file", PerRow(length), "bytes/row", "bytes/row Parquet.Net", PerRow(netLength)));
            lines.Add(TargetLine.Against("  allocated", PerRow(own.Allocated), "bytes/row", "bytes/row Parquet.Net", PerRow(net.Allocated)));
        }

        return [.. lines];
    }

    private static async Task<long> WriteAsync(List<ChangeBatch> batches, ParquetWriterOptions options, MemoryStream target)
    {
        target.SetLength(0);
        using var writer = new ParquetWriter(Columns(), target.WriteAsync, options);
        foreach (var batch in batches)
        {
            await writer.AppendAsync(batch.Columns, 0, batch.Count);
        }

        return (await writer.CompleteAsync()).FileLength;
    }

    private static async Task ReadAsync(byte[] file)
    {
        await using var reader = await ParquetReader.OpenAsync("sales.parquet", new MemoryStream(file));
        await foreach (var batch in reader.ReadAsync(Columns()))
        {
            batch.Dispose();
        }
    }

    private static List<ParquetColumn> Columns() => [.. SalesTables.Sales.Fields.Select((f, i) => new ParquetColumn(f.Name, i + 1, true, f.Type))];

    private static double Rate(Cost cost) => Rows / cost.Cpu / 1e6;

    private static double PerRow(long bytes) => bytes / (double)Rows;
}
