using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Checks;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.Tests.Shared;

/// <summary>What the real source does at a server, as checks by name: each gets a database of its own. Run against a real MySQL and against the fake one, which is as good as the two agree.</summary>
internal static class SourceContract
{
    private static readonly Dictionary<string, Func<ILogPeer, Task>> Checks = new(StringComparer.Ordinal)
    {
        ["values of snapshot and log are these"] = ValuesAsync,
        ["transactions come whole and in order"] = TransactionsAsync,
        ["source goes on from its position"] = PositionAsync,
        ["source follows the log from file to file"] = RotationAsync,
        ["source goes on after its connection was cut"] = CutAsync,
        ["source goes on after the server was started anew"] = RestartAsync,
        ["purged transactions are told"] = PurgedAsync,
        ["transactions that the server lacks are told"] = AheadAsync,
        ["log is read from its earliest, its latest and a place"] = StartsAsync,
        ["server can be captured"] = PreflightAsync,
        ["missing table is told with the one that was meant"] = MissingAsync,
        ["snapshot by text keys has every row once"] = TextKeysAsync,
        ["lease is held by one at a time"] = LeaseAsync,
    };

    /// <summary>For <c>[MemberData]</c>.</summary>
    public static TheoryData<string> Names => new(Checks.Keys);

    public static Task RunAsync(string check, ILogPeer peer) => Checks[check](peer);

    private static readonly (string Type, object Value, string Printed)[] Values =
    [
        ("tinyint", -7, "-7"), ("tinyint unsigned", 200, "200"), ("smallint", -300, "-300"), ("smallint unsigned", 65535, "65535"), ("mediumint", -8388608, "-8388608"),
        ("mediumint unsigned", 16777215, "16777215"), ("int", int.MinValue, "-2147483648"), ("int unsigned", uint.MaxValue, "4294967295"), ("bigint", long.MinValue, "-9223372036854775808"),
        ("bigint unsigned", ulong.MaxValue, "18446744073709551615"), ("decimal(10,2)", -12.5m, "-12.50"), ("decimal(30,10)", 12345678901234567.0123456789m, "12345678901234567.0123456789"),
        ("float", 1.5, "3FC00000"), ("double", 2.5, "4004000000000000"), ("bit(1)", 1, "1"), ("bit(10)", 515, "515"), ("year", 2026, "2026"), ("date", "2026-01-31", "2026-01-31"),
        ("time(3)", "-01:02:03.004", "-01:02:03.004000"), ("time", "12:13:14", "12:13:14.000000"), ("datetime(6)", "2026-01-31 01:02:03.456789", "2026-01-31 01:02:03.456789"),
        ("datetime", "2026-01-31 00:00:00", "2026-01-31 00:00:00.000000"), ("timestamp(2) NULL", "2026-01-31 01:02:03.45", "2026-01-31 01:02:03.450000"), ("char(5)", "ab ", "ab"),
        ("varchar(20)", "é😀", "é😀"), ("varchar(300)", "long", "long"), ("text", "a text", "a text"), ("longtext", "", ""), ("binary(4)", new byte[] { 1, 2 }, "01020000"),
        ("varbinary(10)", new byte[] { 0, 255 }, "00FF"), ("blob", new byte[] { 7 }, "07"), ("enum('small','large')", "large", "large"), ("set('a','b','c')", "a,c", "a,c"),
        ("json", """{"aa": [1, 2.5, "x", null, true], "b": 70000, "a": {"z": -1}}""", """{"a": {"z": -1}, "b": 70000, "aa": [1, 2.5, "x", null, true]}"""),
        ("varchar(20) CHARACTER SET latin1", "Grüße", "Grüße"),
    ];

    private static async Task ValuesAsync(ILogPeer peer)
    {
        var columns = Values.Select((v, i) => ($"c{i}", v)).ToList();
        await peer.CreateAsync("t", $"id INT PRIMARY KEY, {string.Join(", ", columns.Select(c => $"{c.Item1} {c.v.Type}"))}");
        var created = await NowAsync(peer);
        await peer.WriteAsync(RowWrite.Insert("t", [("id", 1), .. columns.Select(c => (c.Item1, (object?)c.v.Value))]));
        await peer.WriteAsync(RowWrite.Insert("t", ("id", 2)));
        var end = await NowAsync(peer);
        await using var stream = await StartAsync(peer, "stream", ["t"], created);
        await stream.ReachAsync(end);
        await using var snapshot = await StartAsync(peer, "snapshot", ["t"]);
        await snapshot.ReachAsync(end);
        Assert.True(snapshot.Contents.Epochs[0].IsCompleteResult);
        foreach (var run in new[] { stream, snapshot })
        {
            var rows = run.Contents.Rows(0);
            Assert.Equal(Values.Select(v => v.Printed), rows[0].Split('|').Skip(1));
            Assert.Equal("2|" + string.Join('|', Values.Select(_ => "NULL")), rows[1]);
        }
    }

