using System.Runtime.CompilerServices;

namespace CdcLake.MySql.Binlog.Decimals;

// Packed DECIMAL(p, s): the p - s integer digits, then the s fractional ones, in groups of nine digits of four bytes, big endian.
// A partial group comes first in the integer part and last in the fraction; 1-2 digits take 1 byte, 3-4 take 2, 5-6 take 3, 7-9 take 4.
// The top bit of the first byte is inverted (set: not negative); all bytes of a negative number are complemented.
//
// Source: MySQL source, strings/decimal.cc (decimal2bin).

/// <summary>Digits and bytes of a packed DECIMAL.</summary>
/// <param name="LeadDigits">Digits of the partial group before the whole groups of the integer part, 0–8.</param>
/// <param name="IntegerGroups">Whole groups of the integer part.</param>
/// <param name="FractionGroups">Whole groups of the fraction.</param>
/// <param name="TailDigits">Digits of the partial group at the end of the fraction, 0–8.</param>
internal readonly record struct DecimalLayout(int LeadDigits, int IntegerGroups, int FractionGroups, int TailDigits)
{
    public const int GroupDigits = 9;
    public const int GroupBytes = 4;

    private static readonly uint[] Powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

    private static ReadOnlySpan<byte> BytesOfDigits => [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

    public int LeadBytes => BytesOfDigits[LeadDigits];

    public int TailBytes => BytesOfDigits[TailDigits];

    /// <summary>Bytes of the integer part.</summary>
    public int IntegerBytes => LeadBytes + (GroupBytes * IntegerGroups);

    /// <summary>Bytes of the fraction.</summary>
    public int FractionBytes => TailBytes + (GroupBytes * FractionGroups);

    /// <summary>Bytes of the value.</summary>
    public int Size => IntegerBytes + FractionBytes;

    public static DecimalLayout Of(int precision, int scale) =>
        new((precision - scale) % GroupDigits, (precision - scale) / GroupDigits, scale / GroupDigits, scale % GroupDigits);

    /// <summary>10 to the power of <paramref name="digits"/>, 0–9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint PowerOfTen(int digits) => Powers[digits];
}
