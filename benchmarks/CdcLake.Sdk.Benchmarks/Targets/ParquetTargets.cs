using CdcLake.Benchmarks.Baselines;
using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The sales table into a Parquet file that is thrown away.</summary>
internal static class ParquetTargets
{
    private const int Rows = 1_000_000;

    public static async Task<IReadOnlyList<TargetLine>> EncodeAsync(SalesLog workload)
    {
        var batches = SalesTables.Inserts(workload, Rows);
        var naiveLength = 0L;
        var naive = Measurement.Median(1, 3, () => naiveLength = NaiveParquet.Encode(batches));
        return
        [
            .. await LinesAsync("snappy", new ParquetWriterOptions { Codec = CompressionCodec.Snappy }, 14),
            .. await LinesAsync("zstd level 1", new ParquetWriterOptions { Codec = CompressionCodec.Zstd, CompressionLevel = 1 }, 10),
            .. await LinesAsync("zstd level 3", new ParquetWriterOptions { Codec = CompressionCodec.Zstd, CompressionLevel = 3 }, null),
        ];

        async Task<TargetLine[]> LinesAsync(string name, ParquetWriterOptions options, double? target)
        {
            var length = 0L;
            var cost = await Measurement.MedianAsync(2, 5, async () => length = await EncodeAsync(batches, options));
            var rate = Rows / cost.Cpu / 1e6;
            return
            [
                TargetLine.Against($"parquet encode of sales, {name} (one core)", rate, "M rows/s", "M rows/s row by row, plain, Snappier", Rows / naive.Cpu / 1e6,
                    target is null ? "" : $"≥ {target}", target is null ? null : rate >= target),
                TargetLine.Against("  its file", length / (double)Rows, "bytes/row", "bytes/row", naiveLength / (double)Rows),
                new TargetLine("  allocated", cost.Allocated / (double)Rows, "bytes/row"),
            ];
        }
    }

    private static async Task<long> EncodeAsync(List<ChangeBatch> batches, ParquetWriterOptions options)
    {
        var columns = SalesTables.Sales.Fields.Select((f, i) => new ParquetColumn(f.Name, i + 1, true, f.Type)).ToList();
        using var writer = new ParquetWriter(columns, static (_, _) => ValueTask.CompletedTask, options);
        foreach (var batch in batches)
        {
            await writer.AppendAsync(batch.Columns, 0, batch.Count);
        }

        return (await writer.CompleteAsync()).FileLength;
    }
}
