using CdcLake.StarRocks.Commits;
using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;
using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>What users get wrong: each error says what, where, why and what to do.</summary>
public sealed class StarRocksBadInputTests
{
    private static readonly ScriptedEpoch[] One = [ScriptedEpoch.Insert(1, 10)];

    [Theory]
    [InlineData("CREATE TABLE analytics.items (`id` INT NOT NULL, `qty` BIGINT) DUPLICATE KEY (`id`)", "it is no primary-key table (but a duplicate-key table)")]
    [InlineData("CREATE TABLE analytics.items (`id` INT NOT NULL, `qty` BIGINT) AGGREGATE KEY (`id`)", "it is no primary-key table (but an aggregate table)")]
    [InlineData("CREATE TABLE analytics.items (`qty` BIGINT NOT NULL, `id` INT NOT NULL) PRIMARY KEY (`qty`)", "its primary key is (qty), wanted is (id)")]
    [InlineData("CREATE TABLE analytics.items (`id` INT NOT NULL) PRIMARY KEY (`id`)", "column \"qty\" (BIGINT) is missing")]
    [InlineData("CREATE TABLE analytics.items (`id` INT NOT NULL, `qty` INT) PRIMARY KEY (`id`)", "column \"qty\" is INT(10), wanted is BIGINT")]
    [InlineData("CREATE TABLE analytics.items (`id` INT NOT NULL, `qty` BOOLEAN) PRIMARY KEY (`id`)", "column \"qty\" is TINYINT, wanted is BIGINT")]
    [InlineData("CREATE TABLE analytics.items (`id` INT NOT NULL, `qty` BIGINT, `x` INT NOT NULL) PRIMARY KEY (`id`)", "column \"x\" is NOT NULL, but the result has no such column")]
    public async Task A_table_that_cannot_hold_the_result_is_refused_with_the_differences(string create, string difference)
    {
        await using var server = new FakeStarRocks();
        server.Execute("CREATE DATABASE analytics");
        server.Execute(create + " DISTRIBUTED BY HASH(`id`) PROPERTIES (\"replication_num\" = \"1\")");
        var error = await Assert.ThrowsAsync<CatalogException>(() => StarRocksPipeline.RunAsync(server, One, "analytics.items"));
        Assert.Contains("StarRocks table analytics.items cannot hold this result: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(difference, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CREATE TABLE analytics.items (`ID` BIGINT NOT NULL, `Qty` LARGEINT NOT NULL) PRIMARY KEY (`ID`)")]
    [InlineData("CREATE TABLE analytics.items (`id` INT NOT NULL, `note` VARCHAR(10), `qty` BIGINT) PRIMARY KEY (`id`)")]
    public async Task A_table_of_the_user_is_filled_when_it_is_wide_enough(string create)
    {
        await using var server = new FakeStarRocks();
        server.Execute("CREATE DATABASE analytics");
        server.Execute(create + " DISTRIBUTED BY HASH(`id`) PROPERTIES (\"replication_num\" = \"1\")");
        await StarRocksPipeline.RunAsync(server, [.. One, ScriptedEpoch.Insert(2, 5), new([[([2, 5L], -1)]])], "analytics.items");
        Assert.Equal("1=10", StarRocksPipeline.Rows(server, "analytics.items"));
    }

