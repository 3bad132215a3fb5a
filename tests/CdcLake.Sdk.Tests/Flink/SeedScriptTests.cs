using CdcLake.Tests.Conventions;

namespace CdcLake.Tests.Flink;

/// <summary>
/// The seeds' jobs, statement for statement, beside what their authors wrote by hand. Where ours says more there is a reason: sums of INT are BIGINT here and in MySQL, products are cast to the
/// digits that MySQL gives them, and an instant (TIMESTAMP) is one in the table too; sessions of the connector are in UTC whatever zone the server is in, and a table that is there already is
/// written by key.
/// </summary>
public sealed class SeedScriptTests
{
    [Fact]
    public void Sales_by_product_is_the_golden_script()
    {
        var job = Scripts.SalesByProduct(Scripts.Source()).ToIceberg(Scripts.Lake.Table("demo.sales_by_product"), r => r.ProductId)
            .Build("sales-by-product", o => o.CheckpointInterval = TimeSpan.FromSeconds(60));
        Matches("sales-by-product.sql", Scripts.Of(job).ToString());
    }

    [Fact]
    public void Users_replica_into_a_jdbc_catalog_and_starrocks_is_the_golden_script()
    {
        var database = new MySqlConnector.MySqlDataSourceBuilder("Server=mysql;Port=3306;User ID=iceberg;Password=catalog-secret;Database=iceberg_catalog;Persist Security Info=true").Build();
        var lake = IcebergCatalog.Jdbc(database, "lakehouse", "s3://iceberg/warehouse", o =>
        {
            o.Properties["s3.endpoint"] = "http://minio:9000";
            o.Properties["s3.path-style-access"] = "true";
            o.Properties["s3.access-key-id"] = "admin";
            o.Properties["s3.secret-access-key"] = "store-secret";
            o.Properties["client.region"] = "us-east-1";
        });
        var starRocks = new StarRocksCluster("Server=starrocks-fe;User ID=root;Password=rocks-secret");
        var job = Pipeline.FromMySqlBinlog(Scripts.Source().Table("testdb.users"))
            .ToIceberg(lake.Table("lakehouse.users"))
            .ToStarRocks(starRocks.Table("analytics.users"))
            .Build("users");
        var script = Scripts.Of(job);
        Matches("users.sql", script.ToString(oneStatementPerLine: true));
        Assert.Equal(["CATALOG_PASSWORD", "MYSQL_PASSWORD", "S3_SECRET_ACCESS_KEY", "STARROCKS_PASSWORD"], script.Placeholders.Order());
        Assert.StartsWith("CREATE TABLE IF NOT EXISTS `analytics`.`users` (`id` BIGINT NOT NULL", Assert.Single(script.StarRocksStatements));
    }

    // CDCLAKE_GOLDEN=1 writes the files anew, for a change that was meant.
    private static void Matches(string name, string script)
    {
        var file = Path.Combine(SourceTree.Root, "tests", "CdcLake.Sdk.Tests", "Flink", "Golden", name);
        if (Environment.GetEnvironmentVariable("CDCLAKE_GOLDEN") == "1")
        {
            File.WriteAllText(file, script);
        }

        Assert.Equal(File.ReadAllText(file), script);
    }
}
