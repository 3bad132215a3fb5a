namespace CdcLake.MySql.Wire;

/// <summary>
/// Settings that a session makes for itself, so that the defaults of its server change nothing: <c>DEFAULT</c> would be the server's global value. A limit on rows would cut a
/// snapshot short without an error, a session without autocommit sees definitions as they were, a chained commit opens a view too early.
/// </summary>
internal static class SessionSettings
{
    /// <summary>The longest time limit in seconds that servers of all systems take; who is gone is found by keep-alives and heartbeats.</summary>
    private const int LongTime = 2_147_483;

    // A consumer that is behind may pause reading, and a session may stay idle while a large table is read, without being thrown out.
    private const string Common = "SET SESSION sql_mode='', time_zone='+00:00', autocommit=1, completion_type=0, sql_select_limit=18446744073709551615, sql_big_selects=1, sql_auto_is_null=0, ";

    private static readonly string Times = $"net_write_timeout={LongTime}, net_read_timeout={LongTime}, wait_timeout={LongTime}, ";

    /// <summary>The statement that makes them.</summary>
    public static string Of(bool isMariaDb) => Common + Times + (isMariaDb ? "max_statement_time=0, idle_transaction_timeout=0, idle_readonly_transaction_timeout=0" : "max_execution_time=0");
}
