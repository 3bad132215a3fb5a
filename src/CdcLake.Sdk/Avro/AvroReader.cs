using System.Text;

namespace CdcLake.Avro;

/// <summary>
/// Reads Avro values one behind the other, guided by the schema that the writer left. Every length and count is checked against the bytes that
/// are there, so damaged data cannot make it allocate or loop beyond their size.
/// </summary>
internal ref struct AvroReader
{
    private const int MaxDepth = 64;
    private readonly ReadOnlySpan<byte> _data;
    private int _position;

    public AvroReader(ReadOnlySpan<byte> data) => _data = data;

    public readonly bool AtEnd => _position == _data.Length;

    public readonly int Position => _position;

    public long ReadLong()
    {
        ulong result = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_position >= _data.Length)
            {
                throw Truncated();
            }

            var next = _data[_position++];
            if (shift == 63 && next > 1)
            {
                break;
            }

            result |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)(result >> 1) ^ -(long)(result & 1);
            }
        }

        throw new AvroFormatException($"a number before byte {_position} is longer than 64 bits");
    }

    public int ReadInt()
    {
        var value = ReadLong();
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new AvroFormatException($"{value} before byte {_position} is no 32-bit number");
    }

    public bool ReadBoolean() => ReadRaw(1)[0] switch
    {
        0 => false,
        1 => true,
        var other => throw new AvroFormatException($"{other} before byte {_position} is no boolean"),
    };

    /// <summary>Bytes or a string's UTF-8; a view into the data.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadLong();
        return length >= 0 && length <= _data.Length - _position
            ? ReadRaw((int)length)
            : throw new AvroFormatException($"length {length} before byte {_position} exceeds the {_data.Length - _position} bytes that follow");
    }

    public string ReadString() => Encoding.UTF8.GetString(ReadBytes());

    /// <summary>Reads the branch number of a union and gives its type; a type that is no union is given back as it is.</summary>
    public AvroType Resolve(AvroType type)
    {
        if (type.Kind != AvroKind.Union)
        {
            return type;
        }

        var branch = ReadLong();
        return branch >= 0 && branch < type.Branches.Length
            ? type.Branches[(int)branch]
            : throw new AvroFormatException($"branch {branch} of a union with {type.Branches.Length} before byte {_position}");
    }

    /// <summary>The bytes of a value, as they are.</summary>
    public ReadOnlySpan<byte> ReadEncoded(AvroType type)
    {
        var start = _position;
        Skip(type);
        return _data[start.._position];
    }

    public bool? ReadOptionalBoolean(AvroType type)
    {
        var resolved = Resolve(type);
        return resolved.Kind switch
        {
            AvroKind.Null => null,
            AvroKind.Boolean => ReadBoolean(),
            _ => throw Unexpected(resolved, "a boolean"),
        };
    }

    /// <summary>An int or long, possibly optional.</summary>
    public long? ReadOptionalLong(AvroType type)
    {
        var actual = Resolve(type);
        return actual.Kind switch
        {
            AvroKind.Null => null,
            AvroKind.Int or AvroKind.Long => ReadLong(),
            _ => throw Unexpected(actual, "a number"),
        };
    }

    public long ReadLong(AvroType type, string name) => ReadOptionalLong(type) ?? throw Missing(name);

    public int ReadInt(AvroType type, string name)
    {
        var value = ReadLong(type, name);
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new AvroFormatException($"{name} is {value}, more than 32 bits");
    }

    public string? ReadOptionalString(AvroType type)
    {
        var actual = Resolve(type);
        return actual.Kind switch
        {
            AvroKind.Null => null,
            AvroKind.String or AvroKind.Bytes => ReadString(),
            _ => throw Unexpected(actual, "text"),
        };
    }

    public string ReadString(AvroType type, string name) => ReadOptionalString(type) ?? throw Missing(name);

    public byte[]? ReadOptionalBytes(AvroType type)
    {
        var actual = Resolve(type);
        return actual.Kind switch
        {
            AvroKind.Null => null,
            AvroKind.String or AvroKind.Bytes => ReadBytes().ToArray(),
            AvroKind.Fixed => ReadRaw(actual.Size).ToArray(),
            _ => throw Unexpected(actual, "bytes"),
        };
    }

    /// <summary>Begins the next block of an array or map: how many items follow, 0 at its end.</summary>
    public int ReadBlockCount(AvroType items)
    {
        var count = ReadLong();
        if (count < 0)
        {
            count = -count;
            ReadLong(); // bytes of the block, which only a reader that skips it needs
        }

        // An item of no bytes (null, a record without fields) would let a few bytes announce any number of them.
        var limit = IsEmpty(items, 0) ? Math.Min(_data.Length, ushort.MaxValue) : _data.Length - _position;
        return count >= 0 && count <= limit
            ? (int)count
            : throw new AvroFormatException($"{count} items announced before byte {_position}, more than the data can hold");
    }

    /// <summary>Passes over a value nobody asked for.</summary>
    public void Skip(AvroType type) => Skip(type, 0);

    public readonly AvroFormatException Unexpected(AvroType type, string expected) =>
        new($"{type.Kind} where {expected} belongs, before byte {_position}");

    private void Skip(AvroType type, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new AvroFormatException($"values are nested deeper than {MaxDepth} levels");
        }

        switch (type.Kind)
        {
            case AvroKind.Null:
                break;
            case AvroKind.Boolean:
                ReadRaw(1);
                break;
            case AvroKind.Int or AvroKind.Long or AvroKind.Enum:
                ReadLong();
                break;
            case AvroKind.Float:
                ReadRaw(sizeof(float));
                break;
            case AvroKind.Double:
                ReadRaw(sizeof(double));
                break;
            case AvroKind.Bytes or AvroKind.String:
                ReadBytes();
                break;
            case AvroKind.Fixed:
                ReadRaw(type.Size);
                break;
            case AvroKind.Union:
                Skip(Resolve(type), depth + 1);
                break;
            case AvroKind.Record:
                foreach (var field in type.Fields)
                {
                    Skip(field.Type, depth + 1);
                }

                break;
            default:
                SkipBlocks(type, depth);
                break;
        }
    }

    private void SkipBlocks(AvroType type, int depth)
    {
        for (var count = ReadBlockCount(type.Items!); count > 0; count = ReadBlockCount(type.Items!))
        {
            for (var i = 0; i < count; i++)
            {
                if (type.Kind == AvroKind.Map)
                {
                    ReadBytes();
                }

                Skip(type.Items!, depth + 1);
            }
        }
    }

    private static bool IsEmpty(AvroType type, int depth) => type.Kind switch
    {
        AvroKind.Null => true,
        AvroKind.Fixed => type.Size == 0,
        AvroKind.Record => depth < MaxDepth && type.Fields.All(f => IsEmpty(f.Type, depth + 1)),
        _ => false,
    };

    private ReadOnlySpan<byte> ReadRaw(int length)
    {
        if (length > _data.Length - _position)
        {
            throw Truncated();
        }

        var bytes = _data.Slice(_position, length);
        _position += length;
        return bytes;
    }

    private readonly AvroFormatException Truncated() => new($"the data ends at byte {_data.Length} in the middle of a value");

    private readonly AvroFormatException Missing(string name) => new($"{name} is null before byte {_position}, but required");
}
