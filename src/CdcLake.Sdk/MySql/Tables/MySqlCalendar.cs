namespace CdcLake.MySql.Tables;

/// <summary>
/// MySQL's dates and times as the numbers columns hold. The snapshot reader and the log decoder share it, so that both treat dates
/// that no calendar has (0000-00-00, 2026-00-00, 2026-02-30) alike: they are <c>Invalid</c>.
/// </summary>
internal static class MySqlCalendar
{
    /// <summary>Stands for a date that no calendar has.</summary>
    public const int InvalidDate = int.MinValue;

    /// <summary>Stands for a date and time whose date no calendar has.</summary>
    public const long InvalidTime = long.MinValue;

    private const int DaysBeforeEpoch = 719_468; // from 0000-03-01 to 1970-01-01

    private static ReadOnlySpan<byte> DaysOfMonth => [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// <summary>Days since 1970-01-01 in the proleptic Gregorian calendar, years 0 to 9999; <see cref="InvalidDate"/> for dates that do not exist.</summary>
    public static int Days(int year, int month, int day)
    {
        if ((uint)(month - 1) >= 12 || day < 1 || day > DaysOfMonth[month] || (uint)year > 9999
            || (month == 2 && day == 29 && !IsLeap(year)))
        {
            return InvalidDate;
        }

        // Years that begin in March put the leap day at their end; 400 years have 146,097 days. The era is shifted to keep all positive.
        var y = year + 400 - (month <= 2 ? 1 : 0);
        var shifted = (month + 9) % 12;
        var dayOfYear = (((153 * shifted) + 2) / 5) + day - 1;
        return (y * 365) + (y / 4) - (y / 100) + (y / 400) + dayOfYear - DaysBeforeEpoch - 146_097;
    }

    /// <summary>Microseconds since 1970-01-01T00:00:00; <see cref="InvalidTime"/> for dates or times of day that do not exist.</summary>
    public static long Microseconds(int year, int month, int day, int hour, int minute, int second, int microsecond)
    {
        var days = Days(year, month, day);
        return days == InvalidDate || hour > 23 || minute > 59 || second > 59 || (uint)microsecond > 999_999
            ? InvalidTime
            : (((((days * 24L) + hour) * 60) + minute) * 60 + second) * 1_000_000 + microsecond;
    }

    /// <summary>The error for a date that no calendar has, where the policy does not allow it.</summary>
    /// <param name="table">Qualified name.</param>
    /// <param name="column">Holds it.</param>
    /// <param name="value">As MySQL prints it.</param>
    public static UnsupportedTypeException Refuse(string table, MySqlColumn column, string value)
    {
        var orNull = column.IsNullable ? $"{nameof(InvalidDates)}.{nameof(InvalidDates.Null)} (null), " : "";
        return new UnsupportedTypeException(
            $"Table {table}: column \"{column.Name}\" ({column.NativeType}{(column.IsNullable ? "" : " NOT NULL")}) holds '{value}', a date that no calendar has. " +
            $"Correct the rows on the server, leave the column out of the query, or say what such dates become: " +
            $"new MySqlSource(..., o => o.{nameof(MySqlSourceOptions.InvalidDatesOf)}[\"{table}.{column.Name}\"] = ...), or o.{nameof(MySqlSourceOptions.InvalidDates)} for all columns, with " +
            $"{orNull}{nameof(InvalidDates)}.{nameof(InvalidDates.Text)} (the column becomes text) or {nameof(InvalidDates)}.{nameof(InvalidDates.Epoch)} (1970-01-01).");
    }

    private static bool IsLeap(int year) => (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
}
