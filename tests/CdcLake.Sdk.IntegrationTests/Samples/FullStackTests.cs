using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Samples;

/// <summary>The full stack of the samples, hop by hop, with real servers where the lab has them.</summary>
public sealed class FullStackTests
{
    private const string SalesByProduct =
        "SELECT p.id, p.sku, p.name, SUM(s.qty), SUM(s.qty * s.price), COUNT(*) FROM appdb.sales s JOIN appdb.products p ON p.id = s.product_id GROUP BY p.id, p.sku, p.name ORDER BY p.id";

    private static readonly string[] ProductColumns = ["product_id", "product_sku", "product_name", "total_qty", "total_revenue", "sale_count"];
    private static readonly string[] UserColumns = ["id", "name", "email"];
    private static readonly string[] NotHere = ["containers", "the lake from StarRocks", "Superset"];

    [ServerFact(TestServers.MySql, FullStack.MySqlBinlog, TestServers.Ceph, RestServer.Variable, IcebergJava.Variable, ComposeFile.Variable)]
    public async Task Stack_writes_what_the_shop_does_to_both_catalogs_and_to_StarRocks_and_verify_sees_it()
    {
        await using var stack = await FullStack.StartAsync();
        await using var trino = new TrinoStandIn(stack.LakeRowsAsync);
        await trino.StartAsync();
        var (process, address) = await stack.StartApplicationAsync();
        await using var application = process;
        await stack.ShopAsync(rounds: 12);
        var (exit, lines) = await stack.VerifyAsync(address, trino.Address);
        Assert.True(exit == 0, string.Join('\n', lines));
        Assert.Equal(NotHere, lines.Where(l => l.StartsWith("  not checked", StringComparison.Ordinal)).Select(l => l["  not checked".Length..l.IndexOf(':', StringComparison.Ordinal)].Trim()));
        Assert.EndsWith(" right, 0 wrong, 3 not checked", lines[^1], StringComparison.Ordinal);
        Assert.Equal(0, await stack.HealthCheckAsync(address));

        // Later changes were seen everywhere, so the shop's are there: all of it is what MySQL says.
        await using var mysql = await Sql.OpenAsync(stack.AdminConnectionString);
        foreach (var (query, table, native, columns) in new[]
        {
            (SalesByProduct, "iceberg.demo.sales_by_product", "analytics.sales_by_product", ProductColumns),
            ("SELECT id, name, email FROM testdb.users ORDER BY id", "iceberg_jdbc.lakehouse.users", "analytics.users", UserColumns),
        })
        {
            var wanted = (await mysql.QueryAsync(query, default)).Rows.Select(r => string.Join('|', r.Select(v => v ?? ""))).ToList();
            Assert.NotEmpty(wanted);
            var lake = (await stack.LakeRowsAsync(table)).OrderBy(r => r.GetProperty(columns[0]).GetInt32());
            Assert.Equal(wanted, lake.Select(r => string.Join('|', columns.Select(c => r.TryGetProperty(c, out var value) ? value.ToString() : ""))));
            Assert.Equal(wanted, stack.StarRocks.Rows(native).Select(r => string.Join('|', columns.Select(c => r[c] ?? ""))));
        }

        application.Terminate(); // as docker stop does
        Assert.Equal(0, await application.ExitAsync());
        (exit, lines) = await stack.VerifyAsync(address, trino: "", "--no-writes");
        Assert.True(exit == 1, string.Join('\n', lines));
        Assert.Contains(lines, l => l.StartsWith("  WRONG        health: after 0 seconds", StringComparison.Ordinal));
        Assert.Contains(" 3 wrong, ", lines[^1], StringComparison.Ordinal); // health and two pipelines: what was committed is still there
    }
}
