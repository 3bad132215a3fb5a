using System.Net.Sockets;
using System.Security.Authentication;
using MySqlConnector;

namespace CdcLake.MySql.Wire.Payloads;

/// <summary>What MySQL error numbers mean for us, whichever client met them: the one place that tells errors that pass from errors that stay. Source: MySQL error message reference.</summary>
internal static class ServerErrors
{
    public const int AccessDeniedDatabase = 1044; // ER_DBACCESS_DENIED_ERROR
    public const int AccessDenied = 1045; // ER_ACCESS_DENIED_ERROR
    public const int UnknownDatabase = 1049; // ER_BAD_DB_ERROR
    public const int UnknownColumn = 1054; // ER_BAD_FIELD_ERROR
    public const int ParseError = 1064; // ER_PARSE_ERROR
    public const int TableAccessDenied = 1142; // ER_TABLEACCESS_DENIED_ERROR
    public const int NoSuchTable = 1146; // ER_NO_SUCH_TABLE
    public const int UnknownSystemVariable = 1193; // ER_UNKNOWN_SYSTEM_VARIABLE
    public const int LockWaitTimeout = 1205; // ER_LOCK_WAIT_TIMEOUT
    public const int SpecificAccessDenied = 1227; // ER_SPECIFIC_ACCESS_DENIED_ERROR
    public const int SourceFatalError = 1236; // ER_SOURCE_FATAL_ERROR_READING_BINLOG
    public const int XaAccessDenied = 1401; // ER_XAER_RMERR, also for a missing XA_RECOVER_ADMIN
    public const int TableDefinitionChanged = 1412; // ER_TABLE_DEF_CHANGED

    public const int SameReplica = 4052; // ER_SLAVE_SAME_ID of MariaDB

    /// <summary>True when the same request may succeed later without anybody's help.</summary>
    public static bool IsTransient(int code) => code is
        1040 // too many connections
        or 1053 // server shutdown in progress
        or 1077 or 1079 // normal shutdown, shutdown complete
        or 1080 // forced closing
        or 1152 or 1158 or 1159 or 1160 or 1161 // aborted connection, network errors
        or 1184 // aborted new connection
        or 1203 or 1226 // user's connection limits
        or 1205 or 1213 // lock wait timeout, deadlock
        or 1290 or 1836 // read-only for now
        or 1317 // query interrupted
        or 1814 // tablespace is discarded, until another one is imported
        or 1927 // connection was killed (MariaDB)
        or 3024 // maximum execution time
        or 3032 // offline_mode
        or 3168 or 3169 // server is not available yet, session was killed
        or 4031; // disconnected by the server because of inactivity

    /// <summary>What to do about an error at login or command, or null when the server's text says it all.</summary>
    public static string? Hint(int code) => code switch
    {
        AccessDenied => "Check User ID and Password of the connection string, and that the account may connect from this host.",
        AccessDeniedDatabase => "Grant the account access to that database.",
        UnknownDatabase => "Check Database in the connection string.",
        1129 => "Unblock this host on the server: mysqladmin flush-hosts (or TRUNCATE performance_schema.host_cache).",
        1040 => "Raise max_connections on the server, or close idle clients.",
        1130 => "The account does not exist for this host: CREATE USER 'user'@'host'.",
        1251 or 1524 => "Move the account to a plugin both sides know: ALTER USER … IDENTIFIED WITH caching_sha2_password BY '…'.",
        1820 or 1862 => "The password has expired: ALTER USER … IDENTIFIED BY '…'.",
        3118 => "The account is locked: ALTER USER … ACCOUNT UNLOCK.",
        3159 => "The server insists on encryption: use SSL Mode=Required.",
        _ => null,
    };

    /// <summary>The error of MySqlConnector as ours; <paramref name="context"/> says what was asked of whom, without secrets.</summary>
    public static MySqlServerException Of(MySqlException error, string context)
    {
        var isServers = error.Number > 0 && error.ErrorCode != MySqlErrorCode.UnableToConnectToHost; // else the connection's own
        var code = isServers ? error.Number : 0;
        var hint = isServers ? Hint(code) : null;
        return new MySqlServerException($"{context}: {Reason(error).TrimEnd('.')}.{(hint is null ? "" : " " + hint)}", code, error.SqlState, error)
        {
            IsTransient = isServers ? IsTransient(code) : !IsRefusal(error),
        };
    }

    // "Unable to connect to any of the specified hosts" says less than what lies below it.
    private static string Reason(MySqlException error) => error.InnerException is SocketException or IOException or AuthenticationException
        ? $"{error.Message.TrimEnd('.')}: {error.InnerException.Message}"
        : error.Message;

    // A login that fails for what the two sides are, not for what the network does just now.
    private static bool IsRefusal(MySqlException error) =>
        error.InnerException is AuthenticationException
        || error.Message.Contains("does not support SSL", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("RSA public key", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase);
}
