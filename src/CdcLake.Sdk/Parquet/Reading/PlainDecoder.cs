using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

// Layout: see PlainFormats and PlainBytes.

/// <summary>Decodes PLAIN values of fixed width in memory, whole spans at a time.</summary>
internal static class PlainDecoder
{
    private const int MaxInt128Bytes = 16;
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>Decodes <paramref name="target"/>.Length values and returns the bytes they took.</summary>
    /// <typeparam name="T">int, long, Int128, float or double, as the column stores them.</typeparam>
    /// <exception cref="CorruptDataException">The bytes end before, or a value does not fit.</exception>
    public static int Decode<T>(Conversion conversion, ReadOnlySpan<byte> source, Span<T> target)
        where T : unmanaged
    {
        var width = conversion.Physical switch
        {
            PhysicalType.Int32 or PhysicalType.Float => 4,
            PhysicalType.Int64 or PhysicalType.Double => 8,
            PhysicalType.FixedLenByteArray => conversion.FixedLength,
            PhysicalType.Int96 => Int96.Bytes,
            _ => 0,
        };
        if (width == 0)
        {
            return DecodeVariable(source, target);
        }

        var length = (long)width * target.Length;
        if (length > source.Length)
        {
            throw new CorruptDataException("Page values", source.Length, $"{target.Length} values need {length} bytes");
        }

        source = source[..(int)length];
        switch (conversion.Physical)
        {
            case PhysicalType.Int32:
                FromInt32(conversion.Adjustment, source, target);
                break;
            case PhysicalType.Int64:
                FromInt64(conversion.Adjustment, source, target);
                break;
            case PhysicalType.Float:
                FromFloat(source, target);
                break;
            case PhysicalType.Double:
                Copy<double, T>(source, target);
                break;
            case PhysicalType.Int96:
                Int96.ToMicroseconds(source, MemoryMarshal.Cast<T, long>(target));
                break;
            default:
                FromFixed(width, source, target);
                break;
        }

        return (int)length;
    }

