using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;
using CdcLake.Testing;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The sales table into StarRocks' Stream Load, in both of its forms: as bytes alone, and into a stand-in that takes the bytes and throws them away.</summary>
internal static class StarRocksTargets
{
    private const int Rows = 1_000_000;
    private const int PieceBytes = 32 << 20;
    private static readonly TableName Name = new("bench", "sales");

    public static async Task<IReadOnlyList<TargetLine>> LoadAsync(SalesLog workload)
    {
        var batches = SalesTables.Inserts(workload, Rows);
        var table = TargetTable.For(Name, SalesTables.Sales, [0], ServerVersion.Parse("3.3.5"));
        await using var server = new FakeStarRocks(o => o.DiscardsRows = true);
        server.Execute("CREATE DATABASE bench");
        server.Execute(table.CreateStatement(new StarRocksTableOptions { ReplicationNum = 1 }, null));
        var options = new StarRocksOptions();
        var calls = new LoadCalls(new LoadClient([new Uri(server.LoadUrl)], "root", "secret", options), options, TimeProvider.System);
        using var json = new JsonRowWriter(table, SalesTables.Sales);
        using var csv = new CsvRowWriter(table, SalesTables.Sales);
        return [.. await FormAsync("JSON", json, batches, calls, 0.15), .. await FormAsync("CSV", csv, batches, calls, null)];
    }

    private static async Task<TargetLine[]> FormAsync(string form, RowWriter writer, List<ChangeBatch> batches, LoadCalls calls, double? target)
    {
        var label = 0;
        var bytes = 0L;
        using var body = new LoadBody();
        var encode = Measurement.Median(2, 5, () => bytes = Write(writer, batches, body));
        var load = await Measurement.MedianAsync(2, 5, async () =>
        {
            foreach (var batch in batches)
            {
                writer.Upserts(batch, body);
                if (body.Length >= PieceBytes)
                {
                    await SendAsync();
                }
            }

            await SendAsync();
        });
        var waste = new byte[bytes];
        var discard = await Measurement.MedianAsync(2, 5, () => calls.StreamLoadAsync(new LoadPiece(Name, writer.Headers, Filled(waste)), $"waste_{form}_{label++}", default));
        return
        [
            TargetLine.Against($"StarRocks, sales into the stand-in, {form} (one core for both)", Rate(load), "M rows/s", "M rows/s the same bytes sent and thrown away", Rate(discard),
                target is null ? "" : $"≥ {target}", target is null ? null : Rate(load) >= target),
            new TargetLine("  written alone", Rate(encode), "M rows/s"),
            new TargetLine("  its body", bytes / (double)Rows, "bytes/row"),
            new TargetLine("  allocated while writing", encode.Allocated / (double)Rows, "bytes/row", Target: "0", IsMet: encode.Allocated / Rows == 0),
        ];

        async Task SendAsync()
        {
            if (body.Length == 0)
            {
                return;
            }

            writer.Finish(body);
            var reply = await calls.StreamLoadAsync(new LoadPiece(Name, writer.Headers, body), $"load_{form}_{label++}", default);
            body.Clear();
            if (!reply.IsOk)
            {
                throw new InvalidOperationException(reply.Message);
            }
        }
    }

    private static long Write(RowWriter writer, List<ChangeBatch> batches, LoadBody body)
    {
        body.Clear();
        foreach (var batch in batches)
        {
            writer.Upserts(batch, body);
        }

        writer.Finish(body);
        var length = body.Length;
        body.Clear();
        return length;
    }

    private static LoadBody Filled(byte[] bytes)
    {
        var body = new LoadBody();
        body.Write(bytes);
        return body;
    }

    private static double Rate(Cost cost) => Rows / cost.Cpu / 1e6;
}
