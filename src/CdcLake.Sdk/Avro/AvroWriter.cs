using System.Text;

namespace CdcLake.Avro;

// Binary encoding (Avro specification, "Binary Encoding"):
//
//   int, long      zigzag, then 7 bits per byte, lowest first, high bit = more follow
//   boolean        one byte, 0 or 1
//   bytes, string  length as long, then the bytes
//   union          branch number as long, then the value
//   array, map     blocks: count as long, items; a count of 0 ends it
//   record         its fields in order

/// <summary>Writes Avro values one behind the other into a growing buffer. The caller follows the schema. Not thread-safe.</summary>
internal sealed class AvroWriter
{
    private const int MaxVarint = 10;
    private byte[] _buffer = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void WriteLong(long value)
    {
        var rest = ((ulong)value << 1) ^ (ulong)(value >> 63);
        var target = Room(MaxVarint);
        var count = 0;
        while (rest >= 0x80)
        {
            target[count++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        target[count++] = (byte)rest;
        Length += count;
    }

    public void WriteInt(int value) => WriteLong(value);

    public void WriteBoolean(bool value)
    {
        Room(1)[0] = value ? (byte)1 : (byte)0;
        Length++;
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteLong(value.Length);
        WriteRaw(value);
    }

    public void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteLong(length);
        Encoding.UTF8.GetBytes(value, Room(length));
        Length += length;
    }

    /// <summary>Bytes without a length: a fixed, or values that are encoded already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>The null of a union whose first branch is null.</summary>
    public void WriteNull() => WriteLong(0);

    /// <summary>Announces that the value of a union with null follows.</summary>
    public void WriteNotNull() => WriteLong(1);

    /// <summary>An optional long.</summary>
    public void WriteOptional(long? value)
    {
        if (value is { } present)
        {
            WriteNotNull();
            WriteLong(present);
        }
        else
        {
            WriteNull();
        }
    }

    /// <summary>Null, or bytes as the second branch.</summary>
    public void WriteOptional(byte[]? value)
    {
        if (value is null)
        {
            WriteNull();
        }
        else
        {
            WriteNotNull();
            WriteBytes(value);
        }
    }

    /// <summary>An optional string.</summary>
    public void WriteOptional(string? value)
    {
        if (value is not null)
        {
            WriteNotNull();
            WriteString(value);
        }
        else
        {
            WriteNull();
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length - Length < bytes)
        {
            Array.Resize(ref _buffer, Math.Max(checked(Length + bytes), _buffer.Length * 2));
        }

        return _buffer.AsSpan(Length);
    }
}
