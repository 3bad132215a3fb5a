using Microsoft.Data.Sqlite;

namespace CdcLake.Tests.Iceberg.Catalogs;

/// <summary>Catalogs from properties by the names of other engines.</summary>
public sealed class CatalogPropertiesTests
{
    [Fact]
    public void Kinds_are_those_of_other_engines()
    {
        var flink = new Dictionary<string, string>
        {
            ["type"] = "iceberg", ["catalog-type"] = "rest", ["uri"] = "http://lake:8181", ["warehouse"] = "s3://warehouse/", ["io-impl"] = "org.apache.iceberg.aws.s3.S3FileIO",
            ["s3.endpoint"] = "http://minio:9000", ["s3.path-style-access"] = "true", ["credential"] = "me:secret", ["client.region"] = "us-east-1",
        };
        Assert.Equal("rest(http://lake:8181/)", IcebergCatalog.FromProperties("lake", flink).ToString());
        Assert.Equal("filesystem(/data/lake)", IcebergCatalog.FromProperties("lake", new Dictionary<string, string> { ["type"] = "hadoop", ["warehouse"] = "file:///data/lake" }).ToString());
        using var database = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        var jdbc = new Dictionary<string, string> { ["type"] = "jdbc", ["uri"] = "jdbc:sqlite::memory:", ["jdbc.user"] = "x", ["jdbc.schema-version"] = "V1", ["warehouse"] = "/data/lake" };
        Assert.Equal("jdbc(lake)", IcebergCatalog.FromProperties("lake", jdbc, database).ToString());
        Assert.Contains("DbDataSource", Assert.ThrowsAny<ArgumentException>(() => IcebergCatalog.FromProperties("lake", jdbc)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("type", "hive", "rest, hadoop, jdbc")]
    [InlineData("uri", null, "uri")]
    [InlineData("scop", "x", "scope")]
    public void Property_that_is_missing_or_not_known_is_named(string name, string? value, string mention)
    {
        var properties = new Dictionary<string, string> { ["type"] = "rest", ["uri"] = "http://lake" };
        properties.Remove(name);
        if (value is not null)
        {
            properties[name] = value;
        }

        Assert.Contains(mention, Assert.Throws<ArgumentException>(() => IcebergCatalog.FromProperties("lake", properties)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_do_not_show_in_the_text_of_a_catalog()
    {
        var options = new IcebergRestOptions { Credential = "me:hush", Token = "hush" };
        Assert.DoesNotContain("hush", options.Freeze("http://lake").ToString(), StringComparison.Ordinal);
    }
}
