using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace CdcLake.MySql.Wire.Packets;

// Integers are little endian unless a name says BigEndian. "lenenc" is the protocol's packed integer:
// < 0xFB one byte; 0xFC + 2 bytes; 0xFD + 3; 0xFE + 8; 0xFB means NULL in text rows.
// Source: MySQL source documentation, "Protocol Basics".

/// <summary>Reads one packet or event from a span, checking every bound; running over the end is a <see cref="MySqlProtocolException"/> with the offset.</summary>
internal ref struct PacketReader
{
    private readonly ReadOnlySpan<byte> _bytes;

    public PacketReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => _bytes.Length - Position;

    public byte ReadByte() => Take(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint ReadUInt24()
    {
        var b = Take(3);
        return (uint)(b[0] | (b[1] << 8) | (b[2] << 16));
    }

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong ReadUInt48()
    {
        var b = Take(6);
        return BinaryPrimitives.ReadUInt32LittleEndian(b) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(b[4..]) << 32);
    }

    public ulong ReadUInt56()
    {
        var b = Take(7);
        return BinaryPrimitives.ReadUInt32LittleEndian(b) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(b[4..]) << 32) | ((ulong)b[6] << 48);
    }

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>Reads a lenenc integer that must not be NULL.</summary>
    public ulong ReadLengthEncoded()
    {
        var first = ReadByte();
        return first switch
        {
            < 0xFB => first,
            0xFC => ReadUInt16(),
            0xFD => ReadUInt24(),
            0xFE => ReadUInt64(),
            _ => throw MySqlProtocolException.Malformed("Length-encoded integer", Position - 1, $"first byte 0x{first:X2}"),
        };
    }

    /// <summary>Reads a lenenc length and checks it against what is left, so that it can be used as an int.</summary>
    public int ReadLength()
    {
        var length = ReadLengthEncoded();
        if (length > (ulong)Remaining)
        {
            throw MySqlProtocolException.Malformed("Length-encoded string", Position, $"length {length}, {Remaining} bytes left");
        }

        return (int)length;
    }

    /// <summary>Reads a lenenc length and that many bytes.</summary>
    public ReadOnlySpan<byte> ReadLengthEncodedBytes() => Take(ReadLength());

    public ReadOnlySpan<byte> ReadBytes(int count) => Take(count);

    /// <summary>Reads up to the next zero byte and skips that byte.</summary>
    public ReadOnlySpan<byte> ReadNullTerminatedBytes()
    {
        var length = _bytes[Position..].IndexOf((byte)0);
        if (length < 0)
        {
            throw MySqlProtocolException.Malformed("Null-terminated string", Position, "no terminator");
        }

        var value = Take(length);
        Position++;
        return value;
    }

    public ReadOnlySpan<byte> ReadRest() => Take(Remaining);

    public string ReadRestAsAscii() => Encoding.ASCII.GetString(Take(Remaining));

    public void Skip(int count) => Take(count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)(_bytes.Length - Position))
        {
            ThrowOverrun(count);
        }

        var taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }

    private readonly void ThrowOverrun(int count) =>
        throw MySqlProtocolException.Malformed("Packet", Position, $"needs {count} bytes, {Remaining} left");
}
