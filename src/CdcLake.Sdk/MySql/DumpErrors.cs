using CdcLake.MySql.Checks;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql;

/// <summary>What the errors mean that a server ends a log stream with; most share the number 1236 and differ in their text. Source: MySQL source, sql/rpl_binlog_sender.cc.</summary>
internal static class DumpErrors
{
    private const int Fatal = ServerErrors.SourceFatalError;

    /// <summary>The typed error for one that no reconnecting helps; otherwise the error itself.</summary>
    /// <param name="error">The server's.</param>
    /// <param name="peer">Host and port.</param>
    /// <param name="service">Who runs it.</param>
    public static CdcLakeException Classify(MySqlServerException error, string peer, ManagedService service)
    {
        var text = error.Message;
        if (error.Code == ServerErrors.SpecificAccessDenied)
        {
            return new BinlogUnavailableException($"The account may not read the binary log of {peer}. Run: GRANT REPLICATION SLAVE ON *.* TO that account.", error);
        }

        if (error.Code is not (Fatal or ServerErrors.SameReplica))
        {
            return error;
        }

        if (Has("Could not find GTID state requested") || Has("purged required binary logs") || Has("purged binary logs") || Has("Could not find first log file"))
        {
            return Purged(peer, service, null, error);
        }

        if (Has("not in the master's binlog") || Has("has more GTIDs than the source") || Has("has more GTIDs than the master"))
        {
            return new BinlogUnavailableException(Ahead(peer, null), error);
        }

        if (Has("same server_uuid/server_id") || Has("same server_id"))
        {
            return new BinlogUnavailableException(
                $"Another reader with our identity took over the log stream of {peer}: the same pipeline runs twice, or two pipelines have the same name. Stop one of them.", error);
        }

        if (Has("GTID_MODE"))
        {
            return new BinlogUnavailableException($"{peer} no longer logs with GTIDs. {service.TurnGtidsOn()} Then start again. ({text})", error);
        }

        if (Has("max_allowed_packet"))
        {
            return new BinlogUnavailableException($"An event of {peer} is larger than its limit. {service.Set("max_allowed_packet", "1073741824")} Then start again.", error);
        }

        return Has("Binary log is not open") || Has("isconfigured")
            ? new BinlogUnavailableException($"{peer} serves no log: log_bin is off or server_id is 0. ({text})", error)
            : new BinlogUnavailableException($"{peer} cannot read its own log on: {text} The pipeline stops rather than guess; repair the log, or start from an empty target.", error);

        bool Has(string fragment) => text.Contains(fragment, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The server has removed log files that are needed.</summary>
    /// <param name="peer">Host and port.</param>
    /// <param name="service">Who runs it.</param>
    /// <param name="missing">The transactions that are gone, or null when unknown.</param>
    /// <param name="cause">The server's error, or null when we noticed.</param>
    public static BinlogUnavailableException Purged(string peer, ManagedService service, string? missing, Exception? cause) => new(
        $"{peer} has purged log files that are needed to go on{(missing is null ? "" : $"; these transactions are gone: {missing}")}. Connect to a server that still has them, or "
        + $"take a new snapshot: into the same target with {nameof(MySqlSourceOptions)}.{nameof(MySqlSourceOptions.ResnapshotWhenPurged)} = true (in one commit, readers undisturbed), or by starting with an "
        + $"empty target and without checkpoint. To keep logs longer: {service.KeepLogs()}",
        cause) { IsPurged = true };

    /// <summary>The message when a position includes transactions that a server does not have.</summary>
    public static string Ahead(string peer, string? extra) =>
        $"{peer} lacks transactions that were already processed{(extra is null ? "" : $": {extra}")}. It was restored from a backup, lost the end of its log in a crash, was reset, "
        + "or is another server. Connect to the right one, or start with an empty target and without checkpoint, which takes a new snapshot.";
}
