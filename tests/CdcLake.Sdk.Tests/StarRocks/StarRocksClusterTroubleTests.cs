using CdcLake.StarRocks.Commits;
using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>Servers of a cluster go, come back, forget, and speak https.</summary>
public sealed class StarRocksClusterTroubleTests
{
    private static readonly ScriptedEpoch[] Epochs =
        [ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20), ScriptedEpoch.Update(1, 10, 11), new([[([2, 20L], -1)]]), ScriptedEpoch.Insert(3, 30)];

    public static TheoryData<string> Releases => ["2.4.0", "3.3.5", "4.0.2"];

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_backend_that_goes_for_good_costs_nothing_but_time(string version)
    {
        await using var server = new FakeStarRocks(o => (o.Version, o.Backends) = (version, 3));
        server.Script = r =>
        {
            if (r.Number is 14 or 33)
            {
                server.StopBackend(r.Number == 14 ? 0 : 2);
            }

            return FakeStarRocksFault.None;
        };
        await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");
        await CheckAsync(server);
        Assert.Equal(["false", "true", "false"], server.Execute("SHOW BACKENDS").Select(b => b[2]));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task No_backend_at_all_is_told_and_passes_when_one_comes_back(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await StarRocksPipeline.RunAsync(server, Epochs[..2], "analytics.items", "analytics.copy");
        server.StopBackend(0);
        var cluster = StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.Zero);
        await using (var pipeline = ScriptedPipeline.Replica(new ScriptedSource(Epochs), [StarRocksPipeline.Table(cluster, "analytics.items")], o => o.RetryFor = TimeSpan.Zero))
        {
            var error = await Assert.ThrowsAsync<StarRocksLoadException>(() => pipeline.RunAsync());
            Assert.Contains("No backend alive. (FAILED). All backends are down, or the frontend cannot reach them: see SHOW BACKENDS.", error.Message.Replace("alive (", "alive. (", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.True(error.IsTransient);
        }

        server.StartBackend(0);
        await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");
        await CheckAsync(server);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Frontends_that_start_anew_all_the_time_are_waited_for(string version)
    {
        await using var server = new FakeStarRocks(o => (o.Version, o.Frontends, o.Backends) = (version, 2, 2));
        var often = version == "4.0.2" ? 31 : 9; // there a frontend holds the whole commit
        var random = new Random(often); // no rhythm that the client's own could fall into step with
        server.Script = _ => random.Next(often) == 0 ? FakeStarRocksFault.RestartFrontend : FakeStarRocksFault.None;
        await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");
        await CheckAsync(server);
        Assert.True(server.Statements.Count(s => s.StartsWith("SET NAMES", StringComparison.Ordinal)) > 2); // sessions that were opened again
    }

    [Fact]
    public async Task The_first_frontend_that_answers_is_used_for_statements_and_loads()
    {
        await using var server = new FakeStarRocks(o => o.Frontends = 2);
        var dead = server.ConnectionString.Replace("Server=127.0.0.1", "Server=127.0.0.2,127.0.0.1", StringComparison.Ordinal); // nobody listens at the former
        var cluster = new StarRocksCluster(dead, o => o.LoadUrl = $"http://127.0.0.1:1;{server.LoadUrl}");
        await StarRocksPipeline.RunAsync(new ScriptedSource(Epochs), [StarRocksPipeline.Table(cluster, "analytics.items"), StarRocksPipeline.Table(cluster, "analytics.copy")]);
        await CheckAsync(server);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Loads_go_over_https_when_the_authority_is_named(string version)
    {
        await using var server = new FakeStarRocks(o => (o.Version, o.UsesHttps) = (version, true));
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(file, server.CertificatePem);
        Assert.StartsWith("https://", server.LoadUrl, StringComparison.Ordinal);
        var cluster = StarRocksPipeline.Cluster(server, o => o.CertificateAuthorities = file);
        await StarRocksPipeline.RunAsync(new ScriptedSource(Epochs), [StarRocksPipeline.Table(cluster, "analytics.items"), StarRocksPipeline.Table(cluster, "analytics.copy")]);
        await CheckAsync(server);
    }

    [Fact]
    public async Task A_certificate_of_nobody_and_a_way_out_of_https_are_refused()
    {
        await using var server = new FakeStarRocks(o => o.UsesHttps = true);
        var error = await Assert.ThrowsAsync<StarRocksLoadException>(() => StarRocksPipeline.RunAsync(server, Epochs[..1], "analytics.items"));
        Assert.Contains("The certificate of 127.0.0.1:", error.Message, StringComparison.Ordinal);
        Assert.Contains("StarRocksOptions.CertificateAuthorities", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);

        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(file, server.CertificatePem);
        server.Script = _ => FakeStarRocksFault.RedirectToDead; // which is http
        var cluster = StarRocksPipeline.Cluster(server, o => o.CertificateAuthorities = file);
        error = await Assert.ThrowsAsync<StarRocksLoadException>(() => StarRocksPipeline.RunAsync(new ScriptedSource(Epochs), [StarRocksPipeline.Table(cluster, "analytics.items")]));
        Assert.Contains("redirects from https to http://127.0.0.1:1", error.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, "no certificate");
        Assert.Contains("in which there is no certificate", Assert.Throws<ArgumentException>(() => StarRocksPipeline.Cluster(server, o => o.CertificateAuthorities = file)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<ArgumentException>(() => StarRocksPipeline.Cluster(server, o => o.CertificateAuthorities = file + "x")).Message, StringComparison.Ordinal);
    }

    /// <summary>The process dies between the two halves of a commit, and comes back when the cluster knows nothing of it any more.</summary>
    [Theory]
    [InlineData("2.4.0", "stream-load", true)] // announced, never sent: a load whose label is unknown never was
    [InlineData("2.4.0", "stream-load", false)]
    [InlineData("3.3.5", "commit", false)]
    public async Task A_label_that_the_cluster_has_forgotten_is_an_error_and_never_a_guess(string version, string lost, bool isSoon)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await StarRocksPipeline.RunAsync(server, Epochs[..2], "analytics.items");
        var isDead = false;
        server.Script = r => (isDead |= r.Step.EndsWith(lost, StringComparison.Ordinal) && (r.Table == "items" || lost == "commit")) ? FakeStarRocksFault.DropBefore : FakeStarRocksFault.None;
        var cluster = StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.Zero);
        await using (var pipeline = ScriptedPipeline.Replica(new ScriptedSource(Epochs), [StarRocksPipeline.Table(cluster, "analytics.items")], o => o.RetryFor = TimeSpan.Zero))
        {
            await Assert.ThrowsAnyAsync<CdcLakeException>(() => pipeline.RunAsync());
        }

        server.Script = _ => FakeStarRocksFault.None;
        if (lost == "commit")
        {
            using var loads = new HttpLoads(server);
            await loads.SendAsync(HttpMethod.Post, $"/api/analytics/{server.Rows("analytics.cdclake_positions").Single()["pending_label"]}/_cancel", null, []);
        }

        server.ForgetLabels();
        var clock = new LaterClock(isSoon ? TimeSpan.FromMinutes(10) : TimeSpan.FromDays(4));
        Task Again() => RunAtAsync(clock, server);
        if (isSoon)
        {
            await Again();
            Assert.Equal("1=11 3=30", StarRocksPipeline.Rows(server, "analytics.items"));
            return;
        }

        var error = await Assert.ThrowsAsync<StarRocksLoadException>(Again);
        Assert.False(error.IsTransient);
        Assert.Contains("Nobody knows whether the last commit of pipeline \"scripted\" reached StarRocks table analytics.items: the cluster has forgotten its label", error.Message, StringComparison.Ordinal);
        server.Execute("TRUNCATE TABLE analytics.items"); // as it says
        server.Execute("TRUNCATE TABLE analytics.cdclake_positions");
        await Again();
        Assert.Equal("1=11 3=30", StarRocksPipeline.Rows(server, "analytics.items"));
    }

    private static async Task RunAtAsync(TimeProvider clock, FakeStarRocks server)
    {
        await using var pipeline = ScriptedPipeline.Replica(
            new ScriptedSource(Epochs), [StarRocksPipeline.Table(StarRocksPipeline.Cluster(server), "analytics.items")], o => (o.TimeProvider, o.RetryFor) = (clock, TimeSpan.FromSeconds(20)));
        await pipeline.RunAsync();
    }

    private static async Task CheckAsync(FakeStarRocks server)
    {
        foreach (var table in new[] { "analytics.items", "analytics.copy" })
        {
            Assert.Equal("1=11 3=30 at 5", $"{StarRocksPipeline.Rows(server, table)} at {await StarRocksPipeline.PositionAsync(server, table)}");
        }

        Assert.Empty(server.OpenTransactions);
    }

    /// <summary>A machine whose clock is ahead.</summary>
    private sealed class LaterClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
