using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CdcLake.MySql.Gtids;

namespace CdcLake.Testing.MySql.Sessions;

// COM_BINLOG_DUMP:       position (4), flags (2), server id (4), file name
// COM_BINLOG_DUMP_GTID:  flags (2), server id (4), length and name of the file (4, n), position (8), length and bytes of the set (4, m)

/// <summary>What a replica asks for.</summary>
/// <param name="File">First file; empty: by the set.</param>
/// <param name="Position">Where in it.</param>
/// <param name="Included">Transactions that it has; null for a dump from a place.</param>
/// <param name="EndsAtEnd">It wants no more than there is.</param>
internal sealed record DumpRequest(string File, int Position, GtidSet? Included, bool EndsAtEnd)
{
    private const int NonBlock = 1;

    public static DumpRequest Read(ReadOnlySpan<byte> body) => new(
        Encoding.UTF8.GetString(body[10..]), BinaryPrimitives.ReadInt32LittleEndian(body), null, (BinaryPrimitives.ReadUInt16LittleEndian(body[4..]) & NonBlock) != 0);

    public static DumpRequest ReadGtid(ReadOnlySpan<byte> body)
    {
        var name = BinaryPrimitives.ReadInt32LittleEndian(body[6..]);
        return new DumpRequest("", 4, GtidSet.Decode(body[(10 + name + 12)..]), (BinaryPrimitives.ReadUInt16LittleEndian(body) & NonBlock) != 0);
    }

    public override string ToString() => Included is not null ? Included.ToString() : string.Create(CultureInfo.InvariantCulture, $"{File}:{Position}");
}
