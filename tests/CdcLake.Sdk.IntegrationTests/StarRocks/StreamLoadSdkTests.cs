using System.Globalization;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.StarRocks;

/// <summary>
/// StarRocks' own Stream Load SDK, the engine of its Flink connector, writes through the stand-in: what its vendor's client takes for StarRocks is played right as far as that client looks.
/// <c>CDCLAKE_STARROCKS_SDK</c> is a Java class path with the connector's jar and slf4j; without it there is nothing to run.
/// </summary>
public sealed class StreamLoadSdkTests
{
    private const string Variable = "CDCLAKE_STARROCKS_SDK";

    [SdkTheory]
    [InlineData("at-least-once", 1)]
    [InlineData("exactly-once", 1)]
    [InlineData("exactly-once", 2)]
    public async Task The_vendors_client_ends_with_the_right_rows(string semantics, int frontends)
    {
        await using var server = new FakeStarRocks(o => (o.Frontends, o.Backends) = (frontends, 2));
        server.Execute("CREATE DATABASE analytics");
        server.Execute("""CREATE TABLE analytics.users (`id` BIGINT NOT NULL, `name` VARCHAR(20)) PRIMARY KEY (`id`) DISTRIBUTED BY HASH(`id`) PROPERTIES ("replication_num" = "1")""");
        var program = Path.Combine(Repository.Root, "tests/CdcLake.Sdk.IntegrationTests/StarRocks/StreamLoadSdk.java");
        await ChildProcess.RunAsync("java", "-cp", Environment.GetEnvironmentVariable(Variable)!, program, server.LoadUrl.Split(';')[^1], semantics);

        // Three epochs of a hundred ids each, fifty further every time; the last of each is deleted, and comes again with the next one.
        var expected = Enumerable.Range(0, 199).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i} n{Math.Min(2, i / 50)}"));
        Assert.Equal(expected, server.Rows("analytics.users").Select(r => $"{r["id"]} {r["name"]}"));
        Assert.Empty(server.OpenTransactions);
        Assert.Contains(server.Requests, r => r.Step == "backend prepare");
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class SdkTheoryAttribute : TheoryAttribute
    {
        public SdkTheoryAttribute() => Skip = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } ? null : $"{Variable} is not set: it is a class path with StarRocks' Flink connector.";
    }
}