    private static async Task TransactionsAsync(ILogPeer peer)
    {
        await peer.CreateAsync("a", "id INT PRIMARY KEY, v INT");
        await peer.CreateAsync("b", "id INT PRIMARY KEY, v INT");
        var from = await NowAsync(peer);
        var seen = new List<(int, int)>();
        var contents = new TableContents(2);
        contents.OnEpoch = _ => seen.Add((contents.Rows(0).Count, contents.Rows(1).Count));
        await using var run = await SourceRun.StartAsync(peer.Options, "whole", [$"{peer.Database}.a", $"{peer.Database}.b"], from, contents: contents);
        for (var i = 1; i <= 20; i++)
        {
            await peer.WriteAsync(RowWrite.Insert("a", ("id", i), ("v", 0)), RowWrite.Insert("b", ("id", i), ("v", 0)), RowWrite.Update("a", ("id", i), ("v", i)));
        }

        await peer.WriteAsync(RowWrite.Delete("a", 3), RowWrite.Delete("b", 4));
        await run.ReachAsync(await NowAsync(peer));
        Assert.All(seen, s => Assert.Equal(s.Item1, s.Item2));
        Assert.Equal(Enumerable.Range(1, 20).Where(i => i != 3).Select(i => $"{i}|{i}").Order(StringComparer.Ordinal), run.Contents.Rows(0));
    }

    private static async Task PositionAsync(ILogPeer peer)
    {
        await peer.CreateAsync("t", "id INT PRIMARY KEY, v VARCHAR(10)");
        var contents = new TableContents(1);
        for (var i = 1; i <= 5; i++)
        {
            await peer.WriteAsync(RowWrite.Insert("t", ("id", i), ("v", "x")));
            await using var run = await SourceRun.StartAsync(peer.Options, "goes-on", [$"{peer.Database}.t"], contents.Position, contents: contents);
            await run.ReachAsync(await NowAsync(peer));
            Assert.Equal(i, contents.Rows(0).Count);
            contents.DropOpen();
        }
    }

    private static async Task RotationAsync(ILogPeer peer)
    {
        await peer.CreateAsync("t", "id INT PRIMARY KEY");
        var from = await NowAsync(peer);
        await peer.WriteAsync(RowWrite.Insert("t", ("id", 1)));
        await peer.RotateAsync();
        await using var run = await StartAsync(peer, "rotation", ["t"], from);
        await run.ReachAsync(await NowAsync(peer));
        for (var i = 2; i < 6; i++)
        {
            await peer.WriteAsync(RowWrite.Insert("t", ("id", i)));
            await peer.RotateAsync();
        }

        await peer.WriteAsync(RowWrite.Insert("t", ("id", 6)));
        await run.ReachAsync(await NowAsync(peer));
        Assert.Equal(["1", "2", "3", "4", "5", "6"], run.Contents.Rows(0));
    }

    private static async Task CutAsync(ILogPeer peer)
    {
        await peer.CreateAsync("t", "id INT PRIMARY KEY");
        await using var run = await StartAsync(peer, "cut", ["t"]);
        await run.WaitForFirstEpochAsync();
        for (var i = 1; i <= 3; i++)
        {
            await peer.WriteAsync(RowWrite.Insert("t", ("id", i)));
            await run.ReachAsync(await NowAsync(peer));
            await peer.CutAsync();
            await peer.WriteAsync(RowWrite.Insert("t", ("id", i + 10)));
            await run.ReachAsync(await NowAsync(peer));
        }

        Assert.Equal(["1", "11", "12", "13", "2", "3"], run.Contents.Rows(0));
        Assert.Contains(run.Contents.Progress, p => p.Phase == SourcePhase.Retrying);
    }

    private static async Task RestartAsync(ILogPeer peer)
    {
        await peer.CreateAsync("t", "id INT PRIMARY KEY");
        await using var run = await StartAsync(peer, "restart", ["t"]);
        await run.WaitForFirstEpochAsync();
        await peer.WriteAsync(RowWrite.Insert("t", ("id", 1)));
        await run.ReachAsync(await NowAsync(peer));
        await peer.RestartAsync();
        await peer.WriteAsync(RowWrite.Insert("t", ("id", 2)));
        await run.ReachAsync(await NowAsync(peer));
        Assert.Equal(["1", "2"], run.Contents.Rows(0));
    }

