using System.Data.Common;
using System.Globalization;
using CdcLake.Iceberg.Catalogs.Jdbc;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Iceberg.Catalogs.Rest.Auth;

namespace CdcLake;

/// <content>What other engines are told.</content>
public sealed partial class IcebergCatalog
{
    /// <summary>
    /// The statement by which StarRocks reads a catalog's tables beside its own. Source: StarRocks, "Iceberg catalog". What is secret is left out unless it is asked for.
    /// </summary>
    private sealed class ExternalCatalog(bool withSecrets)
    {
        private const string Left = "...";
        private readonly List<(string Name, string Value)> _properties = [("type", "iceberg")];

        public static string OfFolder(string name, string location, S3Options s3, bool withSecrets)
        {
            var catalog = new ExternalCatalog(withSecrets);
            catalog.Add("iceberg.catalog.type", "hadoop");
            catalog.AddWarehouse(location.StartsWith("s3://", StringComparison.Ordinal) ? "s3a" + location[2..] : "file://" + location, s3);
            return catalog.Write(name);
        }

        public static string OfRest(string name, RestSettings settings, bool withSecrets)
        {
            var properties = settings.Properties;
            var catalog = new ExternalCatalog(withSecrets);
            catalog.Add("iceberg.catalog.type", "rest");
            catalog.Add("iceberg.catalog.uri", settings.Uri.ToString().TrimEnd('/'));
            var isOAuth = properties.ContainsKey(AuthProperties.Credential) || properties.ContainsKey(AuthProperties.Token);
            catalog.Add("iceberg.catalog.security", isOAuth ? "oauth2" : null);
            catalog.AddSecret("iceberg.catalog.oauth2.credential", properties.GetValueOrDefault(AuthProperties.Credential));
            catalog.AddSecret("iceberg.catalog.oauth2.token", properties.GetValueOrDefault(AuthProperties.Token));
            catalog.Add("iceberg.catalog.oauth2.scope", properties.GetValueOrDefault(AuthProperties.Scope));
            catalog.Add("iceberg.catalog.oauth2.server-uri", properties.GetValueOrDefault(AuthProperties.OAuth2Server));
            catalog.AddWarehouse(properties.GetValueOrDefault(RestProperties.Warehouse), S3Options.FromProperties(properties));
            return catalog.Write(name);
        }

        /// <exception cref="ArgumentException">The name is another one than the rows have: StarRocks looks for its own there.</exception>
        /// <exception cref="NotSupportedException">StarRocks reads no such database.</exception>
        public static string OfJdbc(string name, JdbcSettings settings, DbDataSource database, bool withSecrets)
        {
            if (name != settings.CatalogName)
            {
                throw new ArgumentException($"StarRocks looks in the rows of a JDBC catalog for the name of its own catalog, and they say \"{settings.CatalogName}\": give that one, not \"{name}\".", nameof(name));
            }

            var parts = new DbConnectionStringBuilder { ConnectionString = database.ConnectionString };
            var (scheme, port) = database.GetType().Namespace switch
            {
                "MySqlConnector" => ("mysql", 3306),
                "Npgsql" => ("postgresql", 5432),
                var other => throw new NotSupportedException($"StarRocks reads JDBC catalogs in MySQL and PostgreSQL; this one is in a database of {other}."),
            };
            var host = Text(parts, "Server", "Host", "Data Source") ?? "localhost";
            var catalog = new ExternalCatalog(withSecrets);
            catalog.Add("iceberg.catalog.type", "jdbc");
            catalog.Add("iceberg.catalog.uri", $"jdbc:{scheme}://{host}:{Text(parts, "Port") ?? port.ToString(CultureInfo.InvariantCulture)}/{Text(parts, "Database")}");
            catalog.Add("iceberg.catalog.jdbc.user", Text(parts, "User ID", "Username", "Uid"));
            catalog.AddSecret("iceberg.catalog.jdbc.password", Text(parts, "Password", "Pwd") ?? Left); // data sources keep theirs
            catalog.AddWarehouse(settings.Warehouse, S3Options.FromProperties(settings.Properties));
            return catalog.Write(name);
        }

        private static string? Text(DbConnectionStringBuilder parts, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (parts.TryGetValue(name, out var value) && value?.ToString() is { Length: > 0 } text)
                {
                    return text;
                }
            }

            return null;
        }

        private void AddWarehouse(string? warehouse, S3Options s3)
        {
            Add("iceberg.catalog.warehouse", warehouse);
            if (warehouse?.StartsWith("file:", StringComparison.Ordinal) == true)
            {
                return;
            }

            Add("aws.s3.endpoint", s3.Endpoint);
            Add("aws.s3.region", s3.Region ?? (s3.Endpoint is null ? null : "us-east-1"));
            Add("aws.s3.enable_path_style_access", s3.PathStyleAccess ? "true" : null);
            Add("aws.s3.enable_ssl", s3.Endpoint?.StartsWith("http://", StringComparison.Ordinal) == true ? "false" : null);
            Add("aws.s3.use_aws_sdk_default_behavior", s3.AccessKeyId is null && s3.Endpoint is null && warehouse?.StartsWith("s3", StringComparison.Ordinal) == true ? "true" : null);
            Add("aws.s3.access_key", s3.AccessKeyId);
            AddSecret("aws.s3.secret_key", s3.SecretAccessKey);
        }

        private void Add(string name, string? value)
        {
            if (value is not null)
            {
                _properties.Add((name, value));
            }
        }

        private void AddSecret(string name, string? value) => Add(name, value is null || withSecrets ? value : Left);

        private string Write(string name) =>
            $"CREATE EXTERNAL CATALOG `{name.Replace("`", "``", StringComparison.Ordinal)}` PROPERTIES (\n    {string.Join(",\n    ", _properties.Select(p => $"\"{p.Name}\" = \"{Escape(p.Value)}\""))})";

        private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }
}
