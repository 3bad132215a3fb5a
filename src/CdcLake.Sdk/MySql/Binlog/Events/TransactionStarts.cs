using System.Text;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

/// <summary>Reads the events that begin a transaction, of all kinds of servers. Not thread-safe.</summary>
internal sealed class TransactionStarts
{
    private const long MaxCommitMicroseconds = 253_402_300_799_000_000; // end of the year 9999

    private string _lastTag = "";

    /// <summary>Reads the event that begins a transaction; false for all other events.</summary>
    /// <exception cref="MySqlProtocolException">It is malformed.</exception>
    public bool TryRead(LogEvent log, out TransactionStart start)
    {
        var reader = new PacketReader(log.Body);
        switch (log.Type)
        {
            case EventType.Gtid:
                start = Of(log, GtidEvent.Read(ref reader));
                return true;
            case EventType.GtidTagged:
                start = Of(log, GtidEvent.ReadTagged(ref reader));
                return true;
            case EventType.MariaDbGtid:
                start = Of(log, MariaDbGtidEvent.Read(ref reader));
                return true;
            default:
                start = default;
                return false;
        }
    }

    private TransactionStart Of(LogEvent log, GtidEvent gtid)
    {
        CheckNumber(gtid.Number);
        if (!Ascii.Equals(gtid.Tag, _lastTag))
        {
            _lastTag = Encoding.ASCII.GetString(gtid.Tag);
        }

        var micros = gtid.CommitMicroseconds is > 0 and < MaxCommitMicroseconds ? gtid.CommitMicroseconds : Second(log);
        return new TransactionStart(new Gtid(gtid.Source, _lastTag, gtid.Number), micros, gtid.TransactionLength);
    }

    private static TransactionStart Of(LogEvent log, MariaDbGtidEvent gtid)
    {
        CheckNumber(unchecked((long)gtid.Number));
        return new TransactionStart(Gtid.OfDomain(gtid.Domain, log.Header.ServerId, (long)gtid.Number), Second(log), 0)
        {
            HasBegun = !gtid.IsStandalone,
            IsXa = gtid.IsPrepare,
            IsAnnouncement = gtid.IsAnnouncement,
        };
    }

    private static long Second(LogEvent log) => log.Header.Timestamp * 1_000_000L;

    private static void CheckNumber(long number)
    {
        if (number is < 1 or long.MaxValue)
        {
            throw MySqlProtocolException.Malformed("GTID event", 17, $"transaction number {number}");
        }
    }
}
