using CdcLake.Tests.Conventions;
using CdcLake.Tests.Flink;

namespace CdcLake.Tests.Snippets;

/// <summary>The code of the guide to Flink, over a source that Flink does not have: it is refused before anything is written or sent.</summary>
public sealed class ReadmeFlinkTests
{
    [Fact]
    public async Task Guide_is_compiled_and_files_are_refused()
    {
        var log = Directory.GetFiles(Path.Combine(SourceTree.Root, "samples", "Quickstart", "binlog"), "binlog.*");
        var source = MySqlSource.FromFiles(log);
        await using var pipeline = Pipeline.FromMySqlBinlog(source.Table("appdb.products")).ToIceberg(Scripts.Lake.Table("demo.products")).Build("products");
        var error = await Assert.ThrowsAsync<FlinkTranslationException>(() => SubmitAsync(pipeline));
        Assert.Contains("Flink reads servers", error.Message);
    }

    private static async Task SubmitAsync(Pipeline pipeline)
    {
        // snippet: flink
        var script = await pipeline.ToFlinkSqlAsync(o => o.CheckpointInterval = TimeSpan.FromSeconds(30));
        File.WriteAllText("job.sql", script.ToString()); // passwords are placeholders: ${MYSQL_PASSWORD}
        foreach (var warning in script.Warnings)
        {
            Console.WriteLine(warning);
        }

        using var gateway = new FlinkSqlGateway("http://gateway:8083");
        var job = await gateway.SubmitAsync(script);
        await job.WaitForStateAsync(FlinkJobState.Running);
        // end-snippet
    }

    internal static async Task<ChangeStream<Row>> HandOverAsync(Pipeline pipeline, Task running, CancellationTokenSource stop, FlinkSqlGateway gateway, MySqlSource source, IcebergTable table)
    {
        // snippet: flink-hand-over
        await stop.CancelAsync();
        await running; // drained and committed
        var position = pipeline.Status.Sinks[0].Position;
        var script = await pipeline.ToFlinkSqlAsync(o => o.StartAfterGtids = position);
        var job = await gateway.SubmitAsync(script);
        // end-snippet

        // snippet: flink-back
        await job.StopWithSavepointAsync();
        var replica = Pipeline
            .FromMySqlBinlog(source.Table("shop.sales"))
            .ToIceberg(table, o =>
            {
                o.ForeignChanges = ForeignChanges.Resnapshot; // a table of the pipeline, which Flink went on with
                o.ExistingTable = ExistingTable.TakeOver; // a table that Flink has made
            });
        // end-snippet
        return replica;
    }
}
