using System.Buffers.Binary;
using System.IO.Hashing;

namespace CdcLake.Benchmarks.Baselines;

/// <summary>Decodes a sales log as general-purpose readers do: an <c>object[]</c> for each row, driven by column types.</summary>
internal sealed class BoxingDecoder
{
    private static readonly byte[] Types = [8, 3, 3, 0xF6, 0x11];

    public long Rows { get; private set; }

    public void Run(string path)
    {
        Rows = 0;
        using var reader = new BinaryReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16));
        reader.ReadUInt32();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            var header = reader.ReadBytes(19);
            var body = reader.ReadBytes(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(9)) - 19);
            var crc = new Crc32();
            crc.Append(header);
            crc.Append(body.AsSpan(0, body.Length - 4));
            if (crc.GetCurrentHashAsUInt32() != BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(body.Length - 4)))
            {
                throw new InvalidDataException("checksum");
            }

            if (header[4] is 30 or 31 && body[0] == 0x7F)
            {
                Rows += Decode(body, header[4] == 30 ? 12 : 13).Count;
            }
        }
    }

    private static List<object?[]> Decode(byte[] body, int at)
    {
        var rows = new List<object?[]>();
        while (at < body.Length - 4)
        {
            var nulls = body[at++];
            var row = new object?[Types.Length];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = (nulls & (1 << i)) != 0 ? null : Value(Types[i], body, ref at);
            }

            rows.Add(row);
        }

        return rows;
    }

    private static object Value(byte type, byte[] body, ref int at)
    {
        switch (type)
        {
            case 3:
                at += 4;
                return BitConverter.ToInt32(body, at - 4);
            case 8:
                at += 8;
                return BitConverter.ToInt64(body, at - 8);
            case 0xF6:
                at += 5;
                return (BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(at - 5)) & 0x7FFF_FFFF) + (body[at - 1] / 100m);
            default:
                at += 6;
                return DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(at - 6)))
                    .AddMicroseconds(BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(at - 2)) * 100);
        }
    }
}
