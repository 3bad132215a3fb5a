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

        /// <exception cref="ArgumentException">A JDBC catalog has another name in its rows: StarRocks looks for its own there.</exception>
        /// <exception cref="NotSupportedException">StarRocks reads no such catalog.</exception>
        public static string Of(string name, IcebergCatalog read, bool withSecrets)
        {
            var catalog = new ExternalCatalog(withSecrets);
            switch (read.Access)
            {
                case CatalogAccess.Folder folder:
                    catalog.Add("iceberg.catalog.type", "hadoop");
                    catalog.AddWarehouse(folder.IsS3 ? "s3a" + folder.Location[2..] : "file://" + folder.Location, folder.S3);
                    break;
                case CatalogAccess.Rest rest:
                    catalog.AddRest(rest.Settings);
                    break;
                case CatalogAccess.Jdbc jdbc:
                    catalog.AddJdbc(name, jdbc);
                    break;
                default:
                    throw new NotSupportedException($"{read} lives in this process: no other engine can read it.");
            }

            return catalog.Write(name);
        }

        private void AddRest(RestSettings settings)
        {
            var properties = settings.Properties;
            Add("iceberg.catalog.type", "rest");
            Add("iceberg.catalog.uri", settings.Uri.ToString().TrimEnd('/'));
            var isOAuth = properties.ContainsKey(AuthProperties.Credential) || properties.ContainsKey(AuthProperties.Token);
            Add("iceberg.catalog.security", isOAuth ? "oauth2" : null);
            AddSecret("iceberg.catalog.oauth2.credential", properties.GetValueOrDefault(AuthProperties.Credential));
            AddSecret("iceberg.catalog.oauth2.token", properties.GetValueOrDefault(AuthProperties.Token));
            Add("iceberg.catalog.oauth2.scope", properties.GetValueOrDefault(AuthProperties.Scope));
            Add("iceberg.catalog.oauth2.server-uri", properties.GetValueOrDefault(AuthProperties.OAuth2Server));
            AddWarehouse(properties.GetValueOrDefault(RestProperties.Warehouse), S3Options.FromProperties(properties));
        }

        private void AddJdbc(string name, CatalogAccess.Jdbc jdbc)
        {
            var settings = jdbc.Settings;
            if (name != settings.CatalogName)
            {
                throw new ArgumentException($"StarRocks looks in the rows of a JDBC catalog for the name of its own catalog, and they say \"{settings.CatalogName}\": give that one, not \"{name}\".", nameof(name));
            }

            Add("iceberg.catalog.type", "jdbc");
            Add("iceberg.catalog.uri", jdbc.Url
                ?? throw new NotSupportedException($"StarRocks reads JDBC catalogs in MySQL and PostgreSQL; this one is in a database of {jdbc.Database.GetType().Namespace}."));
            Add("iceberg.catalog.jdbc.user", jdbc.User);
            AddSecret("iceberg.catalog.jdbc.password", jdbc.Password ?? Left); // data sources keep theirs
            AddWarehouse(settings.Warehouse, S3Options.FromProperties(settings.Properties));
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