    private static void FromInt32<T>(IntegerAdjustment adjustment, ReadOnlySpan<byte> source, Span<T> target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(int))
        {
            Copy<int, T>(source, target);
        }
        else if (typeof(T) == typeof(long))
        {
            var longs = MemoryMarshal.Cast<T, long>(target);
            for (var i = 0; i < longs.Length; i++)
            {
                longs[i] = BinaryPrimitives.ReadInt32LittleEndian(source[(4 * i)..]);
            }

            Adjust(adjustment, longs);
        }
        else
        {
            var wide = MemoryMarshal.Cast<T, Int128>(target);
            for (var i = 0; i < wide.Length; i++)
            {
                var value = BinaryPrimitives.ReadInt32LittleEndian(source[(4 * i)..]);
                wide[i] = adjustment == IntegerAdjustment.UnsignedInt32 ? (uint)value : value;
            }
        }
    }

    private static void FromInt64<T>(IntegerAdjustment adjustment, ReadOnlySpan<byte> source, Span<T> target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(long))
        {
            Copy<long, T>(source, target);
            Adjust(adjustment, MemoryMarshal.Cast<T, long>(target));
            return;
        }

        var wide = MemoryMarshal.Cast<T, Int128>(target);
        for (var i = 0; i < wide.Length; i++)
        {
            var value = BinaryPrimitives.ReadInt64LittleEndian(source[(8 * i)..]);
            wide[i] = adjustment == IntegerAdjustment.UnsignedInt64 ? (ulong)value : value;
        }
    }

    private static void FromFloat<T>(ReadOnlySpan<byte> source, Span<T> target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            Copy<float, T>(source, target);
            return;
        }

        var doubles = MemoryMarshal.Cast<T, double>(target);
        for (var i = 0; i < doubles.Length; i++)
        {
            doubles[i] = BinaryPrimitives.ReadSingleLittleEndian(source[(4 * i)..]);
        }
    }

    private static void FromFixed<T>(int width, ReadOnlySpan<byte> source, Span<T> target)
        where T : unmanaged
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = Narrow<T>(BigEndian.Read(source.Slice(i * width, width)));
        }
    }

    /// <summary>Decimals stored as BYTE_ARRAY: a length of four bytes, then that many bytes, big endian.</summary>
    private static int DecodeVariable<T>(ReadOnlySpan<byte> source, Span<T> target)
        where T : unmanaged
    {
        var position = 0;
        for (var i = 0; i < target.Length; i++)
        {
            var value = PlainBytesDecoder.Next(source, ref position);
            if (value.Length > MaxInt128Bytes)
            {
                throw new CorruptDataException("Page values", position, $"a decimal of {value.Length} bytes");
            }

            target[i] = Narrow<T>(BigEndian.Read(value));
        }

        return position;
    }

    private static T Narrow<T>(Int128 value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(Int128))
        {
            return (T)(object)value;
        }

        return typeof(T) == typeof(long) && value >= long.MinValue && value <= long.MaxValue
            ? (T)(object)(long)value
            : throw new CorruptDataException("Page values", 0, $"decimal {value} has more digits than its type");
    }

    private static void Adjust(IntegerAdjustment adjustment, Span<long> values)
    {
        switch (adjustment)
        {
            case IntegerAdjustment.FromDays:
                foreach (ref var value in values)
                {
                    value *= MicrosecondsPerDay; // of 32 bits: no overflow
                }

                break;
            case IntegerAdjustment.FromMillis:
                foreach (ref var value in values)
                {
                    value = value is >= long.MinValue / 1000 and <= long.MaxValue / 1000
                        ? value * 1000
                        : throw new CorruptDataException("Page values", 0, $"time {value} ms is out of range");
                }

                break;
            case IntegerAdjustment.FromNanos:
                foreach (ref var value in values)
                {
                    value = (value / 1000) - (value % 1000 < 0 ? 1 : 0);
                }

                break;
            case IntegerAdjustment.UnsignedInt32:
                foreach (ref var value in values)
                {
                    value = (uint)value;
                }

                break;
            case IntegerAdjustment.UnsignedInt64:
                if (values.IndexOfAnyInRange(long.MinValue, -1L) >= 0)
                {
                    throw new CorruptDataException("Page values", 0, "an unsigned integer is larger than the column's type holds");
                }

                break;
        }
    }

    private static void Copy<TStored, T>(ReadOnlySpan<byte> source, Span<T> target)
        where TStored : unmanaged, INumber<TStored>
        where T : unmanaged
    {
        source.CopyTo(MemoryMarshal.AsBytes(target));
        if (!BitConverter.IsLittleEndian)
        {
            SwapBytes<TStored, T>(target);
        }
    }

    private static void SwapBytes<TStored, T>(Span<T> values)
        where TStored : unmanaged
        where T : unmanaged
    {
        if (System.Runtime.CompilerServices.Unsafe.SizeOf<TStored>() == sizeof(int))
        {
            var ints = MemoryMarshal.Cast<T, int>(values);
            BinaryPrimitives.ReverseEndianness(ints, ints);
        }
        else
        {
            var longs = MemoryMarshal.Cast<T, long>(values);
            BinaryPrimitives.ReverseEndianness(longs, longs);
        }
    }
}

/// <summary>Walks BYTE_ARRAY values in PLAIN encoding.</summary>
internal static class PlainBytesDecoder
{
    private const int LengthPrefix = 4;

    /// <summary>The value at <paramref name="position"/>, which moves behind it.</summary>
    /// <exception cref="CorruptDataException">The value is cut off.</exception>
    public static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> source, ref int position)
    {
        if (source.Length - position < LengthPrefix)
        {
            throw new CorruptDataException("Page values", position, "a length is cut off");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(source[position..]);
        position += LengthPrefix;
        if ((uint)length > (uint)(source.Length - position))
        {
            throw new CorruptDataException("Page values", position, $"a value of {length} bytes, {source.Length - position} left");
        }

        var value = source.Slice(position, length);
        position += length;
        return value;
    }
}
