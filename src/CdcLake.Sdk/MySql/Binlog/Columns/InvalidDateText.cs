using System.Globalization;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Prints dates that no calendar has, for messages.</summary>
internal static class InvalidDateText
{
    /// <summary>The value that begins with <paramref name="bytes"/> in a row image, as MySQL prints it.</summary>
    public static string Of(ReadOnlySpan<byte> bytes, MySqlColumn column)
    {
        if (column.Type == MySqlTypeCode.Timestamp2)
        {
            return "0000-00-00 00:00:00";
        }

        if (column.Type == MySqlTypeCode.Date)
        {
            var date = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
            return string.Create(CultureInfo.InvariantCulture, $"{date >> 9:0000}-{(date >> 5) & 15:00}-{date & 31:00}");
        }

        var packed = (long)Wire.BigEndian(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(bytes), 5) - 0x80_0000_0000;
        var yearMonth = packed >> 22;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{yearMonth / 13:0000}-{yearMonth % 13:00}-{(packed >> 17) & 31:00} {(packed >> 12) & 31:00}:{(packed >> 6) & 63:00}:{packed & 63:00}");
    }
}
