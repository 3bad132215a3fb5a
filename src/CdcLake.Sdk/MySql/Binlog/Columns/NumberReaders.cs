using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.MySql.Binlog.Decimals;

namespace CdcLake.MySql.Binlog.Columns;

// Integers and IEEE numbers are little endian, BIT and DECIMAL big endian. One struct per wire form and column storage.
// Source: MySQL source documentation, "Rows_event", and sql/log_event.cc (log_event_print_value).

internal readonly struct SByteReader : IValueReader<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ref byte at) => (sbyte)at;
}

internal readonly struct ByteReader : IValueReader<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ref byte at) => at;
}

internal readonly struct Int16Reader : IValueReader<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ref byte at) => (short)Wire.UInt16(ref at);
}

internal readonly struct UInt16Reader : IValueReader<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ref byte at) => Wire.UInt16(ref at);
}

internal readonly struct Int24Reader : IValueReader<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ref byte at) => Wire.UInt16(ref at) | ((sbyte)Unsafe.Add(ref at, 2) << 16);
}

internal readonly struct UInt24Reader : IValueReader<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ref byte at) => Wire.UInt16(ref at) | (Unsafe.Add(ref at, 2) << 16);
}

internal readonly struct Int32Reader : IValueReader<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ref byte at) => (int)Wire.UInt32(ref at);
}

internal readonly struct UInt32Reader : IValueReader<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read(ref byte at) => Wire.UInt32(ref at);
}

internal readonly struct Int64Reader : IValueReader<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read(ref byte at) => (long)Wire.UInt64(ref at);
}

internal readonly struct UInt64Reader : IValueReader<Int128>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Int128 Read(ref byte at) => Wire.UInt64(ref at);
}

internal readonly struct Float32Reader : IValueReader<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Read(ref byte at) => BitConverter.UInt32BitsToSingle(Wire.UInt32(ref at));
}

internal readonly struct Float64Reader : IValueReader<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Read(ref byte at) => BitConverter.UInt64BitsToDouble(Wire.UInt64(ref at));
}

/// <summary>YEAR: 0, or years since 1900.</summary>
internal readonly struct YearReader : IValueReader<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ref byte at) => at == 0 ? 0 : 1900 + at;
}

/// <summary>BIT(1).</summary>
internal readonly struct BooleanReader : IValueReader<byte>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Read(ref byte at) => (byte)(at & 1);
}

/// <summary>BIT(2) to BIT(63).</summary>
internal readonly struct BitReader(int size) : IValueReader<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read(ref byte at) => (long)(Wire.BigEndian(ref at, size) & long.MaxValue);
}

/// <summary>BIT(64).</summary>
internal readonly struct Bit64Reader : IValueReader<Int128>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Int128 Read(ref byte at) => Wire.BigEndian(ref at, 8);
}

/// <summary>DECIMAL of at most 18 digits, at most nine on each side of the point, in 4 to 8 bytes: the usual amounts of money.</summary>
internal readonly struct ShortDecimalReader(DecimalLayout layout, int scale) : IValueReader<long>
{
    private readonly int _second = layout.Size - 4;
    private readonly int _overlap = 8 * (layout.Size - 4);
    private readonly int _fractionBits = 8 * layout.FractionBytes;
    private readonly ulong _mask = layout.Size == 8 ? ulong.MaxValue : (1UL << (8 * layout.Size)) - 1;
    private readonly ulong _sign = 1UL << ((8 * layout.Size) - 1);
    private readonly long _scale = DecimalLayout.PowerOfTen(scale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read(ref byte at)
    {
        var raw = ((ulong)BinaryPrimitives.ReverseEndianness(Wire.UInt32(ref at)) << _overlap)
            | BinaryPrimitives.ReverseEndianness(Wire.UInt32(ref Unsafe.Add(ref at, _second)));
        var negative = (raw & _sign) == 0 ? -1L : 0L;
        raw = (raw ^ (ulong)negative) & _mask & ~_sign;
        var value = ((long)(raw >> _fractionBits) * _scale) + (long)(raw & ((1UL << _fractionBits) - 1));
        return (value ^ negative) - negative;
    }
}

/// <summary>Any DECIMAL of at most 18 digits.</summary>
internal readonly struct LongDecimalReader(DecimalLayout layout) : IValueReader<long>
{
    public long Read(ref byte at) => unchecked((long)PackedDecimal.ReadUnscaled(MemoryMarshal.CreateReadOnlySpan(ref at, layout.Size), layout));
}

/// <summary>DECIMAL of 19 to 38 digits.</summary>
internal readonly struct WideDecimalReader(DecimalLayout layout) : IValueReader<Int128>
{
    public Int128 Read(ref byte at) => PackedDecimal.ReadUnscaled(MemoryMarshal.CreateReadOnlySpan(ref at, layout.Size), layout);
}
