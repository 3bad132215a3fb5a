using CdcLake.Connectors;
using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>Tables that pipelines keep in a stand-in of each release.</summary>
public sealed class StarRocksSinkTests
{
    private static readonly ScriptedEpoch[] Epochs =
    [
        ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20), ScriptedEpoch.Update(1, 10, 11), new([[([2, 20L], -1)]]), ScriptedEpoch.Insert(3, 30), ScriptedEpoch.Empty(),
    ];

    public static TheoryData<string> Releases => ["2.4.0", "2.5.22", "3.3.5", "4.0.2"];

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Table_is_created_and_kept_with_its_position(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items");
        Assert.Equal("1=11 3=30", StarRocksPipeline.Rows(server, "analytics.items"));
        Assert.Equal("6", await StarRocksPipeline.PositionAsync(server, "analytics.items"));
        Assert.Equal(["id int(11) NOT NULL", "qty bigint(20) NOT NULL"], server.Columns("analytics.items"));
        Assert.Empty(server.OpenTransactions);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_later_run_goes_on_where_the_tables_stand(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await StarRocksPipeline.RunAsync(server, Epochs[..3], "analytics.items", "analytics.copy");
        var before = server.Requests.Count;
        await StarRocksPipeline.RunAsync(server, Epochs[..3], "analytics.items", "analytics.copy");
        Assert.DoesNotContain(server.Requests.Skip(before), r => r.Table is "items" or "copy"); // nothing is loaded twice
        await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");
        Assert.Equal("1=11 3=30", StarRocksPipeline.Rows(server, "analytics.items"));
        Assert.Equal("1=11 3=30", StarRocksPipeline.Rows(server, "analytics.copy"));
        Assert.Equal("6", await StarRocksPipeline.PositionAsync(server, "analytics.copy"));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_complete_result_replaces_what_the_table_holds(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await StarRocksPipeline.RunAsync(server, Epochs[..2], "analytics.items");
        var snapshot = new ScriptedEpoch([[([7, 70L], 1), ([8, 80L], 1)]]) { Kind = EpochKind.CompleteResult };
        await StarRocksPipeline.RunAsync(server, [.. Epochs[..2], snapshot], "analytics.items");
        Assert.Equal("7=70 8=80", StarRocksPipeline.Rows(server, "analytics.items"));
        Assert.Equal("3", await StarRocksPipeline.PositionAsync(server, "analytics.items"));
    }

    [Fact]
    public async Task From_4_0_on_all_tables_of_a_database_are_one_transaction()
    {
        await using var server = new FakeStarRocks(o => o.Version = "4.0.2");
        await StarRocksPipeline.RunAsync(server, Epochs[..1], "analytics.items", "analytics.copy");
        Assert.Equal(1, server.Requests.Count(r => r.Step == "frontend commit"));
        Assert.Equal(["cdclake_positions", "copy", "items"], server.Requests.Where(r => r.Step == "backend load").Select(r => r.Table).Order(StringComparer.Ordinal));
    }

    // A frontend before 3.4 says that it is MySQL 5.1, a later one that it is MySQL 8.
    [Theory]
    [InlineData("3.3.5", "SET NAMES utf8;")]
    [InlineData("4.0.2", "SET NAMES utf8mb4;")]
    public async Task Statements_are_those_that_a_frontend_understands(string version, string names)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await StarRocksPipeline.RunAsync(server, Epochs[..1], "analytics.items");
        Assert.Equal(
        [
            names,
            "SELECT current_version()",
            "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'analytics'",
            "CREATE DATABASE IF NOT EXISTS `analytics`",
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'analytics' AND TABLE_NAME = 'cdclake_positions'",
        ], server.Statements.Take(5));
        Assert.DoesNotContain(server.Statements, s => s.StartsWith("command", StringComparison.Ordinal));
        Assert.Single(server.Statements, s => s.StartsWith("SET", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Rows_go_out_compressed_over_several_frontends(string version)
    {
        await using var server = new FakeStarRocks(o => (o.Version, o.Frontends, o.Backends) = (version, 3, 2));
        var isOld = version[0] == '2'; // no compressed JSON there
        var cluster = StarRocksPipeline.Cluster(server, o => (o.Compress, o.LoadUrl) = (!isOld, $"http://127.0.0.1:1;{server.LoadUrl}"));
        await StarRocksPipeline.RunAsync(new ScriptedSource(Epochs), [StarRocksPipeline.Table(cluster, "analytics.items")]);
        Assert.Equal("1=11 3=30", StarRocksPipeline.Rows(server, "analytics.items"));
    }

    [Fact]
    public async Task Addresses_of_backends_can_be_translated()
    {
        await using var server = new FakeStarRocks();
        var seen = new System.Collections.Concurrent.ConcurrentBag<Uri>();
        var cluster = StarRocksPipeline.Cluster(server, o => o.RewriteAddress = address =>
        {
            seen.Add(address);
            return new UriBuilder(address) { Host = "localhost" }.Uri;
        });
        await StarRocksPipeline.RunAsync(new ScriptedSource(Epochs), [StarRocksPipeline.Table(cluster, "analytics.items")]);
        Assert.Equal("1=11 3=30", StarRocksPipeline.Rows(server, "analytics.items"));
        Assert.Equal(server.Requests.Count(r => r.Step.StartsWith("backend", StringComparison.Ordinal)), seen.Count);
        Assert.All(seen, a => Assert.Equal("127.0.0.1", a.Host));
    }

    [Fact]
    public async Task A_failing_sink_leaves_the_others_right_and_all_meet_again()
    {
        await using var server = new FakeStarRocks(o => o.Version = "3.3.5");
        var cluster = StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.Zero);
        server.Script = r => r.Table == "copy" && r.Number > 40 ? FakeStarRocksFault.Refuse : FakeStarRocksFault.None;
        await using (var pipeline = ScriptedPipeline.Replica(
            new ScriptedSource(Epochs), [StarRocksPipeline.Table(cluster, "analytics.items"), StarRocksPipeline.Table(cluster, "analytics.copy")], o => o.RetryFor = TimeSpan.Zero))
        {
            var error = await Assert.ThrowsAsync<StarRocksLoadException>(() => pipeline.RunAsync());
            Assert.Contains("analytics.copy", error.Message, StringComparison.Ordinal);
        }

        server.Script = _ => FakeStarRocksFault.None;
        await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");
        Assert.Equal(StarRocksPipeline.Rows(server, "analytics.items"), StarRocksPipeline.Rows(server, "analytics.copy"));
        Assert.Equal(("6", "6"), (await StarRocksPipeline.PositionAsync(server, "analytics.items"), await StarRocksPipeline.PositionAsync(server, "analytics.copy")));
        Assert.Empty(server.OpenTransactions);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Another_run_takes_the_table_over_and_the_first_one_commits_no_more(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await using var other = StarRocksPipeline.Table(StarRocksPipeline.Cluster(server), "analytics.items").CreateSink();
        var source = new ScriptedSource(Epochs, fault: step => TakeOver(step, server, other));
        await using (var pipeline = ScriptedPipeline.Replica(source, [StarRocksPipeline.Table(StarRocksPipeline.Cluster(server), "analytics.items")], o => o.RetryFor = TimeSpan.Zero))
        {
            var error = await Assert.ThrowsAsync<CommitConflictException>(() => pipeline.RunAsync());
            Assert.Contains("analytics.items is filled by another run of pipeline \"scripted\" now", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("1=10 2=20", StarRocksPipeline.Rows(server, "analytics.items"));
        Assert.Equal("2", await StarRocksPipeline.PositionAsync(server, "analytics.items"));
    }

    private static void TakeOver(string step, FakeStarRocks server, ISink other)
    {
        if (step == "stream 3")
        {
            Assert.True(SpinWait.SpinUntil(() => server.Rows("analytics.cdclake_positions").Single() is var row && row["pending_label"] is null && TestPosition.Short(row["gtid"]) == "2", TimeSpan.FromSeconds(3)));
            var opening = new SinkOpening("scripted", ScriptedSource.Columns, [0], TimeProvider.System);
            Assert.Equal(2, TestPosition.NumberOf(other.OpenAsync(opening, default).GetAwaiter().GetResult()));
        }
    }
}
