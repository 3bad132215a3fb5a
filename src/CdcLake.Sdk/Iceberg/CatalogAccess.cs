using System.Data.Common;
using System.Globalization;
using CdcLake.Iceberg.Catalogs.Jdbc;
using CdcLake.Iceberg.Catalogs.Rest;

namespace CdcLake;

/// <summary>How a catalog is reached, for the settings of other engines. Holds secrets: what is printed of it leaves them out.</summary>
internal abstract class CatalogAccess
{
    /// <param name="location">Absolute path, or <c>s3://…</c>.</param>
    /// <param name="s3">How its store is reached.</param>
    internal sealed class Folder(string location, S3Options s3) : CatalogAccess
    {
        public string Location => location;

        public S3Options S3 => s3;

        public bool IsS3 => Location.StartsWith("s3://", StringComparison.Ordinal);
    }

    /// <param name="settings">With the user's properties.</param>
    internal sealed class Rest(RestSettings settings) : CatalogAccess
    {
        public RestSettings Settings => settings;
    }

    /// <param name="settings">Its name in the rows, warehouse and properties.</param>
    /// <param name="database">Where the rows are.</param>
    internal sealed class Jdbc(JdbcSettings settings, DbDataSource database) : CatalogAccess
    {
        public JdbcSettings Settings => settings;

        public DbDataSource Database => database;

        private DbConnectionStringBuilder Parts => new() { ConnectionString = Database.ConnectionString };

        public string? User => Text("User ID", "Username", "Uid");

        /// <summary>Null where the data source keeps it to itself.</summary>
        public string? Password => Text("Password", "Pwd");

        /// <summary>The database as a JDBC driver is told it; null where it is neither MySQL nor PostgreSQL.</summary>
        public string? Url
        {
            get
            {
                var (scheme, port) = Database.GetType().Namespace switch
                {
                    "MySqlConnector" => ("mysql", 3306),
                    "Npgsql" => ("postgresql", 5432),
                    _ => ("", 0),
                };
                return scheme.Length == 0
                    ? null
                    : $"jdbc:{scheme}://{Text("Server", "Host", "Data Source") ?? "localhost"}:{Text("Port") ?? port.ToString(CultureInfo.InvariantCulture)}/{Text("Database")}";
            }
        }

        private string? Text(params ReadOnlySpan<string> names)
        {
            var parts = Parts;
            foreach (var name in names)
            {
                if (parts.TryGetValue(name, out var value) && value?.ToString() is { Length: > 0 } text)
                {
                    return text;
                }
            }

            return null;
        }
    }

    /// <summary>A catalog in this process, which no other engine reaches.</summary>
    internal sealed class Inside : CatalogAccess;
}
