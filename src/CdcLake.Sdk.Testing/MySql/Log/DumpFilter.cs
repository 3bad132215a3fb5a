using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;

namespace CdcLake.Testing.MySql.Log;

/// <summary>Chooses the events of a file that a server sends to a replica: all but those of transactions that it has.</summary>
/// <param name="has">Whether the replica has a transaction.</param>
internal sealed class DumpFilter(Func<Gtid, bool> has)
{
    private bool _isSkipping;

    /// <summary>Takes the next event of the log.</summary>
    public bool Passes(ReadOnlySpan<byte> wholeEvent)
    {
        var type = BinlogEvent.TypeOf(wholeEvent);
        if (LogFile.GtidOf(type, wholeEvent[EventHeader.Length..]) is { } gtid)
        {
            _isSkipping = has(gtid);
        }

        return !_isSkipping || type is EventType.FormatDescription or EventType.PreviousGtids or EventType.Rotate or EventType.Stop;
    }
}
