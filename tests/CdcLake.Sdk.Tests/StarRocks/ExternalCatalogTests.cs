using System.Data.Common;
using CdcLake.Testing;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;

namespace CdcLake.Tests.StarRocks;

/// <summary>The statement by which StarRocks reads the lake, for each of the catalogs; the stand-in takes every one of them.</summary>
public sealed class ExternalCatalogTests
{
    public static TheoryData<string, string[]> Catalogs => new()
    {
        { "folder", ["\"iceberg.catalog.type\" = \"hadoop\"", "\"iceberg.catalog.warehouse\" = \"file:///data/warehouse\""] },
        {
            "bucket",
            [
                "\"iceberg.catalog.type\" = \"hadoop\"", "\"iceberg.catalog.warehouse\" = \"s3a://lake/warehouse\"", "\"aws.s3.endpoint\" = \"http://minio:9000\"", "\"aws.s3.region\" = \"us-east-1\"",
                "\"aws.s3.enable_path_style_access\" = \"true\"", "\"aws.s3.enable_ssl\" = \"false\"", "\"aws.s3.access_key\" = \"admin\"", "\"aws.s3.secret_key\" = \"...\"",
            ]
        },
        {
            "rest",
            [
                "\"iceberg.catalog.type\" = \"rest\"", "\"iceberg.catalog.uri\" = \"http://rest:8181/catalog\"", "\"iceberg.catalog.security\" = \"oauth2\"",
                "\"iceberg.catalog.oauth2.credential\" = \"...\"", "\"iceberg.catalog.oauth2.scope\" = \"PRINCIPAL_ROLE:ALL\"", "\"iceberg.catalog.warehouse\" = \"lake\"",
            ]
        },
        { "rest of AWS", ["\"iceberg.catalog.type\" = \"rest\"", "\"iceberg.catalog.uri\" = \"https://rest\"", "\"iceberg.catalog.warehouse\" = \"s3://lake\"", "\"aws.s3.use_aws_sdk_default_behavior\" = \"true\""] },
        {
            "mysql",
            [
                "\"iceberg.catalog.type\" = \"jdbc\"", "\"iceberg.catalog.uri\" = \"jdbc:mysql://db:3307/catalog\"", "\"iceberg.catalog.jdbc.user\" = \"iceberg\"",
                "\"iceberg.catalog.jdbc.password\" = \"...\"", "\"iceberg.catalog.warehouse\" = \"s3://lake/warehouse\"", "\"aws.s3.use_aws_sdk_default_behavior\" = \"true\"",
            ]
        },
        {
            "postgres",
            [
                "\"iceberg.catalog.type\" = \"jdbc\"", "\"iceberg.catalog.uri\" = \"jdbc:postgresql://db:5432/catalog\"", "\"iceberg.catalog.jdbc.user\" = \"iceberg\"",
                "\"iceberg.catalog.jdbc.password\" = \"...\"", "\"iceberg.catalog.warehouse\" = \"s3://lake/warehouse\"", "\"aws.s3.use_aws_sdk_default_behavior\" = \"true\"",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Catalogs))]
    public async Task Each_catalog_says_how_StarRocks_reads_it(string kind, string[] properties)
    {
        var table = Catalog(kind).Table("demo.sales_by_product");
        var statement = table.ExternalCatalogSql("lake");
        Assert.Equal($"CREATE EXTERNAL CATALOG `lake` PROPERTIES (\n    {string.Join(",\n    ", properties.Prepend("\"type\" = \"iceberg\""))})", statement);
        Assert.DoesNotContain("secret\"", statement, StringComparison.Ordinal);
        await using var server = new FakeStarRocks();
        server.Execute(statement);
        Assert.Contains(server.Execute("SHOW CATALOGS"), c => c[0] == "lake" && c[1] == "Iceberg");
    }

    [Fact]
    public void Secrets_are_written_out_on_demand()
    {
        Assert.Contains("\"aws.s3.secret_key\" = \"a \\\"secret\\\"\"", Catalog("bucket").ExternalCatalogSql("lake", withSecrets: true), StringComparison.Ordinal);
        Assert.Contains("\"iceberg.catalog.oauth2.credential\" = \"id:secret\"", Catalog("rest").ExternalCatalogSql("lake", withSecrets: true), StringComparison.Ordinal);
    }

    [Fact]
    public void A_jdbc_catalog_has_one_name_and_a_database_that_StarRocks_reads()
    {
        Assert.Contains("they say \"lake\": give that one, not \"other\"", Assert.Throws<ArgumentException>(() => Catalog("mysql").ExternalCatalogSql("other")).Message, StringComparison.Ordinal);
        Assert.Contains("MySQL and PostgreSQL", Assert.Throws<NotSupportedException>(() => Catalog("sqlite").ExternalCatalogSql("lake")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"type\" = \"hive\"")]
    [InlineData("\"type\" = \"iceberg\", \"iceberg.catalog.type\" = \"rest\"")]
    [InlineData("\"type\" = \"iceberg\", \"iceberg.catalog.type\" = \"hadoop\", \"iceberg.catalog.warehouse\" = \"x\", \"warehouse\" = \"y\"")]
    public async Task The_stand_in_refuses_what_StarRocks_could_not_read(string properties)
    {
        await using var server = new FakeStarRocks();
        Assert.Throws<InvalidOperationException>(() => server.Execute($"CREATE EXTERNAL CATALOG lake PROPERTIES ({properties})"));
    }

    private static IcebergCatalog Catalog(string kind) => kind switch
    {
        "folder" => IcebergCatalog.FileSystem("/data/warehouse"),
        "bucket" => IcebergCatalog.FileSystem("s3://lake/warehouse", o => o.S3 = new S3Options { Endpoint = "http://minio:9000", PathStyleAccess = true, AccessKeyId = "admin", SecretAccessKey = "a \"secret\"" }),
        "rest" => IcebergCatalog.Rest("http://rest:8181/catalog", o => (o.Warehouse, o.Credential, o.Scope) = ("lake", "id:secret", "PRINCIPAL_ROLE:ALL")),
        "rest of AWS" => IcebergCatalog.Rest("https://rest", o => o.Warehouse = "s3://lake"),
        "mysql" => Jdbc(new MySqlDataSource("Server=db;Port=3307;User ID=iceberg;Password=secret;Database=catalog")),
        "postgres" => Jdbc(NpgsqlDataSource.Create("Host=db;Username=iceberg;Password=secret;Database=catalog")),
        _ => Jdbc(SqliteFactory.Instance.CreateDataSource("Data Source=catalog.db")),
    };

    private static IcebergCatalog Jdbc(DbDataSource database) => IcebergCatalog.Jdbc(database, "lake", "s3://lake/warehouse");
}
