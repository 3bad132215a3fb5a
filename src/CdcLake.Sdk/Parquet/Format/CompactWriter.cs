using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CdcLake.Parquet.Format;

// Thrift compact protocol, as far as Parquet uses it:
//
//   field header   (id − last id) << 4 | type, or type alone + zigzag varint id when the difference is not 1..15
//   bool           in the field header: type 1 true, 2 false
//   i8             one byte (type 3)
//   i16 i32 i64    zigzag varint (types 4, 5, 6)
//   binary         varint length + bytes (type 8)
//   list           size << 4 | element type, or 0xF0 | element type + varint size when 15 or more (type 9)
//   struct         fields, then 0x00 (type 12)
//
// Source: thrift/doc/specs/thrift-compact-protocol.md.

/// <summary>Writes Thrift structs in the compact protocol to a growing buffer.</summary>
internal sealed class CompactWriter
{
    public const byte True = 1;
    public const byte False = 2;
    public const byte I32 = 5;
    public const byte I64 = 6;
    public const byte Binary = 8;
    public const byte List = 9;
    public const byte Struct = 12;

    private readonly ArrayBufferWriter<byte> _buffer = new(256);
    private readonly Stack<int> _outerIds = new();
    private int _lastId;

    /// <summary>Everything written since <see cref="Clear"/>; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>Forgets what was written and keeps the memory.</summary>
    public void Clear()
    {
        _buffer.ResetWrittenCount();
        _outerIds.Clear();
        _lastId = 0;
    }

    public void WriteBool(int id, bool value) => Header(id, value ? True : False);

    public void WriteI8(int id, byte value)
    {
        Header(id, 3);
        Byte(value);
    }

    public void WriteI32(int id, int value)
    {
        Header(id, I32);
        ZigZag(value);
    }

    public void WriteI64(int id, long value)
    {
        Header(id, I64);
        ZigZag(value);
    }

    /// <summary>Writes an i16 field, whose range the caller keeps.</summary>
    public void WriteI16(int id, int value)
    {
        Header(id, 4);
        ZigZag(value);
    }

    public void WriteBinary(int id, ReadOnlySpan<byte> value)
    {
        Header(id, Binary);
        WriteBinaryElement(value);
    }

    public void WriteString(int id, string value) => WriteBinary(id, Encoding.UTF8.GetBytes(value));

    /// <summary>Opens a struct field; <see cref="EndStruct"/> closes it.</summary>
    public void BeginStruct(int id)
    {
        Header(id, Struct);
        BeginStructElement();
    }

    /// <summary>Opens a struct that is an element of a list, or the outermost one.</summary>
    public void BeginStructElement()
    {
        _outerIds.Push(_lastId);
        _lastId = 0;
    }

    public void EndStruct()
    {
        _lastId = _outerIds.Pop();
        Byte(0);
    }

    /// <summary>Opens a list of <paramref name="count"/> elements, which the caller writes next.</summary>
    public void BeginList(int id, byte elementType, int count)
    {
        Header(id, List);
        if (count < 15)
        {
            Byte((byte)((count << 4) | elementType));
        }
        else
        {
            Byte((byte)(0xF0 | elementType));
            Varint((uint)count);
        }
    }

    public void WriteI32Element(int value) => ZigZag(value);

    public void WriteI64Element(long value) => ZigZag(value);

    public void WriteBoolElement(bool value) => Byte(value ? True : False);

    public void WriteBinaryElement(ReadOnlySpan<byte> value)
    {
        Varint((uint)value.Length);
        _buffer.Write(value);
    }

    /// <summary>Four bytes outside any struct, little endian: the footer length.</summary>
    public void WriteRawInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    /// <summary>Bytes outside any struct: the magic.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    private void Header(int id, byte type)
    {
        var delta = id - _lastId;
        _lastId = id;
        if (delta is > 0 and <= 15)
        {
            Byte((byte)((delta << 4) | type));
            return;
        }

        Byte(type);
        ZigZag(id);
    }

    private void ZigZag(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    private void Varint(ulong value)
    {
        var span = _buffer.GetSpan(10);
        var n = 0;
        while (value >= 0x80)
        {
            span[n++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[n++] = (byte)value;
        _buffer.Advance(n);
    }

    private void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }
}
