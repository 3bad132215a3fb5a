using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Servers that keep names of tables in lower case, as those on Windows do (<c>lower_case_table_names</c> = 1): statements and pipelines may write them in any case.</summary>
public sealed class NamesWithoutCaseTests(NamesWithoutCaseTests.MySqlServer mysql, NamesWithoutCaseTests.MariaDbServer mariaDb)
    : IClassFixture<NamesWithoutCaseTests.MySqlServer>, IClassFixture<NamesWithoutCaseTests.MariaDbServer>
{
    private static readonly string[][] Steps =
    [
        ["INSERT INTO SALES (ID, QTY) VALUES (4, 4)", "UPDATE sales SET qty = 7 WHERE id = 1"],
        ["TRUNCATE TABLE SALES", "INSERT INTO Sales (Id, Qty) VALUES (11, 1), (12, 2)"],
        ["ALTER TABLE SALES ADD COLUMN note VARCHAR(20)", "UPDATE Sales SET note = 'a' WHERE id = 11"],
        ["RENAME TABLE SALES TO Old_Sales, Staged TO SALES"],
        ["INSERT INTO SALES (Id, Qty) VALUES (22, 2)", "DELETE FROM sales WHERE id = 21"],
        ["CREATE TABLE Products (Id INT PRIMARY KEY, Name VARCHAR(10))", "INSERT INTO PRODUCTS VALUES (1, 'x')"],
        ["DROP TABLE OLD_SALES", "ALTER TABLE PRODUCTS DROP COLUMN NAME"],
    ];

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_of_any_case_are_one(bool isMariaDb)
    {
        var server = isMariaDb ? (PrivateMySqlServer)mariaDb : mysql;
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "Any_Case");
        await database.ExecuteAsync(
            "CREATE TABLE Sales (Id INT PRIMARY KEY, Qty INT)", "INSERT INTO Sales VALUES (1, 1), (2, 2), (3, 3)", "CREATE TABLE Staged (Id INT PRIMARY KEY, Qty INT)", "INSERT INTO Staged VALUES (21, 1)");
        using var folder = new TemporaryFolder();
        var lake = IcebergCatalog.FileSystem(folder["lake"]);
        var name = database.Name.ToLowerInvariant();
        await using var one = Pipeline
            .FromMySqlBinlog(new MySqlSource(database.ConnectionString).Table($"{name}.sales"))
            .Select(r => new { Id = r.Get<int>("id"), Qty = r.Get<int?>("QTY") })
            .ToIceberg(lake.Table("one.sales"), key: r => r.Id)
            .Build("one", o => (o.CheckpointFolder, o.CommitInterval) = (folder["one"], TimeSpan.FromMilliseconds(50)));
        await using var whole = Pipeline
            .FromMySqlBinlog(new MySqlSource(database.ConnectionString).Database(name))
            .ToIceberg(lake.Namespace("whole"))
            .Build("whole", o => (o.CheckpointFolder, o.CommitInterval) = (folder["whole"], TimeSpan.FromMilliseconds(50)));
        using var stop = new CancellationTokenSource();
        var (runningOne, runningWhole) = (one.RunAsync(stop.Token), whole.RunAsync(stop.Token));
        foreach (var step in (string[][])[[], .. Steps])
        {
            await database.ExecuteAsync(step);
            await await Task.WhenAny(one.WaitForLatestAsync(), runningOne);
            await await Task.WhenAny(whole.WaitForLatestAsync(), runningWhole);
            var expected = await RowsAsync(database, "SELECT CONCAT_WS(',', id, qty) FROM sales ORDER BY id");
            Assert.Equal(expected, await lake.Table("one.sales").Scan().ReadAsync().Select(r => $"{r["id"]},{r["qty"]}").Order(StringComparer.Ordinal).ToListAsync());
            var report = await whole.VerifyAsync();
            Assert.True(report.IsEqual, string.Join('\n', report.Sinks.SelectMany(s => s.Differences.Select(d => d.ToString()).Append(s.NotComparedBecause))));
            Assert.Equal(
                (await RowsAsync(database, $"SELECT LOWER(table_name) FROM information_schema.tables WHERE table_schema = '{name}'")).Select(n => $"iceberg(whole.{n})").Order(StringComparer.Ordinal),
                report.Sinks.Select(s => s.Name).Order(StringComparer.Ordinal));
        }

        await stop.CancelAsync();
        await Task.WhenAll(runningOne, runningWhole);
    }

    private static async Task<List<string>> RowsAsync(MySqlDatabase database, string query) => [.. (await database.Connection.QueryAsync(query, default)).Rows.Select(r => r[0]!)];

    public sealed class MySqlServer() : PrivateMySqlServer("--lower-case-table-names=1");

    public sealed class MariaDbServer() : PrivateMySqlServer("--lower-case-table-names=1", "mariadb");
}
