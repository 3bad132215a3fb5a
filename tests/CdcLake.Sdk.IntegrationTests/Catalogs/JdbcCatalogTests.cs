using System.Data.Common;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Jdbc;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.Wire.Auth;
using CdcLake.Testing;
using CdcLake.Tests.Iceberg;
using MySqlConnector;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Catalogs;

/// <summary>The two tables of a JDBC catalog in MySQL and in PostgreSQL, shared with Iceberg Java's JdbcCatalog: one creates and the other writes, both ways round.</summary>
public sealed class JdbcCatalogTests(ITestOutputHelper output) : IDisposable
{
    private const int Cuts = 40;
    private static readonly IcebergSinkSettings Settings = new() { SmallFileBytes = 0, TargetFileSizeBytes = 4_000, FoldAt = 3 };
    private readonly TemporaryFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [ServerTheory(TestServers.MySql, IcebergJava.Variable)]
    [InlineData("V0")]
    [InlineData("V1")]
    public async Task Tables_in_MySQL_are_shared_with_Java(string version)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), $"jdbc_{version}");
        var options = MySqlConnectionOptions.Parse(TestServers.Get(TestServers.MySql));
        await using var source = new MySqlDataSource($"{TestServers.Get(TestServers.MySql)};Database={database.Name}");
        var builder = new MySqlConnectionStringBuilder(source.ConnectionString);
        await ShareAsync(source, version, $"jdbc:mysql://{options.Hosts[0]}:{options.Port}/{database.Name}?nullDatabaseMeansCurrent=true", builder.UserID, PasswordOf(TestServers.Get(TestServers.MySql)));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Sessions_that_do_not_commit_by_themselves_lose_nothing()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "jdbc_open");
        var builder = new MySqlDataSourceBuilder($"{TestServers.Get(TestServers.MySql)};Database={database.Name}");
        builder.UseConnectionOpenedCallback(async (context, cancel) =>
        {
            using var statement = new MySqlCommand("SET SESSION autocommit=0", context.Connection); // as a server's settings may say
            await statement.ExecuteNonQueryAsync(cancel);
        });
        await using var source = builder.Build();
        var lake = IcebergCatalog.Jdbc(source, "lake", _folder["wh"]);
        await lake.CreateNamespaceAsync("demo");
        await using (var model = new SinkModel(() => Open(source).Tables, Settings, table: TableIdentifier.Parse("demo.t")))
        {
            await model.OpenAsync();
            model.Put(1, "row", 1);
            await model.EndAndCommitAsync();
            await model.CheckAsync();
        }

        await lake.RenameTableAsync("demo.t", "demo.u");
        Assert.True(await lake.TableExistsAsync("demo.u"));
        await lake.DropTableAsync("demo.u", purge: true);
        await lake.DropNamespaceAsync("demo");
        Assert.False(await lake.NamespaceExistsAsync("demo"));
    }

    [ServerTheory(PostgresDatabase.Variable, IcebergJava.Variable)]
    [InlineData("V0")]
    [InlineData("V1")]
    public async Task Tables_in_PostgreSQL_are_shared_with_Java(string version)
    {
        await using var names = await PostgresDatabase.CreateAsync($"jdbc_{version}");
        await ShareAsync(names.Source, version, names.JavaUri, names.User, names.Password);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Connection_that_is_cut_anywhere_leaves_a_commit_that_is_there_or_not_as_was_reported()
    {
        var random = Seed.Next(output);
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "jdbc_cut");
        var direct = $"{TestServers.Get(TestServers.MySql)};Database={database.Name};Pooling=false";
        await using var source = new MySqlDataSource(direct);
        var table = TableIdentifier.Parse("demo.cut");
        var (epoch, reported, hidden) = (0L, 0, 0);
        List<long> rows = [];
        for (var round = 0; round <= Cuts; round++)
        {
            var (isCut, connection, bytes) = (round > 0, random.Next(7), random.Next(7_000));
            await using var proxy = RecordingProxy.MySql(direct);
            proxy.Script = f => f.IsFromServer && isCut && f.Connection == connection ? f.CutAfter(bytes) : ProxyAction.Pass;
            await using var cut = new MySqlDataSource(proxy.ConnectionString);
            await using var model = new SinkModel(() => Open(cut).Tables, Settings, table: table);
            var isReported = false;
            try
            {
                await model.ReopenAsync();
                model.Put(round, "row", round);
                await model.EndAndCommitAsync();
                isReported = true;
            }
            catch (CdcLakeException e)
            {
                Assert.True(e.IsTransient, e.ToString());
            }

            var now = MarkedHistory.Of((await Open(source).Tables.LoadAsync(table, default))!.Metadata, SinkModel.Opening.Pipeline).Marker!.Epoch;
            Assert.True(now == epoch + 1 || (now == epoch && !isReported), $"cut of connection {connection} after {bytes} bytes: commit {epoch} → {now}, reported: {isReported}");
            rows.AddRange(now > epoch ? [round] : []);
            reported += isReported ? 1 : 0;
            hidden += now > epoch && !isReported ? 1 : 0;
            epoch = now;
        }

        Assert.Equal(rows, (await SinkModel.ReadAsync(Open(source).Tables, table: table)).Keys.Order());
        output.WriteLine($"{Cuts} cuts: {reported} commits reported, {hidden} found out later, {Cuts + 1 - reported - hidden} not made");
    }

    /// <summary>Java makes the first table, and with it the form of the database; then each goes on with what the other left.</summary>
    private async Task ShareAsync(DbDataSource source, string version, string uri, string user, string password)
    {
        string[] java =
        [
            "--catalog", "jdbc", "--uri", uri, "--prop", $"jdbc.user={user}", "--prop", $"jdbc.password={password}", "--prop", $"jdbc.schema-version={version}",
            "--warehouse", $"file:{_folder["wh"]}", "--catalog-name", "lake",
        ];
        var (theirs, ours) = (TableIdentifier.Parse("demo.theirs"), TableIdentifier.Parse("demo.ours"));
        await IcebergJava.DoAsync(["create", theirs.ToString(), "--schema", "id:long*,name:string,qty:int", .. java]);
        foreach (var table in new[] { theirs, ours })
        {
            await using var model = new SinkModel(() => Open(source).Tables, Settings, table: table);
            await model.OpenAsync();
            for (var round = 0; round < 3; round++)
            {
                for (var id = 0; id < 100; id += 1 + round)
                {
                    model.Put(id, $"round {round}", id);
                }

                await model.EndAndCommitAsync();
                await IcebergJava.DoAsync(["set-property", table.ToString(), $"round={round}", .. java]);
                if (round == 1)
                {
                    await IcebergJava.DoAsync(["rewrite", table.ToString(), .. java]);
                }
            }

            await model.CheckAsync();
            await IcebergJava.DoAsync(["verify", table.ToString(), "--all", "--keys", "identifier", "--no-notes", .. java]);
            Assert.Equal(100, (await IcebergJava.SortedRowsAsync([table.ToString(), .. java])).Length);
            Assert.Equal("2", (await Open(source).Tables.LoadAsync(table, default))!.Metadata.Properties["round"]);
        }

        var lake = IcebergCatalog.Jdbc(source, "lake", _folder["wh"]);
        await lake.RenameTableAsync("demo.ours", "demo.renamed");
        Assert.Equal(100, (await IcebergJava.SortedRowsAsync(["demo.renamed", .. java])).Length);
        await lake.DropTableAsync("demo.renamed", purge: true);
        Assert.NotEqual(0, (await IcebergJava.RunAsync(["rows", "demo.renamed", .. java])).Exit);
        Assert.True(await lake.TableExistsAsync("demo.theirs"));
        Assert.Equal(CatalogError.NamespaceNotEmpty, (await Assert.ThrowsAsync<CatalogException>(() => lake.DropNamespaceAsync("demo"))).Error);
        await IcebergJava.DoAsync(["drop", "demo.theirs", .. java]);
        await lake.DropNamespaceAsync("demo");
        Assert.False(await lake.NamespaceExistsAsync("demo"));
    }

    private OpenedCatalog Open(DbDataSource source) => JdbcCatalog.Open(source, new JdbcSettings("lake", _folder["wh"], []), TimeProvider.System);

    private static string PasswordOf(string connectionString) => new MySqlConnectionStringBuilder(connectionString).Password;
}
