using CdcLake.MySql.Binlog.Decimals;

namespace CdcLake.MySql.Binlog.Columns;

// What stands behind the length of a value in a binary row: BinaryTemporal and BinaryDecimal describe the bytes; BIT is big endian.

internal readonly struct BinaryDateReader : IPrefixedReader<int>
{
    public int Read(ReadOnlySpan<byte> value) => BinaryTemporal.ReadDate(value);
}

/// <summary>DATETIME and TIMESTAMP.</summary>
internal readonly struct BinaryDateTimeReader : IPrefixedReader<long>
{
    public long Read(ReadOnlySpan<byte> value) => BinaryTemporal.ReadDateTime(value);
}

internal readonly struct BinaryTimeReader : IPrefixedReader<long>
{
    public long Read(ReadOnlySpan<byte> value) => BinaryTemporal.ReadTime(value);
}

/// <summary>DECIMAL of at most 18 digits.</summary>
internal readonly struct BinaryLongDecimalReader(int scale) : IPrefixedReader<long>
{
    public long Read(ReadOnlySpan<byte> value) => BinaryDecimal.ReadInt64(value, scale);
}

/// <summary>DECIMAL of 19 to 38 digits.</summary>
internal readonly struct BinaryWideDecimalReader(int scale) : IPrefixedReader<Int128>
{
    public Int128 Read(ReadOnlySpan<byte> value) => BinaryDecimal.ReadInt128(value, scale);
}

/// <summary>BIT(1).</summary>
internal readonly struct BinaryBooleanReader : IPrefixedReader<byte>
{
    public byte Read(ReadOnlySpan<byte> value) => Bits.Read(value) != 0 ? (byte)1 : (byte)0;
}

/// <summary>BIT(2) to BIT(63).</summary>
internal readonly struct BinaryBitReader : IPrefixedReader<long>
{
    public long Read(ReadOnlySpan<byte> value) => unchecked((long)Bits.Read(value));
}

/// <summary>BIT(64).</summary>
internal readonly struct BinaryBit64Reader : IPrefixedReader<Int128>
{
    public Int128 Read(ReadOnlySpan<byte> value) => Bits.Read(value);
}

/// <summary>The bits of a BIT value.</summary>
internal static class Bits
{
    /// <exception cref="MySqlProtocolException">More than 64.</exception>
    public static ulong Read(ReadOnlySpan<byte> value)
    {
        if (value.Length > sizeof(ulong))
        {
            throw MySqlProtocolException.Malformed("Bit value", 0, $"{value.Length} bytes");
        }

        ulong bits = 0;
        foreach (var b in value)
        {
            bits = (bits << 8) | b;
        }

        return bits;
    }
}
