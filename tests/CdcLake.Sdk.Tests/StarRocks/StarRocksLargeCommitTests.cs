using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.StarRocks.StreamLoad;
using CdcLake.Testing;

namespace CdcLake.Tests.StarRocks;

/// <summary>
/// A transaction of the source that is larger than the memory of the sink and than one load. Before each request that the cluster gets, a reader looks at all tables: what the reader sees
/// is what was there before, or all of the transaction, and never a part.
/// </summary>
public sealed class StarRocksLargeCommitTests
{
    private const int TextBytes = 512 << 10;
    private const int RowsOfALoad = 72; // 36 MiB: more than the 32 that are sent ahead
    private const int RowsThatAreNotKept = 140; // 70 MiB: more than the 64 that are kept to be sent again
    private static readonly Schema Columns = new([new Field("id", DataType.Int32, false), new Field("note", DataType.String, true)]);
    private static readonly string Before = new('a', TextBytes);
    private static readonly string After = new('b', TextBytes);

    /// <summary>Release, tables, and loads into the first of them.</summary>
    public static TheoryData<string, string[], int> Releases => new()
    {
        { "2.4.0", ["items"], 1 }, // one load is one commit there: everything waits in memory for it
        { "2.5.22", ["items"], 2 },
        { "3.3.5", ["items", "copy"], 2 },
        { "4.0.2", ["items", "copy"], 2 },
    };

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Readers_see_a_transaction_of_several_loads_as_one_cut(string version, string[] tables, int loads)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await using var sinks = await OpenAsync(server, tables);
        await sinks.CommitAsync(1, EpochKind.Changes, Small);
        var seen = new Reader(server, tables);
        await SendAsync(sinks, RowsOfALoad);
        Assert.Equal("1", await StarRocksPipeline.PositionAsync(server, "analytics.items"));
        await sinks.PublishAsync();
        seen.Look();
        Assert.All(seen.OfEach, states => Assert.Equal(["2 before, 0 after", "0 before, 72 after"], states));
        Assert.Equal(loads, server.Requests.Count(r => r.Table == "items" && r.Step is "backend load" or "backend stream-load" && r.Number > seen.From));
        Assert.Equal(tables.Length == 1 || version == "4.0.2", seen.Together.Count == 2); // before 4.0 the tables of one commit follow each other, as the README says
        Assert.Equal("2", await StarRocksPipeline.PositionAsync(server, $"analytics.{tables[^1]}"));
        Assert.Empty(server.OpenTransactions);
    }

    [Theory]
    [InlineData("2.4.0")]
    [InlineData("2.5.22")]
    [InlineData("3.3.5")]
    [InlineData("4.0.2")]
    public async Task What_was_sent_ahead_and_not_committed_is_never_seen(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await using (var sinks = await OpenAsync(server, ["items"], retrySeconds: 0))
        {
            await sinks.CommitAsync(1, EpochKind.Changes, Small);
            await SendAsync(sinks, RowsOfALoad);
            Assert.Equal(version != "2.4.0", server.OpenTransactions.Count == 1);
            server.Script = _ => FakeStarRocksFault.DropBefore; // as if the process were killed
        }

        server.Script = _ => FakeStarRocksFault.None;
        await using var next = await OpenAsync(server, ["items"]);
        Assert.Empty(server.OpenTransactions);
        Assert.Equal("2 before, 0 after", Reader.StateOf(server, "items"));
        Assert.Equal("1", await StarRocksPipeline.PositionAsync(server, "analytics.items"));
    }

    [Theory]
    [InlineData("3.3.5", "backend prepare")]
    [InlineData("4.0.2", "frontend load")]
    public async Task A_transaction_that_the_cluster_lost_is_told_when_it_is_no_longer_kept_here(string version, string step)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await using (var sinks = await OpenAsync(server, ["items"]))
        {
            await sinks.CommitAsync(1, EpochKind.Changes, Small);
            await SendAsync(sinks, RowsThatAreNotKept);
            server.Script = r => r.Step == step ? FakeStarRocksFault.TimeOut : FakeStarRocksFault.None;
            var error = await Assert.ThrowsAsync<StarRocksLoadException>(sinks.PublishAsync);
            Assert.Contains("of which more was sent than is kept here", error.Message, StringComparison.Ordinal);
            Assert.Contains("What was committed before is not affected.", error.Message, StringComparison.Ordinal);
            Assert.True(error.IsTransient);
        }

        server.Script = _ => FakeStarRocksFault.None;
        Assert.Equal("2 before, 0 after", Reader.StateOf(server, "items"));
        Assert.Empty(server.OpenTransactions);
        await using var next = await OpenAsync(server, ["items"]);
        await SendAsync(next, RowsOfALoad);
        await next.PublishAsync();
        Assert.Equal("0 before, 72 after", Reader.StateOf(server, "items"));
    }

    /// <summary>Where one load is one commit, nothing can be sent ahead.</summary>
    [Fact]
    public void A_commit_that_is_too_large_for_one_load_says_what_to_do()
    {
        using var body = new LoadBody();
        body.Advance(Array.MaxLength - 10);
        var error = Assert.Throws<UnsupportedTypeException>(() => body.Room(11).Length);
        Assert.Equal("One load would take more than 2,147,483,591 bytes, and StarRocks before 2.5 takes what is committed together in one load only. Commit more often, or upgrade the cluster.", error.Message);
    }

    private static (object?[], int)[] Small => [([0, Before], 1), ([1, Before], 1)];

    private static Task<FedSinks> OpenAsync(FakeStarRocks server, string[] tables, int retrySeconds = 30)
    {
        var cluster = StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.FromSeconds(retrySeconds));
        return FedSinks.OpenAsync(
            new SinkOpening("scripted", Columns, [0], TimeProvider.System),
            [.. tables.Select(t => cluster.Table($"analytics.{t}", o => (o.Buckets, o.ReplicationNum, o.MemoryBudgetBytes) = (2, 1, 1 << 20)).Target(checksKeys: false))]);
    }

    /// <summary>One epoch that changes the rows that are there, and adds others.</summary>
    private static async Task SendAsync(FedSinks sinks, int rows)
    {
        await sinks.BeginAsync();
        await sinks.ChangesAsync([.. Small.Select(r => (r.Item1, -1)), ([0, After], 1), ([1, After], 1)]);
        for (var id = 2; id < rows; id += 2)
        {
            await sinks.ChangesAsync(([id, After], 1), ([id + 1, After], 1));
        }

        await sinks.EndAsync(2);
    }

    /// <summary>Somebody who reads all tables before each request.</summary>
    private sealed class Reader
    {
        private readonly FakeStarRocks _server;
        private readonly string[] _tables;

        public Reader(FakeStarRocks server, string[] tables)
        {
            (_server, _tables, From) = (server, tables, server.Requests.Count);
            OfEach = [.. tables.Select(_ => new List<string>())];
            server.Script = _ =>
            {
                Look();
                return FakeStarRocksFault.None;
            };
        }

        /// <summary>Requests that came before.</summary>
        public int From { get; }

        /// <summary>The states of each table, in order, each once.</summary>
        public List<List<string>> OfEach { get; }

        /// <summary>The states of all tables at once.</summary>
        public List<string> Together { get; } = [];

        public void Look()
        {
            var states = _tables.Select(t => StateOf(_server, t)).ToList();
            foreach (var (former, state) in OfEach.Zip(states))
            {
                Add(former, state);
            }

            Add(Together, string.Join(" | ", states));
        }

        public static string StateOf(FakeStarRocks server, string table)
        {
            var rows = server.Rows($"analytics.{table}");
            return $"{rows.Count(r => r["note"]![0] == 'a')} before, {rows.Count(r => r["note"]![0] == 'b')} after";
        }

        private static void Add(List<string> states, string state)
        {
            if (states.Count == 0 || states[^1] != state)
            {
                states.Add(state);
            }
        }
    }
}
