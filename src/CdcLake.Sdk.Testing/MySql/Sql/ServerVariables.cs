using System.Text;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql.Sql;

/// <summary>Variables of a server that can be captured, and of its sessions.</summary>
internal static class ServerVariables
{
    private static readonly Version ForeignKeysInLog = new(9, 6);

    private static readonly Dictionary<string, string> Usual = new(StringComparer.OrdinalIgnoreCase)
    {
        ["log_bin"] = "ON",
        ["binlog_format"] = "ROW",
        ["binlog_row_image"] = "FULL",
        ["binlog_row_metadata"] = "FULL",
        ["binlog_row_value_options"] = "",
        ["binlog_checksum"] = "CRC32",
        ["binlog_error_action"] = "ABORT_SERVER",
        ["binlog_expire_logs_seconds"] = "2592000",
        ["binlog_expire_logs_auto_purge"] = "ON",
        ["binlog_transaction_compression"] = "OFF",
        ["gtid_mode"] = "ON",
        ["enforce_gtid_consistency"] = "ON",
        ["server_id"] = "1",
        ["log_replica_updates"] = "ON",
        ["replica_preserve_commit_order"] = "ON",
        ["sync_binlog"] = "1",
        ["innodb_flush_log_at_trx_commit"] = "1",
        ["basedir"] = "/usr/",
        ["hostname"] = "fake",
        ["lower_case_table_names"] = "0",
        ["max_allowed_packet"] = "67108864",
        ["time_zone"] = "SYSTEM",
        ["system_time_zone"] = "UTC",
        ["version_comment"] = "a server in memory",
    };

    private static readonly HashSet<string> OfSessions = new(StringComparer.OrdinalIgnoreCase)
    {
        "sql_mode", "time_zone", "sql_quote_show_create", "sql_select_limit", "lock_wait_timeout", "wait_timeout", "net_write_timeout", "net_read_timeout", "character_set_results",
        "max_execution_time", "information_schema_stats_expiry", "show_gipk_in_create_table_and_information_schema", "autocommit", "transaction_isolation", "interactive_timeout",
        "completion_type", "sql_big_selects", "sql_auto_is_null",
    };

    /// <summary>True when a session may set it.</summary>
    public static bool IsOfSession(string name) => OfSessions.Contains(name);

    /// <summary>The value of a global variable; null when there is none of that name.</summary>
    public static string? Find(ServerState server, string name) => name.ToUpperInvariant() switch
    {
        _ when server.Options.Variables.TryGetValue(name, out var given) => given,
        "SERVER_UUID" => server.Options.Uuid,
        "GTID_EXECUTED" => server.Log.Executed.ToString(),
        "GTID_PURGED" => server.Log.Purged.ToString(),
        "VERSION" => server.Options.Version,
        "INNODB_NATIVE_FOREIGN_KEYS" => server.Version >= ForeignKeysInLog ? "OFF" : null,
        _ => Usual.GetValueOrDefault(name),
    };

    /// <summary>SHOW GLOBAL VARIABLES [WHERE …], behind these words.</summary>
    public static QueryResult Show(ServerState server, SqlTokens tokens, ISqlFunctions functions)
    {
        var names = Usual.Keys.Concat(server.Options.Variables.Keys).Append("server_uuid").Append("version").Append("innodb_native_foreign_keys").Distinct(StringComparer.OrdinalIgnoreCase);
        var rows = names.Select(n => (n, Value: Find(server, n))).Where(v => v.Value is not null).Select(v => new object?[] { Encoding.UTF8.GetBytes(v.n), Encoding.UTF8.GetBytes(v.Value!) });
        var table = new SqlTable([QueryResult.TextColumn("Variable_name"), QueryResult.TextColumn("Value")], rows);
        if (tokens.Skip("WHERE"))
        {
            var condition = new ExpressionReader(tokens, table.Columns, functions).Read().Value;
            return new QueryResult(table.Columns, [.. rows.Where(r => SqlValue.IsTrue(condition(r)))]);
        }

        if (tokens.Skip("LIKE"))
        {
            var pattern = tokens.Literal();
            return new QueryResult(table.Columns, [.. rows.Where(r => Encoding.UTF8.GetString((byte[])r[0]!).StartsWith(pattern.TrimEnd('%'), StringComparison.OrdinalIgnoreCase))]);
        }

        return new QueryResult(table.Columns, [.. rows]);
    }
}
