using System.Buffers.Binary;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Spec;

// Single-value serialisation (Iceberg specification, appendix D, "Binary single-value serialization"):
//
//   boolean                          1 byte, 0 or 1
//   int, date                        4 bytes, little endian
//   long, time, timestamp(tz)        8 bytes, little endian
//   float, double                    4 or 8 bytes, IEEE 754, little endian
//   decimal                          unscaled value, two's complement, BIG endian, as few bytes as hold it
//   string                           UTF-8
//   binary                           the bytes

/// <summary>Values as manifests keep them for the smallest and largest value of a column.</summary>
internal static class SingleValue
{
    /// <summary>Code points of a string, or bytes of a binary, that bounds keep: Iceberg's default metrics mode <c>truncate(16)</c>.</summary>
    public const int TruncateLength = 16;

    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;
    private const int LastCodePoint = 0x10FFFF;

    /// <summary>The bound at or below every value.</summary>
    /// <param name="type">Type of the column.</param>
    /// <param name="value">The smallest value.</param>
    /// <param name="length">Code points of a string, or bytes of a binary, that are kept.</param>
    public static byte[] Lower(DataType type, ParquetValue value, int length = TruncateLength) => type.Kind switch
    {
        TypeKind.String => TruncateText(value.Bytes.Span, length, out _).ToArray(),
        TypeKind.Binary => value.Bytes.Span[..Math.Min(length, value.Bytes.Length)].ToArray(),
        _ => Number(type, value),
    };

    /// <summary>The bound at or above every value; null when no short value is above it (all characters are the last one).</summary>
    /// <param name="type">Type of the column.</param>
    /// <param name="value">The largest value.</param>
    /// <param name="length">Code points of a string, or bytes of a binary, that are kept.</param>
    public static byte[]? Upper(DataType type, ParquetValue value, int length = TruncateLength)
    {
        switch (type.Kind)
        {
            case TypeKind.String:
                var text = TruncateText(value.Bytes.Span, length, out var isTextCut);
                return isTextCut || value.IsTruncated ? IncrementText(text) : text.ToArray();
            case TypeKind.Binary:
                var bytes = value.Bytes.Span;
                return bytes.Length > length || value.IsTruncated ? IncrementBytes(bytes[..Math.Min(length, bytes.Length)]) : bytes.ToArray();
            default:
                return Number(type, value);
        }
    }

    /// <summary>The fewest big-endian bytes whose two's complement is <paramref name="value"/>.</summary>
    public static byte[] MinimalBigEndian(Int128 value)
    {
        Span<byte> all = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(all, value);
        var start = 0;
        var filler = value < 0 ? (byte)0xFF : (byte)0;
        while (start < all.Length - 1 && all[start] == filler && (all[start + 1] & 0x80) == (filler & 0x80))
        {
            start++;
        }

        return all[start..].ToArray();
    }

    private static byte[] Number(DataType type, ParquetValue value)
    {
        switch (type.Kind)
        {
            case TypeKind.Boolean:
                return [value.Integer == 0 ? (byte)0 : (byte)1];
            case TypeKind.Float32:
                var single = new byte[sizeof(float)];
                BinaryPrimitives.WriteSingleLittleEndian(single, (float)value.Float);
                return single;
            case TypeKind.Float64:
                var wide = new byte[sizeof(double)];
                BinaryPrimitives.WriteDoubleLittleEndian(wide, value.Float);
                return wide;
            case TypeKind.Decimal or TypeKind.UInt64:
                return MinimalBigEndian(value.Integer);
            default:
                var bytes = new byte[type.Storage == StorageKind.Int32 ? sizeof(int) : sizeof(long)];
                if (bytes.Length == sizeof(int))
                {
                    BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value.Integer);
                }
                else
                {
                    BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)value.Integer);
                }

                return bytes;
        }
    }

    /// <summary>The first code points; a character cut in the middle by an earlier truncation is left out.</summary>
    private static ReadOnlySpan<byte> TruncateText(ReadOnlySpan<byte> utf8, int characters, out bool isCut)
    {
        var length = 0;
        for (var i = 0; i < characters && length < utf8.Length; i++)
        {
            if (Rune.DecodeFromUtf8(utf8[length..], out _, out var bytes) == System.Buffers.OperationStatus.NeedMoreData)
            {
                isCut = true;
                return utf8[..length];
            }

            length += bytes;
        }

        isCut = length < utf8.Length;
        return utf8[..length];
    }

    /// <summary>The shortest text above all that begin with <paramref name="prefix"/>: its last character that has a successor is raised.</summary>
    private static byte[]? IncrementText(ReadOnlySpan<byte> prefix)
    {
        while (!prefix.IsEmpty)
        {
            Rune.DecodeLastFromUtf8(prefix, out var last, out var bytes);
            prefix = prefix[..^bytes];
            if (last.Value < LastCodePoint)
            {
                var next = last.Value + 1 is >= FirstSurrogate and <= LastSurrogate ? LastSurrogate + 1 : last.Value + 1;
                Span<byte> encoded = stackalloc byte[4];
                var length = new Rune(next).EncodeToUtf8(encoded);
                return [.. prefix, .. encoded[..length]];
            }
        }

        return null;
    }

    private static byte[]? IncrementBytes(ReadOnlySpan<byte> prefix)
    {
        var length = prefix.Length;
        while (length > 0 && prefix[length - 1] == byte.MaxValue)
        {
            length--;
        }

        if (length == 0)
        {
            return null;
        }

        var bytes = prefix[..length].ToArray();
        bytes[^1]++;
        return bytes;
    }
}
