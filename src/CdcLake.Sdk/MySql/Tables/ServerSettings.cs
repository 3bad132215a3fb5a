using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Tables;

/// <summary>Global variables of a server that decide what its log contains.</summary>
internal sealed class ServerSettings
{
    private static readonly string[] Names =
    [
        "log_bin", "binlog_format", "binlog_row_image", "binlog_row_metadata", "gtid_mode",
        "server_id", "innodb_native_foreign_keys", "log_replica_updates", "log_slave_updates", "basedir", "aurora_version",
        "binlog_error_action", "sync_binlog", "innodb_flush_log_at_trx_commit", "binlog_checksum", "replica_preserve_commit_order", "binlog_transaction_compression",
        "binlog_row_value_options", "time_zone", "system_time_zone", "binlog_expire_logs_seconds", "binlog_expire_logs_auto_purge", "expire_logs_days", "max_binlog_total_size", "binlog_space_limit",
        "gtid_strict_mode", "mysql56_temporal_format", "log_bin_compress",
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
}
