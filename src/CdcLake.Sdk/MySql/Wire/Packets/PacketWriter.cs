using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CdcLake.MySql.Wire.Packets;

/// <summary>
/// Builds one client payload. The buffer keeps four bytes free in front for the packet header, so that a packet leaves in one write.
/// Not thread-safe; one per connection, cleared (and wiped, since it may hold a password) before each payload.
/// </summary>
internal sealed class PacketWriter
{
    /// <summary>Bytes kept free in front of the payload.</summary>
    public const int HeaderRoom = 4;

    private byte[] _buffer = new byte[512];
    private int _end = HeaderRoom;

    /// <summary>Bytes of payload so far.</summary>
    public int Length => _end - HeaderRoom;

    /// <summary>Header room and payload; the packet stream fills the former.</summary>
    public Memory<byte> Buffer => _buffer.AsMemory(0, _end);

    /// <summary>The payload alone.</summary>
    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(HeaderRoom, Length);

    public PacketWriter Clear()
    {
        CryptographicOperations.ZeroMemory(_buffer.AsSpan(0, _end));
        _end = HeaderRoom;
        return this;
    }

    public void WriteByte(byte value) => Take(1)[0] = value;

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void WriteBytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>Appends <paramref name="count"/> zero bytes and returns them for filling.</summary>
    public Span<byte> WriteZeros(int count)
    {
        var span = Take(count);
        span.Clear();
        return span;
    }

    /// <summary>UTF-8 text to the end of the payload, no terminator.</summary>
    public void WriteText(string value) => Encoding.UTF8.GetBytes(value, Take(Encoding.UTF8.GetByteCount(value)));

    public void WriteNullTerminated(string value)
    {
        WriteText(value);
        WriteByte(0);
    }

    /// <summary>One length byte and at most 255 bytes of UTF-8.</summary>
    public void WriteShortText(string value)
    {
        WriteByte(checked((byte)Encoding.UTF8.GetByteCount(value)));
        WriteText(value);
    }

    public void WriteLengthEncoded(ulong value)
    {
        switch (value)
        {
            case < 0xFB:
                WriteByte((byte)value);
                break;
            case <= 0xFFFF:
                WriteByte(0xFC);
                WriteUInt16((ushort)value);
                break;
            case <= 0xFFFFFF:
                WriteByte(0xFD);
                WriteUInt16((ushort)value);
                WriteByte((byte)(value >> 16));
                break;
            default:
                WriteByte(0xFE);
                WriteUInt64(value);
                break;
        }
    }

    public void WriteLengthEncodedBytes(ReadOnlySpan<byte> value)
    {
        WriteLengthEncoded((ulong)value.Length);
        WriteBytes(value);
    }

    public void WriteLengthEncodedText(string value)
    {
        WriteLengthEncoded((ulong)Encoding.UTF8.GetByteCount(value));
        WriteText(value);
    }

    private Span<byte> Take(int count)
    {
        var end = checked(_end + count);
        if (end > _buffer.Length)
        {
            var larger = new byte[Math.Max(end, _buffer.Length * 2)];
            _buffer.AsSpan(0, _end).CopyTo(larger);
            CryptographicOperations.ZeroMemory(_buffer);
            _buffer = larger;
        }

        var span = _buffer.AsSpan(_end, count);
        _end = end;
        return span;
    }
}
