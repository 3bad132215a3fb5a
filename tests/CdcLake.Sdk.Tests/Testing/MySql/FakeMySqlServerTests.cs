using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Checks;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.Testing;

namespace CdcLake.Tests.Testing.MySql;

/// <summary>What only the fake is asked to do: ways to log in, other settings, and faults at any step.</summary>
public sealed class FakeMySqlServerTests
{
    [Theory]
    [InlineData("caching_sha2_password", false)]
    [InlineData("caching_sha2_password", true)]
    [InlineData("mysql_native_password", false)]
    [InlineData("mysql_native_password", true)]
    public async Task Right_password_gets_in_and_a_wrong_one_does_not(string plugin, bool usesTls)
    {
        await using var peer = new FakePeer(o => (o.AuthenticationPlugin, o.UsesTls) = (plugin, usesTls));
        for (var round = 0; round < 2; round++) // the second time the server knows the password
        {
            await using var session = await ServerSession.OpenAsync(peer.Options, "127.0.0.1", default);
            await using var wire = await session.OpenWireAsync(TimeProvider.System, "test", default);
            Assert.Equal(usesTls, wire.IsEncrypted);
            Assert.Equal("1", await wire.ReadTextAsync("SELECT 1", default));
        }

        var wrong = MySqlConnectionOptions.Parse(peer.Server.ConnectionString.Replace("secret", "wrong", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => ServerSession.OpenAsync(wrong, "127.0.0.1", default));
        Assert.Equal(1045, error.Code);
    }

    [Fact]
    public async Task Certificate_of_the_server_can_be_insisted_on()
    {
        using var folder = new TemporaryFolder();
        await using var peer = new FakePeer(o => o.UsesTls = true);
        var ca = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(ca, peer.Server.CertificatePem);
        var options = MySqlConnectionOptions.Parse($"{peer.Server.ConnectionString};SSL Mode=VerifyFull;SSL CA={ca}");
        await using var session = await ServerSession.OpenAsync(options, "127.0.0.1", default);
        await using var wire = await session.OpenWireAsync(TimeProvider.System, "test", default);
        Assert.True(wire.IsEncrypted);
    }

    [Theory]
    [InlineData("binlog_format", "STATEMENT")]
    [InlineData("binlog_row_image", "MINIMAL")]
    [InlineData("gtid_mode", "OFF")]
    [InlineData("log_bin", "OFF")]
    public async Task Server_that_cannot_be_captured_is_refused_with_what_to_change(string name, string value)
    {
        await using var peer = new FakePeer(o => o.Variables[name] = value);
        await peer.CreateAsync("t", "id INT PRIMARY KEY");
        await using var session = await ServerSession.OpenAsync(peer.Options, "127.0.0.1", default);
        var findings = await new Preflight(session, "127.0.0.1").FindAsync([new MySqlTableName(peer.Database, "t")], default);
        Assert.Contains(findings, f => f.Code == $"setting.{name}" && f.Severity == MySqlFindingSeverity.Error);
    }

    [Theory]
    [InlineData("8.0.36")]
    [InlineData("8.4.6")]
    public async Task Older_releases_are_read_with_their_own_statements(string version)
    {
        await using var peer = new FakePeer(o => o.Version = version);
        await SourceContract.RunAsync("source follows the log from file to file", peer);
    }

    [Theory]
    [InlineData("", FakeMySqlFault.Refuse)]
    [InlineData("", FakeMySqlFault.CutBefore)]
    [InlineData("", FakeMySqlFault.CutInside)]
    [InlineData("", FakeMySqlFault.CutAfter)]
    [InlineData("event ", FakeMySqlFault.Refuse)]
    [InlineData("event ", FakeMySqlFault.CutBefore)]
    [InlineData("event ", FakeMySqlFault.CutInside)]
    [InlineData("event ", FakeMySqlFault.CutAfter)]
    [InlineData("event ", FakeMySqlFault.Silence)]
    [InlineData("event ", FakeMySqlFault.Restart)]
    [InlineData("event ", FakeMySqlFault.Slow)]
    [InlineData("dump ", FakeMySqlFault.Restart)]
    [InlineData("dump ", FakeMySqlFault.Slow)]
    public async Task Log_is_read_whole_whatever_step_fails(string steps, FakeMySqlFault fault)
    {
        const int Rows = 40;
        await using var peer = new FakePeer(o => o.Lateness = TimeSpan.FromMilliseconds(1));
        await peer.CreateAsync("t", "id INT PRIMARY KEY, v INT");
        var from = new MySqlPosition(GtidSet.Parse(peer.Server.GtidExecuted));
        var settings = new MySqlSourceOptions { Heartbeat = TimeSpan.FromMilliseconds(50), FirstRetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(2) };
        await using var run = await SourceRun.StartAsync(peer.Options, "faults", [$"{peer.Database}.t"], from, settings: settings);
        await run.WaitForProgressAsync(p => p.Phase == SourcePhase.Streaming);
        var (count, faults) = (0, 0);
        var period = steps switch { "" => 47, "dump " => 2, _ => fault == FakeMySqlFault.Silence ? 97 : 11 }; // of all steps more than it takes to get to the log; silence takes time
        var first = steps == "dump " ? 1 : 0; // there may be no other
        peer.Server.Script = step => step.StartsWith(steps, StringComparison.Ordinal) && ++count % period == first && ++faults > 0 ? fault : FakeMySqlFault.None;
        peer.Server.CutConnections(); // the log is asked for once more
        for (var i = 0; i < Rows; i++)
        {
            await peer.WriteAsync(RowWrite.Insert("t", ("id", i), ("v", 0)));
            await peer.WriteAsync(RowWrite.Update("t", ("id", i), ("v", i)));
        }

        await run.ReachAsync(new MySqlPosition(GtidSet.Parse(peer.Server.GtidExecuted)));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => $"{i}|{i}").Order(StringComparer.Ordinal), run.Contents.Rows(0));
        Assert.True(faults > 0, $"only {count} steps");
    }

    [Theory]
    [InlineData(FakeMySqlFault.Refuse, 1053)]
    [InlineData(FakeMySqlFault.Error, 1105)]
    public async Task Statement_can_be_refused_when_it_is_prepared(FakeMySqlFault fault, int code)
    {
        await using var peer = new FakePeer();
        await peer.CreateAsync("t", "id INT PRIMARY KEY");
        peer.Server.Script = step => step.StartsWith("prepare ", StringComparison.Ordinal) ? fault : FakeMySqlFault.None;
        await using var session = await ServerSession.OpenAsync(peer.Options, "127.0.0.1", default);
        await using var wire = await session.OpenWireAsync(TimeProvider.System, "test", default);
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => wire.PrepareAsync("SELECT id FROM appdb.t", default));
        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task Error_of_a_dump_that_stays_ends_the_source_with_what_the_server_says()
    {
        await using var peer = new FakePeer();
        await peer.CreateAsync("t", "id INT PRIMARY KEY");
        peer.Server.Script = step => step.StartsWith("dump ", StringComparison.Ordinal) ? FakeMySqlFault.Error : FakeMySqlFault.None;
        var run = await SourceRun.StartAsync(peer.Options, "error", [$"{peer.Database}.t"], new MySqlPosition(GtidSet.Parse(peer.Server.GtidExecuted)));
        var error = await Assert.ThrowsAnyAsync<CdcLakeException>(() => run.Completion);
        Assert.Contains("max_allowed_packet", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshot_is_read_anew_when_it_is_cut_off()
    {
        await using var peer = new FakePeer();
        await peer.CreateAsync("t", "id INT PRIMARY KEY, v LONGTEXT");
        await peer.WriteAsync([.. Enumerable.Range(0, 100).Select(i => RowWrite.Insert("t", ("id", i), ("v", new string('x', 5000))))]);
        var cuts = 0;
        peer.Server.Script = step => step.StartsWith("execute ", StringComparison.Ordinal) && ++cuts <= 3 ? FakeMySqlFault.CutInside : FakeMySqlFault.None;
        await using var run = await SourceRun.StartAsync(peer.Options, "snapshot-cut", [$"{peer.Database}.t"], settings: new MySqlSourceOptions { FirstRetryDelay = TimeSpan.FromMilliseconds(1) });
        await run.ReachAsync(new MySqlPosition(GtidSet.Parse(peer.Server.GtidExecuted)));
        Assert.Equal(100, run.Contents.Rows(0).Count);
        Assert.True(cuts > 3);
    }

    [Fact]
    public async Task Recorded_files_are_served_and_gone_on_with()
    {
        using var folder = new TemporaryFolder();
        var items = new BinlogTable("appdb", "t", [0], BinlogColumn.Int("id"));
        var path = Path.Combine(folder.Path, "binlog.000007");
        await File.WriteAllBytesAsync(path, new BinlogBuilder().Transaction(t => t.Insert(items, [1L], [2L])).ToArray());
        await using var peer = new FakePeer(o =>
        {
            o.CreateTable("CREATE TABLE appdb.t (id INT PRIMARY KEY)");
            o.ReplayLog(path);
        });
        Assert.Equal(["binlog.000007", "binlog.000008"], peer.Server.LogFiles);
        await using var run = await SourceRun.StartAsync(peer.Options, "recorded", ["appdb.t"], new MySqlPosition(GtidSet.Empty));
        await peer.WriteAsync(RowWrite.Insert("t", ("id", 3)));
        await run.ReachAsync(new MySqlPosition(GtidSet.Parse(peer.Server.GtidExecuted)));
        Assert.Equal(["1", "2", "3"], run.Contents.Rows(0));
    }

    [Fact]
    public async Task What_it_does_not_know_it_refuses()
    {
        await using var peer = new FakePeer();
        await using var session = await ServerSession.OpenAsync(peer.Options, "127.0.0.1", default);
        foreach (var statement in new[] { "SHOW ENGINE INNODB STATUS", "SELECT COUNT(*) FROM appdb.none", "INSERT INTO appdb.t VALUES (1)", "SELECT unknown_function(1)", "SET SESSION no_such_variable=1" })
        {
            await Assert.ThrowsAsync<MySqlServerException>(() => session.ExecuteAsync(statement, default));
        }
    }
}
