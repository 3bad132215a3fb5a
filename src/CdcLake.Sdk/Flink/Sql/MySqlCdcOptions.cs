using System.Globalization;
using System.Text.RegularExpressions;
using CdcLake.MySql.StartPoints;
using CdcLake.MySql.Wire.Auth;
using MySqlConnector;

namespace CdcLake.Flink.Sql;

/// <summary>Options of Flink's mysql-cdc connector. Source: Flink CDC 3.5, "MySQL CDC connector".</summary>
/// <param name="connection">How the server is reached.</param>
/// <param name="start">Where reading begins; null for a snapshot.</param>
/// <param name="options">Of the script.</param>
/// <param name="secrets">Takes the password.</param>
/// <param name="notes">Takes warnings.</param>
internal sealed class MySqlCdcOptions(MySqlConnectionOptions connection, StartPoint? start, FlinkSqlOptions options, Secrets secrets, Notes notes)
{
    /// <summary>For one table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="firstServerId">First of its replica ids, one for each reader; no other table or replica may have one of them.</param>
    public IEnumerable<(string Name, string Value)> For(SourceTableSql table, long firstServerId)
    {
        var last = firstServerId + options.Parallelism - 1;
        return
        [
            ("connector", "mysql-cdc"),
            ("hostname", Host()),
            ("port", connection.Port.ToString(CultureInfo.InvariantCulture)),
            ("username", connection.User),
            ("password", secrets.Place("MYSQL_PASSWORD", connection.Password)),
            ("database-name", Pattern(table.Table.Database)),
            ("table-name", Pattern(table.Table.Table)),
            ("server-id", last == firstServerId ? Number(firstServerId) : $"{Number(firstServerId)}-{Number(last)}"),
            ("server-time-zone", "UTC"),
            ("jdbc.properties.connectionTimeZone", "UTC"), // whatever zone the server is in: sessions are in this one
            ("jdbc.properties.forceConnectionTimeZoneToSession", "true"),
            .. table.HasDates ? [("debezium.enable.time.adjuster", "false")] : Array.Empty<(string, string)>(), // which makes 2005 of the year 5
            .. Startup(),
            .. Encryption(),
        ];
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    // Names of databases and tables are regular expressions of Java.
    private static string Pattern(string name) => Regex.Replace(name, @"[\\^$.|?*+()\[\]{}]", @"\$0");

    private string Host()
    {
        if (connection.Hosts.Count > 1)
        {
            notes.Warn($"{connection.Endpoint}: Flink's source knows one host and does not fail over to {string.Join(", ", connection.Hosts.Skip(1))}.");
        }

        return connection.Hosts[0].StartsWith('/') ? throw new FlinkTranslationException(connection.Endpoint, "a connection over a Unix socket", "Flink connects over TCP: name host and port") : connection.Hosts[0];
    }

    private IEnumerable<(string Name, string Value)> Startup() => start switch
    {
        null => [("scan.startup.mode", "initial")],
        StartPoint.Latest => [("scan.startup.mode", "latest-offset")],
        StartPoint.Earliest => [("scan.startup.mode", "earliest-offset")],
        StartPoint.AfterGtids after when HasTags(after.Set.ToString()) => throw new FlinkTranslationException(
            connection.Endpoint, $"a start behind {after.Set}", "mysql-cdc knows no GTIDs with tags. Begin with a snapshot, into tables that are made anew"),
        StartPoint.AfterGtids after => [("scan.startup.mode", "specific-offset"), ("scan.startup.specific-offset.gtid-set", after.Set.ToString())],
        StartPoint.AtPlace place => [("scan.startup.mode", "specific-offset"), ("scan.startup.specific-offset.file", place.File), ("scan.startup.specific-offset.pos", Number(place.Offset))],
        StartPoint.AtTime at => [("scan.startup.mode", "timestamp"), ("scan.startup.timestamp-millis", Number(at.Time.ToUnixTimeMilliseconds()))],
        _ => throw new FlinkTranslationException(connection.Endpoint, $"a start at {start}", "mysql-cdc knows no such start"),
    };

    // uuid:1-5:tag:7
    private static bool HasTags(string set) => set.Split(',').Any(s => s.Split(':').Skip(1).Any(p => !char.IsAsciiDigit(p.TrimStart().FirstOrDefault('0'))));

    private (string Name, string Value)[] Encryption()
    {
        if (connection.SslCa is not null || connection.SslCert is not null || connection.CertificateFile is not null)
        {
            notes.Warn($"{connection.Endpoint}: certificates in PEM files are unknown to Java; give Flink a trust store by 'jdbc.properties.trustCertificateKeyStoreUrl' and 'debezium.database.ssl.truststore'.");
        }

        return connection.SslMode switch
        {
            MySqlSslMode.None => [.. Modes("disabled", "DISABLED"), .. Keys()],
            MySqlSslMode.Required => Modes("required", "REQUIRED"),
            MySqlSslMode.VerifyCA => Modes("verify_ca", "VERIFY_CA"),
            MySqlSslMode.VerifyFull => Modes("verify_identity", "VERIFY_IDENTITY"),
            _ => [],
        };
    }

    private (string Name, string Value)[] Keys() => connection.AllowPublicKeyRetrieval
        ? [("jdbc.properties.allowPublicKeyRetrieval", "true"), ("debezium.database.allowPublicKeyRetrieval", "true")]
        : [];

    private static (string Name, string Value)[] Modes(string debezium, string jdbc) => [("debezium.database.ssl.mode", debezium), ("jdbc.properties.sslMode", jdbc)];
}
