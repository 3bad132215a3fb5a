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
}
