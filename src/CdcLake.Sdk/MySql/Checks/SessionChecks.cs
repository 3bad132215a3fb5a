using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Checks;

/// <summary>Which sessions are connected now that log otherwise than the server is set to: each may change how its own changes are logged, or that they are at all.</summary>
internal static class SessionChecks
{
    private const string Sessions =
        "SELECT v.VARIABLE_NAME, v.VARIABLE_VALUE, COUNT(*), MIN(CONCAT(t.PROCESSLIST_USER, '@', t.PROCESSLIST_HOST)), MIN(t.PROCESSLIST_ID) "
        + "FROM performance_schema.variables_by_thread v JOIN performance_schema.threads t USING (THREAD_ID) "
        + "WHERE t.PROCESSLIST_ID <> CONNECTION_ID() AND t.PROCESSLIST_COMMAND <> 'Daemon' AND ((v.VARIABLE_NAME = 'binlog_format' AND v.VARIABLE_VALUE <> 'ROW') "
        + "OR (v.VARIABLE_NAME = 'binlog_row_image' AND v.VARIABLE_VALUE <> 'FULL') OR (v.VARIABLE_NAME = 'sql_log_bin' AND v.VARIABLE_VALUE = 'OFF')) GROUP BY 1, 2 ORDER BY 1, 2";

    /// <summary>Looks into performance_schema, where the account may.</summary>
    /// <param name="session">Asks.</param>
    /// <param name="completesRows">Rows that the log has in part are completed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<Finding>> AdvisedAsync(ServerSession session, bool completesRows, CancellationToken cancellationToken)
    {
        if (session.IsMariaDb)
        {
            return [Finding.Information(
                "session.unknown", session.Peer, "whether sessions log by statement or not at all cannot be seen: MariaDB does not show it", "statements end the pipeline when they come, and what is not logged is never captured")];
        }

        try
        {
            var rows = await session.QueryAsync(Sessions, cancellationToken).ConfigureAwait(false);
            return [.. rows.Rows.Where(r => !(completesRows && r[0]!.Equals("binlog_row_image", StringComparison.OrdinalIgnoreCase))).Select(r => Of(session.Peer, r))];
        }
        catch (MySqlServerException error) when (!error.IsTransient)
        {
            return [Finding.Information(
                "session.unknown", session.Peer, $"whether sessions log by statement or not at all cannot be seen ({error.Message})", "such changes end the pipeline when they come",
                "To see it: GRANT SELECT ON performance_schema.* to the account.")];
        }
    }

    private static Finding Of(string peer, string?[] row)
    {
        var (name, value, who) = (row[0]!.ToLowerInvariant(), row[1], $"{row[2]} sessions, such as {row[4]} of {row[3]},");
        return name switch
        {
            "sql_log_bin" => Finding.Warning(
                "session.sql_log_bin", peer, $"{who} do not log their changes (sql_log_bin=OFF)", "whatever they change in a captured table is never captured", "Let that client leave sql_log_bin alone."),
            "binlog_format" => Finding.Warning(
                "session.binlog_format", peer, $"{who} log statements instead of rows (binlog_format={value})", "a change of theirs ends the pipeline unless it is of a table that StatementTables names",
                "Let that client leave binlog_format alone, or name its table in MySqlSourceOptions.StatementTables."),
            _ => Finding.Warning(
                "session.binlog_row_image", peer, $"{who} log parts of rows (binlog_row_image={value})", "a change of theirs in a captured table ends the pipeline", "Let that client leave binlog_row_image alone, or set MySqlSourceOptions.CompletePartialRows."),
        };
    }
}
