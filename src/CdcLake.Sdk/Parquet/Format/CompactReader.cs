using System.Text;
using CdcLake.Compression;

namespace CdcLake.Parquet.Format;

// Layout: see CompactWriter.

/// <summary>
/// Reads Thrift structs in the compact protocol from a span, checking every bound. Use: <see cref="BeginStruct"/>, then <see cref="NextField"/> until it is
/// false; each field is read or skipped. Field types are checked by the read methods.
/// </summary>
internal ref struct CompactReader
{
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _what;
    private int _lastId;
    private byte _type;

    /// <param name="bytes">The bytes to read.</param>
    /// <param name="what">Name of the outermost struct, for errors.</param>
    public CompactReader(ReadOnlySpan<byte> bytes, string what)
    {
        _bytes = bytes;
        _what = what;
    }

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Enters a struct; returns what <see cref="EndStruct"/> needs.</summary>
    public int BeginStruct()
    {
        var outer = _lastId;
        _lastId = 0;
        return outer;
    }

    /// <summary>Enters a struct that is the current field.</summary>
    public int BeginStructField()
    {
        Expect(CompactWriter.Struct);
        return BeginStruct();
    }

    /// <summary>Leaves a struct after <see cref="NextField"/> was false.</summary>
    public void EndStruct(int outer) => _lastId = outer;

    /// <summary>Reads the header of the next field. False: the struct ends.</summary>
    public bool NextField(out int id)
    {
        var header = ReadByte();
        _type = (byte)(header & 0x0F);
        if (header == 0)
        {
            id = 0;
            return false;
        }

        id = (header >> 4) != 0 ? _lastId + (header >> 4) : checked((short)ReadZigZag(short.MinValue, short.MaxValue));
        _lastId = id;
        return true;
    }

    public readonly bool ReadBool() => _type switch
    {
        CompactWriter.True => true,
        CompactWriter.False => false,
        _ => throw Corrupt($"field {_lastId} is of type {_type} where a boolean belongs"),
    };

    public int ReadI32()
    {
        Expect(CompactWriter.I32);
        return ReadI32Element();
    }

    /// <summary>Reads an i16, i32 or i64 field.</summary>
    public long ReadI64()
    {
        if (_type is not (4 or CompactWriter.I32 or CompactWriter.I64))
        {
            throw Corrupt($"field {_lastId} is of type {_type} where an integer belongs");
        }

        return ReadZigZag(long.MinValue, long.MaxValue);
    }

    /// <summary>Reads an i8 field.</summary>
    public sbyte ReadI8()
    {
        Expect(3);
        return (sbyte)ReadByte();
    }

    public int ReadI32Element() => (int)ReadZigZag(int.MinValue, int.MaxValue);

    public long ReadI64Element() => ReadZigZag(long.MinValue, long.MaxValue);

    /// <summary>Reads an element of a list of booleans: 1 is true; writers spell false as 2 or as 0.</summary>
    public bool ReadBoolElement() => ReadByte() == CompactWriter.True;

    public ReadOnlySpan<byte> ReadBinary()
    {
        Expect(CompactWriter.Binary);
        return ReadBinaryElement();
    }

    public ReadOnlySpan<byte> ReadBinaryElement() => Take(ReadSize(1));

    public string ReadString() => Encoding.UTF8.GetString(ReadBinary());

    /// <summary>Reads the header of a list field; its elements follow.</summary>
    /// <returns>Elements; not more than there are bytes left.</returns>
    public int ReadList(byte elementType)
    {
        Expect(CompactWriter.List);
        var header = ReadByte();
        var type = header & 0x0F;
        var size = (header >> 4) == 15 ? ReadSize(1) : header >> 4;
        var isBoolean = elementType == CompactWriter.True && type == CompactWriter.False; // either stands for booleans
        if (type != elementType && !isBoolean && size > 0)
        {
            throw Corrupt($"list {_lastId} has elements of type {type} where {elementType} belongs");
        }

        return size <= _bytes.Length - Position ? size : throw Corrupt($"list {_lastId} claims {size} elements");
    }

    /// <summary>Passes over the current field, whatever it is.</summary>
    public void Skip() => Skip(_type, 0);

    private void Skip(byte type, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Corrupt("nested too deeply");
        }

        switch (type)
        {
            case CompactWriter.True or CompactWriter.False:
                break;
            case 3:
                ReadByte();
                break;
            case 4 or CompactWriter.I32 or CompactWriter.I64:
                ReadVarint();
                break;
            case 7:
                Take(8);
                break;
            case CompactWriter.Binary:
                ReadBinaryElement();
                break;
            case CompactWriter.List or 10:
                SkipList(depth);
                break;
            case 11:
                SkipMap(depth);
                break;
            case CompactWriter.Struct:
                var outer = BeginStruct();
                while (NextField(out _))
                {
                    Skip(_type, depth + 1);
                }

                EndStruct(outer);
                break;
            default:
                throw Corrupt($"unknown type {type}");
        }
    }

    private void SkipList(int depth)
    {
        var header = ReadByte();
        var size = (header >> 4) == 15 ? ReadSize(1) : header >> 4;
        for (var i = 0; i < size; i++)
        {
            SkipElement((byte)(header & 0x0F), depth);
        }
    }

    private void SkipMap(int depth)
    {
        var size = ReadSize(2);
        if (size == 0)
        {
            return;
        }

        var types = ReadByte();
        for (var i = 0; i < size; i++)
        {
            SkipElement((byte)(types >> 4), depth);
            SkipElement((byte)(types & 0x0F), depth);
        }
    }

    private void SkipElement(byte type, int depth)
    {
        if (type is CompactWriter.True or CompactWriter.False)
        {
            ReadByte(); // booleans take a byte each outside field headers
        }
        else
        {
            Skip(type, depth + 1);
        }
    }

    private int ReadSize(int bytesEach)
    {
        var size = ReadVarint();
        return size <= (ulong)((_bytes.Length - Position) / bytesEach)
            ? (int)size
            : throw Corrupt($"size {size}, {_bytes.Length - Position} bytes left");
    }

    private long ReadZigZag(long min, long max)
    {
        var raw = ReadVarint();
        var value = (long)(raw >> 1) ^ -(long)(raw & 1);
        return value >= min && value <= max ? value : throw Corrupt($"integer {value} is out of range");
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var b = ReadByte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw Corrupt("integer of more than ten bytes");
    }

    private readonly void Expect(byte type)
    {
        if (_type != type)
        {
            throw Corrupt($"field {_lastId} is of type {_type} where {type} belongs");
        }
    }

    private byte ReadByte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - Position)
        {
            throw Corrupt($"needs {count} bytes, {_bytes.Length - Position} left");
        }

        var taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }

    private readonly CorruptDataException Corrupt(string details) => new(_what, Position, details);
}
