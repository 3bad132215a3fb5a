using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using CdcLake.Parquet.Encodings;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Writing;

// PLAIN encoding of fixed-width values: little endian, without padding; BOOLEAN one bit each from the least significant;
// FIXED_LEN_BYTE_ARRAY decimals two's complement big endian, sign-extended to the length.
// Source: parquet-format/Encodings.md, "Plain".

/// <summary>What a column chunk has to know of one kind of fixed-width value; implemented by structs so that loops are specialised.</summary>
internal interface IPlainFormat<T>
    where T : unmanaged
{
    /// <summary>Bytes of <paramref name="count"/> values.</summary>
    static abstract int Length(int count, int fixedLength);

    /// <summary>Encodes all values; <paramref name="destination"/> is exactly as long as they need.</summary>
    static abstract void Encode(ReadOnlySpan<T> values, int fixedLength, Span<byte> destination);

    /// <summary>The smallest and largest value, NaN left out and zeros signed as statistics want them. False: there is none.</summary>
    static abstract bool TryMinMax(ReadOnlySpan<T> values, out T min, out T max, out int nans);

    static abstract bool Less(T a, T b);

    /// <summary>A number whose upper bits depend on all bits of the value.</summary>
    static abstract uint Hash(T value);

    /// <summary>Bitwise equality, so that a dictionary keeps every NaN and zero as it was.</summary>
    static abstract bool Same(T a, T b);

    static abstract ParquetValue ToValue(T value);
}

internal readonly struct Int32Format : IPlainFormat<int>
{
    public static int Length(int count, int fixedLength) => count * sizeof(int);

    public static void Encode(ReadOnlySpan<int> values, int fixedLength, Span<byte> destination) => LittleEndian.Write(values, destination);

    public static bool TryMinMax(ReadOnlySpan<int> values, out int min, out int max, out int nans) => Extremes.Of(values, out min, out max, out nans);

    public static bool Less(int a, int b) => a < b;

    public static uint Hash(int value) => (uint)value * 0x9E3779B1u;

    public static bool Same(int a, int b) => a == b;

    public static ParquetValue ToValue(int value) => new(value);
}

internal readonly struct Int64Format : IPlainFormat<long>
{
    public static int Length(int count, int fixedLength) => count * sizeof(long);

    public static void Encode(ReadOnlySpan<long> values, int fixedLength, Span<byte> destination) => LittleEndian.Write(values, destination);

    public static bool TryMinMax(ReadOnlySpan<long> values, out long min, out long max, out int nans) => Extremes.Of(values, out min, out max, out nans);

    public static bool Less(long a, long b) => a < b;

    public static uint Hash(long value) => (uint)(((ulong)value * 0x9E3779B97F4A7C15) >> 32);

    public static bool Same(long a, long b) => a == b;

    public static ParquetValue ToValue(long value) => new(value);
}

internal readonly struct FloatFormat : IPlainFormat<float>
{
    public static int Length(int count, int fixedLength) => count * sizeof(float);

    public static void Encode(ReadOnlySpan<float> values, int fixedLength, Span<byte> destination) =>
        LittleEndian.Write(MemoryMarshal.Cast<float, int>(values), destination);

    public static bool TryMinMax(ReadOnlySpan<float> values, out float min, out float max, out int nans) =>
        Extremes.OfFloats(values, out min, out max, out nans);

    public static bool Less(float a, float b) => a < b;

    public static uint Hash(float value) => BitConverter.SingleToUInt32Bits(value) * 0x9E3779B1u;

    public static bool Same(float a, float b) => BitConverter.SingleToUInt32Bits(a) == BitConverter.SingleToUInt32Bits(b);

    public static ParquetValue ToValue(float value) => new(Float: value);
}

internal readonly struct DoubleFormat : IPlainFormat<double>
{
    public static int Length(int count, int fixedLength) => count * sizeof(double);

    public static void Encode(ReadOnlySpan<double> values, int fixedLength, Span<byte> destination) =>
        LittleEndian.Write(MemoryMarshal.Cast<double, long>(values), destination);

    public static bool TryMinMax(ReadOnlySpan<double> values, out double min, out double max, out int nans) =>
        Extremes.OfFloats(values, out min, out max, out nans);

    public static bool Less(double a, double b) => a < b;

    public static uint Hash(double value) => Int64Format.Hash(BitConverter.DoubleToInt64Bits(value));

    public static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);

    public static ParquetValue ToValue(double value) => new(Float: value);
}

