using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

// TemporalReaders and BinaryTemporal describe the bytes.

/// <summary>A date as MySQL holds it, whether a calendar has it or not. A TIMESTAMP is in UTC.</summary>
internal readonly record struct DateParts(int Year, int Month, int Day, int Hour, int Minute, int Second, int Micros)
{
    /// <summary>Most bytes of the text.</summary>
    public const int MaxTextLength = 32;

    private const int AllDigits = 6;

    /// <summary>The value that begins with <paramref name="bytes"/> in a row image.</summary>
    public static DateParts OfImage(ReadOnlySpan<byte> bytes, MySqlColumn column)
    {
        ref var at = ref MemoryMarshal.GetReference(bytes);
        switch (column.Type)
        {
            case MySqlTypeCode.Date:
                var date = Wire.UInt16(ref at) | (bytes[2] << 16);
                return new DateParts(date >> 9, (date >> 5) & 15, date & 31, 0, 0, 0, 0);
            case MySqlTypeCode.Timestamp2:
                var seconds = BinaryPrimitives.ReadUInt32BigEndian(bytes);
                var time = DateTime.UnixEpoch.AddSeconds(seconds);
                return seconds == 0 ? default : new DateParts(time.Year, time.Month, time.Day, time.Hour, time.Minute, time.Second, FractionOf(bytes[4..], column));
            default:
                var packed = (long)Wire.BigEndian(ref at, 5) - 0x80_0000_0000;
                var yearMonth = (int)(packed >> 22);
                return new DateParts(
                    yearMonth / 13, yearMonth % 13, (int)(packed >> 17) & 31, (int)(packed >> 12) & 31, (int)(packed >> 6) & 63, (int)packed & 63, FractionOf(bytes[5..], column));
        }
    }

    /// <summary>A value of a binary row, whose length was checked.</summary>
    public static DateParts OfBinary(ReadOnlySpan<byte> value) => value.Length == 0
        ? default
        : new DateParts(
            BinaryPrimitives.ReadUInt16LittleEndian(value),
            value[2],
            value[3],
            value.Length >= 7 ? value[4] : 0,
            value.Length >= 7 ? value[5] : 0,
            value.Length >= 7 ? value[6] : 0,
            value.Length >= 11 ? BinaryPrimitives.ReadInt32LittleEndian(value[7..]) : 0);

    /// <summary>As MySQL prints it, in UTF-8.</summary>
    /// <returns>Bytes written.</returns>
    public int Format(MySqlColumn column, Span<byte> text)
    {
        var culture = CultureInfo.InvariantCulture;
        _ = column.Type == MySqlTypeCode.Date
            ? Utf8.TryWrite(text, culture, $"{Year:0000}-{Month:00}-{Day:00}", out var length)
            : Utf8.TryWrite(text, culture, $"{Year:0000}-{Month:00}-{Day:00} {Hour:00}:{Minute:00}:{Second:00}.{Micros:000000}", out length);
        return column.Type == MySqlTypeCode.Date ? length : length - AllDigits + (column.Scale == 0 ? -1 : column.Scale);
    }

    /// <summary>As MySQL prints it.</summary>
    public string Text(MySqlColumn column)
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        return Encoding.ASCII.GetString(text[..Format(column, text)]);
    }

    private static int FractionOf(ReadOnlySpan<byte> bytes, MySqlColumn column) =>
        column.Scale == 0 ? 0 : Fraction.Read(ref MemoryMarshal.GetReference(bytes), Fraction.Bytes(column.Scale), Fraction.Unit(column.Scale));
}
