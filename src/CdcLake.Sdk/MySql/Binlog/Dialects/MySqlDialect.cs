using System.Text;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Packets;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Binlog.Dialects;

/// <summary>MySQL from 5.7 on, and servers that write its log: GTIDs of a UUID, an optional tag and a number.</summary>
internal sealed class MySqlDialect : IServerDialect
{
    private const long MaxCommitMicroseconds = 253_402_300_799_000_000; // end of the year 9999

    private string _lastTag = "";

    public bool TryReadStart(LogEvent log, out TransactionStart start)
    {
        if (log.Type is not (EventType.Gtid or EventType.GtidTagged))
        {
            start = default;
            return false;
        }

        var reader = new PacketReader(log.Body);
        var gtid = log.Type == EventType.Gtid ? GtidEvent.Read(ref reader) : GtidEvent.ReadTagged(ref reader);
        if (gtid.Number is < 1 or long.MaxValue)
        {
            throw MySqlProtocolException.Malformed("GTID event", 17, $"transaction number {gtid.Number}");
        }

        if (!Ascii.Equals(gtid.Tag, _lastTag))
        {
            _lastTag = Encoding.ASCII.GetString(gtid.Tag);
        }

        var micros = gtid.CommitMicroseconds is > 0 and < MaxCommitMicroseconds ? gtid.CommitMicroseconds : log.Header.Timestamp * 1_000_000L;
        start = new TransactionStart(new Gtid(gtid.Source, _lastTag, gtid.Number), micros, gtid.TransactionLength);
        return true;
    }

    public Task StartDumpAsync(WireConnection connection, ReplicaIdentity identity, GtidSet included, bool untilEnd, CancellationToken cancellationToken) =>
        connection.StartDumpAsync(identity, included.Encode(), DumpFlags.HeartbeatV2 | (untilEnd ? DumpFlags.NonBlock : 0), cancellationToken);

    // A transaction becomes visible before it enters the set.
    public async Task<GtidSet> ReadLowMarkAsync(ServerSession session, CancellationToken cancellationToken) =>
        GtidSet.Parse((await session.QueryAsync("SELECT @@GLOBAL.gtid_executed", cancellationToken).ConfigureAwait(false))[0, 0]!);

    // It is written to the log before it becomes visible.
    public Task<BinlogStatus> ReadEndAsync(ServerSession session, CancellationToken cancellationToken) => BinlogStatus.ReadAsync(session, cancellationToken);
}