    [Fact]
    public async Task Rows_of_nobody_knows_whom_are_not_touched()
    {
        await using var server = new FakeStarRocks();
        await StarRocksPipeline.RunAsync(server, One, "analytics.items");
        server.Execute("TRUNCATE TABLE analytics.cdclake_positions");
        var error = await Assert.ThrowsAsync<CatalogException>(() => StarRocksPipeline.RunAsync(server, One, "analytics.items"));
        Assert.Contains("analytics.items holds rows, and analytics.cdclake_positions does not say", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_unique_over_time_is_an_error_also_after_a_restart()
    {
        await using var server = new FakeStarRocks();
        await StarRocksPipeline.RunAsync(server, One, "analytics.items");
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(() => StarRocksPipeline.RunAsync(server, [.. One, ScriptedEpoch.Insert(1, 20)], "analytics.items"));
        Assert.Contains("starrocks(analytics.items): the key (id=1) has more than one row", error.Message, StringComparison.Ordinal);
        Assert.Equal("1=10", StarRocksPipeline.Rows(server, "analytics.items"));
    }

    [Theory]
    [InlineData("2.4.0")]
    [InlineData("3.3.5")]
    [InlineData("4.0.2")]
    public async Task Rows_that_the_server_rejects_are_shown_as_it_lists_them(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await StarRocksPipeline.RunAsync(server, One, "analytics.items");
        var connection = StarRocksPipeline.Cluster(server).Commits.Connection;
        var labels = new Labels(connection, TimeProvider.System);
        var body = new LoadBody();
        body.Write("[{\"id\":7,\"qty\":70},{\"id\":null,\"qty\":8}]"u8);
        using var piece = new LoadPiece(TableName.Parse("analytics.items"), [new("format", "json"), new("strip_outer_array", "true")], body);
        var error = await Assert.ThrowsAsync<StarRocksLoadException>(async () =>
        {
            if (version[0] == '2')
            {
                await labels.LoadAsync(piece, "l1", default);
                return;
            }

            using var transaction = new LoadTransaction(connection, labels, TimeProvider.System, "analytics", version[0] == '4' ? null : "items", "l1");
            await transaction.AddAsync(piece, default);
            await transaction.PrepareAsync(default);
        });
        Assert.Contains("StarRocks refused rows of analytics.items: too many filtered rows", error.Message, StringComparison.Ordinal);
        Assert.Contains("Error: NULL value in non-nullable column 'id'. Row: [NULL, 8]", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        Assert.Equal("l1", error.Label);
        Assert.Empty(server.OpenTransactions);
        Assert.Equal("1=10", StarRocksPipeline.Rows(server, "analytics.items"));
    }

    [Fact]
    public async Task Wrong_password_is_told_before_anything_else()
    {
        await using var server = new FakeStarRocks();
        var cluster = new StarRocksCluster(server.ConnectionString.Replace("secret", "wrong", StringComparison.Ordinal), o => o.LoadUrl = server.LoadUrl);
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => StarRocksPipeline.RunAsync(new ScriptedSource(One), [StarRocksPipeline.Table(cluster, "analytics.items")]));
        Assert.Contains("Access denied for user 'root'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loads_that_go_to_another_cluster_are_told_by_its_refusal()
    {
        await using var server = new FakeStarRocks();
        await using var other = new FakeStarRocks(o => o.Password = "another");
        var cluster = StarRocksPipeline.Cluster(server, o => o.LoadUrl = other.LoadUrl);
        var error = await Assert.ThrowsAsync<StarRocksLoadException>(() => StarRocksPipeline.RunAsync(new ScriptedSource(One), [StarRocksPipeline.Table(cluster, "analytics.items")]));
        Assert.Contains($"{new Uri(other.LoadUrl).Authority} refuses the user of the connection string: Access denied for root@127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("Check User ID and Password", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task A_user_that_may_not_insert_is_told_the_privilege()
    {
        await using var server = new FakeStarRocks(o => o.MayInsert = false);
        var error = await Assert.ThrowsAsync<StarRocksLoadException>(() => StarRocksPipeline.RunAsync(server, One, "analytics.items"));
        Assert.Contains("INSERT privilege(s) on TABLE", error.Message, StringComparison.Ordinal);
        Assert.Contains("GRANT INSERT, SELECT ON TABLE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_backends_for_the_copies_are_told_in_the_words_of_the_server()
    {
        await using var server = new FakeStarRocks();
        var target = StarRocksPipeline.Cluster(server).Table("analytics.items").Target(checksKeys: false); // three copies by default
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => StarRocksPipeline.RunAsync(new ScriptedSource(One), [target]));
        Assert.Contains("replication num should be less than of equal to the number of available BE nodes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.4.0")]
    [InlineData("3.3.5")]
    [InlineData("4.0.2")]
    public async Task A_load_that_cannot_go_on_passes_by_itself_later(string version)
    {
        await using var server = new FakeStarRocks(o => (o.Version, o.MaxVersions) = (version, 3));
        var loads = 0;
        server.Script = r =>
        {
            if (r.Step is "backend stream-load" or "backend load" && ++loads % 5 == 0)
            {
                server.Compact();
            }

            return FakeStarRocksFault.None;
        };
        await StarRocksPipeline.RunAsync(server, [.. Enumerable.Range(1, 12).Select(i => ScriptedEpoch.Insert(i, i))], "analytics.items");
        Assert.Equal(12, server.Rows("analytics.items").Count);
        Assert.True(loads > 24); // two for each commit, and those that were refused
    }

    [Theory]
    [InlineData("3.3.5")]
    [InlineData("4.0.2")]
    public async Task Too_many_versions_that_nobody_merges_are_told_with_the_cure(string version)
    {
        await using var server = new FakeStarRocks(o => (o.Version, o.MaxVersions) = (version, 4));
        var cluster = StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.Zero);
        await using var pipeline = ScriptedPipeline.Replica(
            new ScriptedSource([.. Enumerable.Range(1, 12).Select(i => ScriptedEpoch.Insert(i, i))]), [StarRocksPipeline.Table(cluster, "analytics.items")], o => o.RetryFor = TimeSpan.Zero);
        var error = await Assert.ThrowsAsync<StarRocksLoadException>(() => pipeline.RunAsync());
        Assert.Contains("because of too many versions, current/limit: 4/4", error.Message, StringComparison.Ordinal);
        Assert.Contains("commit less often (PipelineOptions.CommitInterval), or give the cluster more room.", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task A_database_that_is_missing_and_may_not_be_created_is_told()
    {
        await using var server = new FakeStarRocks(o => o.MayCreate = false);
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => StarRocksPipeline.RunAsync(server, One, "analytics.items"));
        Assert.Contains("you need (at least one of) the CREATE DATABASE privilege(s) on CATALOG", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_answers_there_and_is_no_StarRocks_is_told()
    {
        await using var server = new FakeStarRocks();
        server.Script = _ => FakeStarRocksFault.ServerError;
        var cluster = StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.Zero);
        await using var pipeline = ScriptedPipeline.Replica(new ScriptedSource(One), [StarRocksPipeline.Table(cluster, "analytics.items")], o => o.RetryFor = TimeSpan.Zero);
        var error = await Assert.ThrowsAsync<StarRocksLoadException>(() => pipeline.RunAsync());
        Assert.Contains("answered with HTTP 502 and \"<html>", error.Message, StringComparison.Ordinal);
        Assert.Contains("8030", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users", "write database.table")]
    [InlineData("a.b.c", "write database.table")]
    public void Names_of_tables_are_checked(string name, string mention)
    {
        var error = Assert.Throws<ArgumentException>(() => new StarRocksCluster("Server=fe").Table(name));
        Assert.Contains(mention, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_and_options_are_checked()
    {
        Assert.Contains("no address of a frontend", Assert.Throws<ArgumentException>(() => new StarRocksCluster("Server=fe", o => o.LoadUrl = "fe1:8030")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StarRocksCluster("Server=fe", o => o.LoadTimeout = TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StarRocksCluster("Server=fe").Table("a.b", t => t.Buckets = 0));
        Assert.Contains("Sever", Assert.Throws<ArgumentException>(() => new StarRocksCluster("Sever=fe")).Message, StringComparison.OrdinalIgnoreCase);
    }
}
