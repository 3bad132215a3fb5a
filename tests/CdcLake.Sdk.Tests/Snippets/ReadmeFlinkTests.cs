using CdcLake.Tests.Flink;

namespace CdcLake.Tests.Snippets;

/// <summary>The code of the guide to Flink: compiled, and refused where no server is.</summary>
public sealed class ReadmeFlinkTests
{
    [Fact]
    public async Task Guide_begins_with_a_server_that_has_to_be_there()
    {
        var source = new MySqlSource("Server=127.0.0.1;Port=1;User ID=nobody;Connection Timeout=1");
        await using var pipeline = Pipeline.FromMySqlBinlog(source.Table("testdb.users")).ToIceberg(Scripts.Lake.Table("demo.users")).Build("users");
        await Assert.ThrowsAsync<MySqlServerException>(() => SubmitAsync(pipeline));
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
