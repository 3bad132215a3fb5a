using CdcLake.IntegrationTests.Fixtures;
using MySqlConnector;
using Npgsql;

namespace CdcLake.IntegrationTests.Storage;

/// <summary>Tables in a bucket, with their names in some catalog.</summary>
/// <param name="Bucket">Where the files are.</param>
/// <param name="Properties">Of the catalog, as users write them; without the store's.</param>
/// <param name="ForJava">How the Java command line names a table.</param>
internal sealed record S3Lake(S3Bucket Bucket, Dictionary<string, string> Properties, Func<string, string[]> ForJava)
{
    /// <summary>The connection string of a JDBC catalog's database.</summary>
    public const string Source = "jdbc.source";

    /// <summary>All properties; a REST catalog hands the keys of the store out itself.</summary>
    public IEnumerable<KeyValuePair<string, string>> Catalog => Properties["type"] == "rest" ? Properties : Properties.Concat(Bucket.Properties);

    public static S3Lake Jdbc(S3Bucket bucket, string connection, string uri, string user, string password) => new(
        bucket,
        new() { ["type"] = "jdbc", ["warehouse"] = bucket.Uri("warehouse"), [Source] = connection },
        table =>
        [
            table, "--catalog", "jdbc", "--uri", uri, "--prop", $"jdbc.user={user}", "--prop", $"jdbc.password={password}", "--prop", "jdbc.schema-version=V1",
            "--warehouse", bucket.Uri("warehouse"), "--catalog-name", "lake",
        ]);

    public static S3Lake Jdbc(S3Bucket bucket, PostgresDatabase names) => Jdbc(bucket, names.ConnectionString, names.JavaUri, names.User, names.Password);

    public IcebergCatalog Open() => IcebergCatalog.FromProperties("lake", Catalog.Where(p => p.Key != Source).ToDictionary(), Properties.GetValueOrDefault(Source) switch
    {
        null => null,
        var text when text.StartsWith("Host=", StringComparison.Ordinal) => NpgsqlDataSource.Create(text),
        var text => new MySqlDataSource(text),
    });
}
