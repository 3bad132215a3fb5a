using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.StarRocks;

/// <summary>
/// StarRocks' own Flink connector, in a Flink job that fails in the middle and goes on from its last checkpoint, writes through the stand-in. <c>CDCLAKE_STARROCKS_FLINK</c> is a Java class
/// path with Flink and the connector. Exactly-once in each run, at-least-once too with CDCLAKE_TEST_LONG=1.
/// </summary>
public sealed class FlinkConnectorTests
{
    private const string Variable = "CDCLAKE_STARROCKS_FLINK";

    private static readonly string[] Opened =
    [
        .. new[] { "lang", "net", "io", "nio", "lang.reflect", "text", "time", "util", "util.concurrent", "util.concurrent.atomic", "util.concurrent.locks" }
            .Select(p => $"--add-opens=java.base/java.{p}=ALL-UNNAMED"),
    ];

    public static TheoryData<string> Semantics => Proof.IsLong ? ["exactly-once", "at-least-once"] : ["exactly-once"];

    [ServerTheory(Variable)]
    [MemberData(nameof(Semantics))]
    public async Task The_vendors_connector_ends_with_the_right_rows(string semantics)
    {
        await using var server = new FakeStarRocks(o => o.Backends = 2);
        server.Execute("CREATE DATABASE analytics");
        server.Execute("""CREATE TABLE analytics.users (`id` BIGINT NOT NULL, `name` VARCHAR(20), `n` BIGINT) PRIMARY KEY (`id`) DISTRIBUTED BY HASH(`id`) PROPERTIES ("replication_num" = "1")""");
        using var folder = new TemporaryFolder();
        var classPath = TestServers.Get(Variable);
        var program = Path.Combine(Repository.Root, "tests/CdcLake.Sdk.IntegrationTests/StarRocks/FlinkJob.java");
        await ChildProcess.RunAsync("javac", "-nowarn", "-cp", classPath, "-d", folder.Path, program);
        var port = server.ConnectionString.Split(';').First(p => p.StartsWith("Port=", StringComparison.Ordinal))["Port=".Length..];
        var said = await ChildProcess.RunAsync(
            "java",
            ["-Xmx700m", .. Opened, "-cp", $"{folder.Path}:{classPath}", "FlinkJob", new Uri(server.LoadUrl).Authority, $"127.0.0.1:{port}", semantics, $"file://{folder.Path}/checkpoints"]);
        Assert.Contains("failed and went on: true", said, StringComparison.Ordinal);

        // 40,000 numbers in a thousand groups of forty; of each the last one, and of every tenth group nothing is left.
        var expected = Enumerable.Range(0, 1000).Where(id => id % 10 != 0).Select(id => string.Create(CultureInfo.InvariantCulture, $"{id} n{39_000 + id} 40"));
        Assert.Equal(expected, server.Rows("analytics.users").Select(r => $"{r["id"]} {r["name"]} {r["n"]}"));
        Assert.Empty(server.OpenTransactions);
        Assert.Contains(server.Requests, r => r.Step == "backend prepare");
    }
}
