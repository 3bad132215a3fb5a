using CdcLake.MySql.Binlog.Events;

namespace CdcLake.MySql.Binlog;

/// <summary>Events that end the reading, each with the words for it: those of which nobody could say what they did, and those that say that changes are missing.</summary>
internal static class RefusedEvents
{
    /// <summary>Ends the reading unless the event means nothing to rows.</summary>
    /// <exception cref="MySqlProtocolException">It is not known, and does not say that it may be ignored.</exception>
    public static void SkipOrRefuse(EventHeader header)
    {
        var known = header.Type is EventType.Stop or EventType.IntVar or EventType.Rand or EventType.UserVar or EventType.Heartbeat or EventType.HeartbeatV2
            or EventType.Ignorable or EventType.RowsQuery or EventType.TransactionContext or EventType.ViewChange or EventType.AuroraPadding
            or EventType.AnnotateRows or EventType.StartEncryption;
        if (!known && (header.Flags & EventHeader.Ignorable) == 0)
        {
            throw MySqlProtocolException.Malformed("Event", 4, $"type code {(int)header.Type} is not known here, and the event does not say that it may be ignored");
        }
    }

    /// <summary>START_ENCRYPTION in a file.</summary>
    public static BinlogUnavailableException Encrypted(string where) => new(
        $"{where}: the file is encrypted (encrypt_binlog), and only the server has its keys. Capture from the server, which sends its log decrypted; or fetch the file with mariadb-binlog --raw --read-from-remote-server.");

    /// <summary>INCIDENT.</summary>
    public static BinlogUnavailableException Incident(string where) => new($"{where}: the server reports an incident: changes were lost before they reached its log. Start the pipeline anew with an empty target.");

    /// <summary>ANONYMOUS_GTID.</summary>
    public static BinlogUnavailableException WithoutGtid(string where) => new(
        $"{where}: a transaction without GTID. Turn GTIDs on: SET GLOBAL enforce_gtid_consistency=ON; SET GLOBAL gtid_mode=OFF_PERMISSIVE; " +
        "SET GLOBAL gtid_mode=ON_PERMISSIVE; SET GLOBAL gtid_mode=ON; then FLUSH BINARY LOGS and capture from there.");

    /// <summary>A GTID of MariaDB behind others of its domain.</summary>
    public static BinlogUnavailableException OutOfOrder(string where, Gtids.Gtid gtid, Gtids.GtidSet executed) => new(
        $"{where}: transaction {gtid} comes after others of domain {gtid.Source.Low} with higher numbers, up to {executed.Positions}: two servers wrote to one domain. What came from one of them "
        + "cannot be told from what was captured. Give each server that is written to a gtid_domain_id of its own, SET GLOBAL gtid_strict_mode=ON on all, and start the pipeline anew with an empty target.");
}
