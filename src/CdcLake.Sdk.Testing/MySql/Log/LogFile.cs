using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.Testing.MySql.Log;

/// <summary>One file of a server's log: one that is being written, or bytes that are complete. Not thread-safe: <see cref="ServerLog"/> is.</summary>
/// <param name="name">As <c>binlog.000001</c>.</param>
/// <param name="previous">All transactions of the files before.</param>
internal sealed class LogFile(string name, GtidSet previous)
{
    private byte[]? _recorded;

    public string Name => name;

    /// <summary>All transactions of the files before.</summary>
    public GtidSet Previous { get; private set; } = previous;

    /// <summary>What writes it; of no use for a recorded file.</summary>
    public BinlogBuilder Writer { get; } = new(previous.IsEmpty ? null : previous.Encode());

    /// <summary>No more is written to it.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Bytes that readers may see; whole transactions.</summary>
    public int Length { get; private set; } = BinlogEvent.First;

    /// <summary>A file that a server has written.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="executed">All transactions up to its end.</param>
    public static LogFile Recorded(string name, byte[] bytes, out GtidSet executed)
    {
        var file = new LogFile(name, GtidSet.Empty) { _recorded = bytes, IsClosed = true, Length = bytes.Length };
        var set = new GtidSetBuilder();
        for (var at = BinlogEvent.First; at + EventHeader.Length <= bytes.Length;)
        {
            var header = EventHeader.Read(bytes.AsSpan(at));
            var body = bytes.AsSpan(at + EventHeader.Length, (int)header.Size - EventHeader.Length);
            if (header.Type == EventType.PreviousGtids)
            {
                file.Previous = GtidSet.Decode(body[..PreviousLength(body)]);
                set.Add(file.Previous);
            }
            else if (GtidOf(header.Type, body) is { } gtid)
            {
                set.Add(gtid);
            }

            at += (int)header.Size;
        }

        executed = set.ToSet();
        return file;
    }

    /// <summary>Makes visible what was written.</summary>
    public void Publish() => Length = Writer.Length;

    /// <summary>A copy of what readers may see, from an offset on.</summary>
    public byte[] Read(int from) => _recorded is null ? Writer.ToArray(from) : _recorded[from..];

    /// <summary>The transaction that an event begins; null when it begins none.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="body">Behind its header.</param>
    public static Gtid? GtidOf(EventType type, ReadOnlySpan<byte> body)
    {
        if (type is not (EventType.Gtid or EventType.GtidTagged))
        {
            return null;
        }

        var reader = new PacketReader(body);
        var gtid = type == EventType.Gtid ? GtidEvent.Read(ref reader) : GtidEvent.ReadTagged(ref reader);
        return new Gtid(gtid.Source, System.Text.Encoding.ASCII.GetString(gtid.Tag), gtid.Number);
    }

    // Behind the set may stand a checksum; the set tells its own length: sources of 16 + 8 + n * 16 bytes. One with tags is taken whole but for a checksum.
    private static int PreviousLength(ReadOnlySpan<byte> body)
    {
        if (body[7] != 0)
        {
            return body.Length - 4;
        }

        var sources = BitConverter.ToInt64(body);
        var at = 8;
        for (var i = 0; i < sources; i++)
        {
            at += 24 + (16 * (int)BitConverter.ToInt64(body[(at + 16)..]));
        }

        return at;
    }
}