internal readonly struct Int128Format : IPlainFormat<Int128>
{
    public static int Length(int count, int fixedLength) => count * fixedLength;

    public static void Encode(ReadOnlySpan<Int128> values, int fixedLength, Span<byte> destination)
    {
        Span<byte> whole = stackalloc byte[16];
        var low = whole[(16 - fixedLength)..];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt128BigEndian(whole, value);
            low.CopyTo(destination);
            destination = destination[fixedLength..];
        }
    }

    public static bool TryMinMax(ReadOnlySpan<Int128> values, out Int128 min, out Int128 max, out int nans) =>
        Extremes.Of(values, out min, out max, out nans);

    public static bool Less(Int128 a, Int128 b) => a < b;

    public static uint Hash(Int128 value) => Int64Format.Hash((long)value ^ (long)((ulong)(value >> 64) * 0xC2B2AE3D27D4EB4F));

    public static bool Same(Int128 a, Int128 b) => a == b;

    public static ParquetValue ToValue(Int128 value) => new(value);
}

/// <summary>Booleans, one byte each in memory and one bit each in the file.</summary>
internal readonly struct BooleanFormat : IPlainFormat<byte>
{
    public static int Length(int count, int fixedLength) => (count + 7) / 8;

    public static void Encode(ReadOnlySpan<byte> values, int fixedLength, Span<byte> destination)
    {
        var i = 0;
        for (; values.Length - i >= 8; i += 8)
        {
            destination[i / 8] = RleEncoder.PackBits(BinaryPrimitives.ReadUInt64LittleEndian(values[i..]));
        }

        if (i < values.Length)
        {
            var last = 0;
            for (var bit = 0; i + bit < values.Length; bit++)
            {
                last |= values[i + bit] << bit;
            }

            destination[i / 8] = (byte)last;
        }
    }

    public static bool TryMinMax(ReadOnlySpan<byte> values, out byte min, out byte max, out int nans) => Extremes.Of(values, out min, out max, out nans);

    public static bool Less(byte a, byte b) => a < b;

    public static uint Hash(byte value) => value * 0x9E3779B1u;

    public static bool Same(byte a, byte b) => a == b;

    public static ParquetValue ToValue(byte value) => new(value);
}

/// <summary>Whole spans as little-endian bytes: a copy on little-endian machines.</summary>
internal static class LittleEndian
{
    public static void Write(ReadOnlySpan<int> values, Span<byte> destination)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(destination);
        }
        else
        {
            BinaryPrimitives.ReverseEndianness(values, MemoryMarshal.Cast<byte, int>(destination));
        }
    }

    public static void Write(ReadOnlySpan<long> values, Span<byte> destination)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(destination);
        }
        else
        {
            BinaryPrimitives.ReverseEndianness(values, MemoryMarshal.Cast<byte, long>(destination));
        }
    }
}

/// <summary>Smallest and largest value of a span, several at a time where the machine can.</summary>
internal static class Extremes
{
    public static bool Of<T>(ReadOnlySpan<T> values, out T min, out T max, out int nans)
        where T : unmanaged, INumber<T>
    {
        nans = 0;
        if (values.IsEmpty)
        {
            min = max = default;
            return false;
        }

        min = max = values[0];
        var i = 0;
        if (Vector<T>.IsSupported && values.Length >= 2 * Vector<T>.Count)
        {
            var low = new Vector<T>(values);
            var high = low;
            for (i = Vector<T>.Count; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                var next = new Vector<T>(values[i..]);
                low = Vector.Min(low, next);
                high = Vector.Max(high, next);
            }

            for (var lane = 0; lane < Vector<T>.Count; lane++)
            {
                min = low[lane] < min ? low[lane] : min;
                max = high[lane] > max ? high[lane] : max;
            }
        }

        for (; i < values.Length; i++)
        {
            var value = values[i];
            min = value < min ? value : min;
            max = value > max ? value : max;
        }

        return true;
    }

    public static bool OfFloats<T>(ReadOnlySpan<T> values, out T min, out T max, out int nans)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        min = T.PositiveInfinity;
        max = T.NegativeInfinity;
        nans = 0;
        foreach (var value in values)
        {
            min = value < min ? value : min;
            max = value > max ? value : max;
            nans += T.IsNaN(value) ? 1 : 0;
        }

        min = T.IsZero(min) ? T.NegativeZero : min;
        max = T.IsZero(max) ? T.Zero : max;
        return nans < values.Length;
    }
}
