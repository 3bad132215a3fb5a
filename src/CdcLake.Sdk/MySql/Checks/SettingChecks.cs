using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Checks;

/// <summary>What the global variables of a server say about its log.</summary>
/// <param name="peer">Host and port.</param>
/// <param name="version">The server's version text.</param>
/// <param name="needs">What its kind of server has to be.</param>
/// <param name="settings">The variables.</param>
/// <param name="service">Who runs it.</param>
internal sealed class SettingChecks(string peer, string version, ServerRequirements needs, ServerSettings settings, ManagedService service)
{
    /// <summary>True when rows that the log has in part are completed.</summary>
    public bool CompletesRows { get; init; }

    /// <summary>What keeps a pipeline from running.</summary>
    public IEnumerable<Finding> Required()
    {
        if (VersionOf(version) is { } number && number < needs.Oldest)
        {
            yield return Finding.Error(
                "server.version", peer, $"the server is {needs.Product} {version}, older than {needs.Oldest}", "its log lacks what is needed to be read exactly", $"Upgrade it to {needs.Oldest} or later; {needs.Tested}.");
        }

        if (settings["log_bin"] != "ON")
        {
            yield return Finding.Error("setting.log_bin", peer, "the binary log is off", "nothing can be captured without it", service.TurnLogOn());
            yield break; // without a log nothing else matters
        }

        foreach (var finding in (Finding?[])
        [
            Value("binlog_format", "ROW", "statements cannot be replayed into tables"),
            CompletesRows && CanBeCompleted ? null : Value("binlog_row_image", "FULL", "updates and deletes must carry whole rows"),
            Value("binlog_row_metadata", "FULL", "column names and signs must stand in the log", $"Upgrade the server: it is older than {needs.Names}."),
            !needs.SetsGtidMode ? null : Value("gtid_mode", "ON", "positions are GTID sets", "Use another server: it is older than MySQL 5.6, or is none.", service.TurnGtidsOn()),
        ])
        {
            if (finding is not null)
            {
                yield return finding;
            }
        }

        if (settings["server_id"] == "0")
        {
            yield return Finding.Error("setting.server_id", peer, "server_id is 0", "the server then serves no log", service.Set("server_id", "1"));
        }

        if (settings["binlog_error_action"] == "IGNORE_ERROR")
        {
            yield return Finding.Error(
                "setting.binlog_error_action", peer, "binlog_error_action is IGNORE_ERROR", "when its log cannot be written the server goes on without it, and changes are lost in silence",
                service.Set("binlog_error_action", "ABORT_SERVER"));
        }
    }

    /// <summary>What may go wrong later.</summary>
    public IEnumerable<Finding> Advised()
    {
        if (settings["sync_binlog"] is { } sync && sync != "1")
        {
            yield return Finding.Warning(
                "setting.sync_binlog", peer, $"sync_binlog is {sync}", "after a power failure the log may lack transactions that were captured already, and the pipeline then stops", service.Set("sync_binlog", "1"));
        }

        if (settings["innodb_flush_log_at_trx_commit"] is { } flush && flush != "1")
        {
            yield return Finding.Warning(
                "setting.innodb_flush_log_at_trx_commit", peer, $"innodb_flush_log_at_trx_commit is {flush}", "after a power failure tables may lack transactions that stand in the log and were captured",
                service.Set("innodb_flush_log_at_trx_commit", "1"));
        }

        if (settings["binlog_checksum"] == "NONE")
        {
            yield return Finding.Warning("setting.binlog_checksum", peer, "binlog_checksum is NONE", "damage of the log is not noticed", service.Set("binlog_checksum", "CRC32"));
        }

        if (settings["replica_preserve_commit_order"] == "OFF")
        {
            yield return Finding.Warning(
                "setting.replica_preserve_commit_order", peer, "replica_preserve_commit_order is OFF",
                "a replica then commits in another order than its source, and a pipeline that changes from one to the other between them stops", service.Set("replica_preserve_commit_order", "ON"));
        }

        if (settings["gtid_strict_mode"] == "OFF")
        {
            yield return Finding.Warning(
                "setting.gtid_strict_mode", peer, "gtid_strict_mode is OFF", "when two servers write to one domain their transactions get the same numbers, and the pipeline ends when it meets them",
                service.Set("gtid_strict_mode", "ON"));
        }

        if (settings["mysql56_temporal_format"] == "OFF")
        {
            yield return Finding.Warning(
                "setting.mysql56_temporal_format", peer, "mysql56_temporal_format is OFF", "TIME, DATETIME and TIMESTAMP columns that are made or altered get a format that cannot be captured",
                service.Set("mysql56_temporal_format", "ON"));
        }

        if (settings["binlog_transaction_compression"] == "ON" || settings["log_bin_compress"] == "ON")
        {
            yield return Finding.Information("setting.binlog_transaction_compression", peer, "transactions are logged compressed", "they are read, at about half the speed");
        }

        if (settings["binlog_row_value_options"] is { Length: > 0 } options)
        {
            yield return Finding.Information("setting.binlog_row_value_options", peer, $"updates of documents are logged in part ({options})", "they are read, and completed from the row's earlier image");
        }

        if (settings["time_zone"] is { } zone)
        {
            yield return Finding.Information(
                "setting.time_zone", peer, $"the server's time zone is {(zone == "SYSTEM" ? settings["system_time_zone"] : zone)}",
                "TIMESTAMP is captured in UTC whatever the zone, DATETIME as it is stored, without a zone");
        }
    }

    // Of MariaDB's log it cannot be told what updates with NOBLOB left out: PartialRows.
    private bool CanBeCompleted => settings["binlog_row_image"] is "MINIMAL" or "FULL_NODUP" || (settings["binlog_row_image"] == "NOBLOB" && needs.SetsGtidMode);

    private Finding? Value(string name, string value, string reason, string? whenUnknown = null, string? fix = null)
    {
        var actual = settings[name];
        return actual == value || (actual is null && whenUnknown is null) ? null
            : actual is null ? Finding.Error($"setting.{name}", peer, $"{name} is not known to the server", reason, whenUnknown)
            : Finding.Error($"setting.{name}", peer, $"{name} is {actual} but must be {value}", reason, fix ?? service.Set(name, value));
    }

    private static Version? VersionOf(string text)
    {
        var numbers = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').ToArray();
        return Version.TryParse(numbers, out var version) ? version : null;
    }
}
