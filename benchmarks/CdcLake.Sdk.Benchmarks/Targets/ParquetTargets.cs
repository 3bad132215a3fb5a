using CdcLake.Benchmarks.Baselines;
using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Parquet;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The sales table into a Parquet file that is thrown away.</summary>
internal static class ParquetTargets
{
    private const int Rows = 1_000_000;

    public static async Task<IReadOnlyList<TargetLine>> EncodeAsync(SalesLog workload)
    {
        var batches = SalesTables.Inserts(workload, Rows);
        var length = 0L;
        var ours = await Measurement.MedianAsync(2, 5, async () => length = await EncodeAsync(batches));
        var naiveLength = 0L;
        var naive = Measurement.Median(1, 3, () => naiveLength = NaiveParquet.Encode(batches));
        var rate = Rows / ours.Cpu / 1e6;
        return
        [
            TargetLine.Against("parquet encode of sales, snappy (one core)", rate, "M rows/s", "M rows/s row by row, plain, IronSnappy", Rows / naive.Cpu / 1e6,
                "≥ 1.5, design ≥ 3", rate >= 1.5),
            TargetLine.Against("  its file", length / (double)Rows, "bytes/row", "bytes/row", naiveLength / (double)Rows),
        ];
    }

    private static async Task<long> EncodeAsync(List<ChangeBatch> batches)
    {
        var columns = SalesTables.Sales.Fields.Select((f, i) => new ParquetColumn(f.Name, i + 1, true, f.Type)).ToList();
        using var writer = new ParquetWriter(columns, static (_, _) => ValueTask.CompletedTask);
        foreach (var batch in batches)
        {
            await writer.AppendAsync(batch.Columns, 0, batch.Count);
        }

        return (await writer.CompleteAsync()).FileLength;
    }
}
