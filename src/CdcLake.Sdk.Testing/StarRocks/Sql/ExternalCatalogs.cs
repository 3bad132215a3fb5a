using CdcLake.Testing.StarRocks.Model;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.StarRocks.Sql;

/// <summary>CREATE EXTERNAL CATALOG for Iceberg: properties are checked, nothing behind them is read.</summary>
internal static class ExternalCatalogs
{
    private static readonly string[] Types = ["hive", "glue", "rest", "jdbc", "hadoop"];

    private static readonly string[] Known =
    [
        "type", "iceberg.catalog.type", "iceberg.catalog.uri", "iceberg.catalog.warehouse", "iceberg.catalog.security", "iceberg.catalog.oauth2.credential", "iceberg.catalog.oauth2.token",
        "iceberg.catalog.oauth2.scope", "iceberg.catalog.oauth2.server-uri", "iceberg.catalog.vended-credentials-enabled", "iceberg.catalog.jdbc.user", "iceberg.catalog.jdbc.password",
        "hive.metastore.uris", "aws.s3.endpoint", "aws.s3.region", "aws.s3.access_key", "aws.s3.secret_key", "aws.s3.enable_path_style_access", "aws.s3.enable_ssl",
        "aws.s3.use_instance_profile", "aws.s3.use_aws_sdk_default_behavior",
    ];

    public static SqlResult Create(Cluster cluster, SqlTokens tokens)
    {
        var name = tokens.Name();
        var comment = tokens.Skip("COMMENT") ? tokens.Literal() : null;
        tokens.Expect("PROPERTIES");
        tokens.Expect("(");
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        do
        {
            var key = tokens.Literal();
            tokens.Expect("=");
            if (!Known.Contains(key) || !properties.TryAdd(key, tokens.Literal()))
            {
                throw new SqlErrorException(SqlError.Analyze($"Unknown or repeated property {key}"));
            }
        }
        while (tokens.Skip(","));
        tokens.Expect(")");
        Check(properties);
        if (!tokens.IsAtEnd)
        {
            throw new SqlErrorException(SqlError.Syntax(tokens.Any()));
        }

        return cluster.ExternalCatalogs.TryAdd(name, comment ?? "") ? SqlResult.Done : throw new SqlErrorException(SqlError.Analyze($"Catalog '{name}' already exists"));
    }

    private static void Check(Dictionary<string, string> properties)
    {
        Require(properties.GetValueOrDefault("type") == "iceberg", "[type : " + properties.GetValueOrDefault("type") + "] is not supported");
        var type = properties.GetValueOrDefault("iceberg.catalog.type") ?? "";
        Require(Types.Contains(type), "Please specify iceberg.catalog.type: hive, glue, rest, jdbc or hadoop");
        Require(type is not ("rest" or "jdbc") || properties.ContainsKey("iceberg.catalog.uri"), "iceberg.catalog.uri must be specified");
        Require(type is not ("hadoop" or "jdbc") || properties.ContainsKey("iceberg.catalog.warehouse"), "iceberg.catalog.warehouse must be specified");
        var security = properties.GetValueOrDefault("iceberg.catalog.security");
        Require(security is null or "none" or "oauth2", "iceberg.catalog.security is none or oauth2");
        Require(
            security != "oauth2" || properties.ContainsKey("iceberg.catalog.oauth2.credential") || properties.ContainsKey("iceberg.catalog.oauth2.token"), "OAuth2 requires a credential or token");
        Require(properties.ContainsKey("aws.s3.access_key") == properties.ContainsKey("aws.s3.secret_key"), "aws.s3.access_key and aws.s3.secret_key belong together");
    }

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new SqlErrorException(SqlError.Analyze(otherwise));
        }
    }
}