    private static async Task PurgedAsync(ILogPeer peer)
    {
        await peer.CreateAsync("t", "id INT PRIMARY KEY");
        var from = await NowAsync(peer);
        await peer.WriteAsync(RowWrite.Insert("t", ("id", 1)));
        await peer.RotateAsync();
        await peer.PurgeAsync();
        var run = await StartAsync(peer, "purged", ["t"], from, expectsFailure: true);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion);
        Assert.True(error.IsPurged, error.Message);
        Assert.Contains("has purged log files", error.Message, StringComparison.Ordinal);
    }

    private static async Task AheadAsync(ILogPeer peer)
    {
        await peer.CreateAsync("t", "id INT PRIMARY KEY");
        var executed = GtidSet.Parse(await peer.ExecutedAsync());
        var last = executed.Entries[0];
        var ahead = executed.Add(new Gtid(last.Source, last.Tag, last.Intervals[^1].End + 1000));
        var run = await StartAsync(peer, "ahead", ["t"], new MySqlPosition(ahead), expectsFailure: true);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion);
        Assert.Contains("lacks transactions that were already processed", error.Message, StringComparison.Ordinal);
    }

    private static async Task StartsAsync(ILogPeer peer)
    {
        await peer.RotateAsync();
        await peer.PurgeAsync();
        await peer.CreateAsync("t", "id INT PRIMARY KEY");
        await peer.WriteAsync(RowWrite.Insert("t", ("id", 1)));
        await using var earliest = await StartAtAsync("earliest", MySqlStart.Earliest);
        await earliest.ReachAsync(await NowAsync(peer));
        Assert.Equal(["1"], earliest.Contents.Rows(0));
        var place = MySqlStart.AfterGtids(await peer.ExecutedAsync());
        await using var latest = await StartAtAsync("latest", MySqlStart.Latest);
        await peer.WriteAsync(RowWrite.Insert("t", ("id", 2)));
        await using var after = await StartAtAsync("after", place);
        foreach (var run in new[] { latest, after })
        {
            await run.ReachAsync(await NowAsync(peer));
            Assert.Equal(["2"], run.Contents.Rows(0));
        }

        async Task<SourceRun> StartAtAsync(string pipeline, MySqlStart start)
        {
            await using var source = new MySqlBinlogSource(peer.Options, pipeline, new MySqlSourceOptions { StartAt = start }, TimeProvider.System);
            return await StartAsync(peer, pipeline, ["t"], await source.FindStartAsync(default));
        }
    }

    private static async Task PreflightAsync(ILogPeer peer)
    {
        await peer.CreateAsync("t", "id INT PRIMARY KEY, v VARCHAR(10)");
        await using var session = await ServerSession.OpenAsync(peer.Options, peer.Options.Hosts[0], default);
        var findings = await new Preflight(session, peer.Options.Hosts[0]).FindAsync([new MySqlTableName(peer.Database, "t")], default);
        Assert.DoesNotContain(findings, f => f.Severity == MySqlFindingSeverity.Error);
    }

    private static async Task MissingAsync(ILogPeer peer)
    {
        await peer.CreateAsync("orders", "id INT PRIMARY KEY");
        var error = await Assert.ThrowsAnyAsync<CdcLakeException>(() => StartAsync(peer, "missing", ["oders"]));
        Assert.Contains("orders", error.Message, StringComparison.Ordinal);
    }

    private static async Task TextKeysAsync(ILogPeer peer)
    {
        await peer.CreateAsync("t", "id VARCHAR(20) PRIMARY KEY, v INT");
        string[] keys = ["b", "A", "c", "Z", "10", "9", "ß", "aa", "é"];
        await peer.WriteAsync([.. keys.Select((k, i) => RowWrite.Insert("t", ("id", k), ("v", i)))]);
        await using var run = await StartAsync(peer, "text-keys", ["t"]);
        await run.ReachAsync(await NowAsync(peer));
        await peer.WriteAsync(RowWrite.Update("t", ("id", "A"), ("v", 100)));
        await run.ReachAsync(await NowAsync(peer));
        Assert.Equal(keys.Select((k, i) => k == "A" ? "A|100" : $"{k}|{i}").Order(StringComparer.Ordinal), run.Contents.Rows(0));
    }

    private static async Task LeaseAsync(ILogPeer peer)
    {
        await using var first = await ServerSession.OpenAsync(peer.Options, peer.Options.Hosts[0], default);
        await using var second = await ServerSession.OpenAsync(peer.Options, peer.Options.Hosts[0], default);
        var name = $"contract_{peer.Database}";
        Assert.Equal("1", await AskAsync(first, $"SELECT GET_LOCK('{name}', 1)"));
        Assert.Equal("0", await AskAsync(second, $"SELECT GET_LOCK('{name}', 0)"));
        Assert.Equal("1", await AskAsync(first, $"SELECT IS_USED_LOCK('{name}') = CONNECTION_ID()"));
        Assert.Equal("0", await AskAsync(second, $"SELECT IS_USED_LOCK('{name}') = CONNECTION_ID()"));
        var waiting = AskAsync(second, $"SELECT GET_LOCK('{name}', 30)");
        await first.DisposeAsync();
        Assert.Equal("1", await waiting);

        static async Task<string?> AskAsync(ServerSession session, string statement) => (await session.QueryAsync(statement, default))[0, 0];
    }

    private static async Task<MySqlPosition> NowAsync(ILogPeer peer) => new(GtidSet.Parse(await peer.ExecutedAsync()));

    private static async Task<SourceRun> StartAsync(
        ILogPeer peer, string pipeline, string[] tables, SourcePosition? from = null, bool expectsFailure = false)
    {
        var settings = new MySqlSourceOptions { FirstRetryDelay = TimeSpan.FromMilliseconds(10) };
        settings.ReplicaPatience = expectsFailure ? TimeSpan.FromMilliseconds(100) : settings.ReplicaPatience;
        return await SourceRun.StartAsync(peer.Options, $"{pipeline}-{peer.Database}", [.. tables.Select(t => $"{peer.Database}.{t}")], from, settings: settings);
    }
}
