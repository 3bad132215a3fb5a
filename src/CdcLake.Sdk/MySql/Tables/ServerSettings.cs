using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Tables;

/// <summary>Global variables of a server that decide what its log contains.</summary>
internal sealed class ServerSettings
{
    private static readonly string[] Names =
    [
        "log_bin", "binlog_format", "binlog_row_image", "binlog_row_metadata", "gtid_mode",
        "server_id", "innodb_native_foreign_keys", "log_replica_updates", "log_slave_updates",
    ];

    private readonly Dictionary<string, string> _values;

    public ServerSettings(IEnumerable<KeyValuePair<string, string>> values) => _values = new Dictionary<string, string>(values, StringComparer.OrdinalIgnoreCase);

    /// <summary>The value in upper case; null when the server does not know the variable.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name)?.ToUpperInvariant();

    /// <summary>True when rows changed by foreign keys appear in the log: MySQL 9.6 and later, unless configured back.</summary>
    public bool LogsCascades => this["innodb_native_foreign_keys"] == "OFF";

    /// <summary>True when a replica writes what it applies to its own log.</summary>
    public bool LogsReplicatedChanges => (this["log_replica_updates"] ?? this["log_slave_updates"]) != "OFF";

    public static async Task<ServerSettings> ReadAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var list = string.Join(", ", Names.Select(MySqlTableName.Literal));
        var result = await session.QueryAsync($"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({list})", cancellationToken).ConfigureAwait(false);
        return new ServerSettings(result.Rows.Select(r => KeyValuePair.Create(r[0]!, r[1] ?? "")));
    }

    /// <summary>What has to be changed on the server, one entry per problem, each with its statement; empty when all is well.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (this["log_bin"] != "ON")
        {
            problems.Add("the binary log is off. Start the server with log_bin=binlog in its configuration");
            return problems;
        }

        Require("binlog_format", "ROW", "statements cannot be replayed into tables");
        Require("binlog_row_image", "FULL", "updates and deletes must carry whole rows");
        Require("binlog_row_metadata", "FULL", "column names and signs must stand in the log", "the server is older than MySQL 8.0.1; upgrade it");
        Require("gtid_mode", "ON", "positions are GTID sets", "the server is older than MySQL 5.6, or is no MySQL server; use another",
            "SET PERSIST enforce_gtid_consistency=ON; SET PERSIST gtid_mode=OFF_PERMISSIVE; SET PERSIST gtid_mode=ON_PERMISSIVE; SET PERSIST gtid_mode=ON;");
        if (this["server_id"] == "0")
        {
            problems.Add("server_id is 0, so the server serves no log. Run: SET PERSIST server_id=1;");
        }

        return problems;

        void Require(string name, string value, string reason, string? whenUnknown = null, string? statement = null)
        {
            var actual = this[name];
            if (actual is null && whenUnknown is not null)
            {
                problems.Add($"{name} is not known to the server ({reason}): {whenUnknown}");
            }
            else if (actual is not null && actual != value)
            {
                problems.Add($"{name} is {actual} but must be {value} ({reason}). Run: {statement ?? $"SET PERSIST {name}={value};"}");
            }
        }
    }
}
