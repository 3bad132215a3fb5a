namespace CdcLake.Iceberg.Partitioning;

/// <summary>Years, months, days and hours since 1970-01-01, rounded down, of any day or microsecond.</summary>
internal static class CalendarUnits
{
    private const long MicrosPerHour = 3_600_000_000;
    private const long MicrosPerDay = 24 * MicrosPerHour;
    private const int DaysPerEra = 146_097; // 400 years
    private const int DaysToEpoch = 719_468; // from 0000-03-01
    private const int Epoch = 1970;

    public static long DaysOf(long micros) => FloorDiv(micros, MicrosPerDay);

    public static long HoursOf(long micros) => FloorDiv(micros, MicrosPerHour);

    public static long YearsOf(long days) => Date(days).Year - Epoch;

    public static long MonthsOf(long days)
    {
        var (year, month, _) = Date(days);
        return ((year - Epoch) * 12) + month - 1;
    }

    /// <summary>The Gregorian date of a day. Howard Hinnant's civil_from_days: years begin in March, so that the leap day is the last.</summary>
    public static (long Year, int Month, int Day) Date(long days)
    {
        var shifted = days + DaysToEpoch;
        var era = FloorDiv(shifted, DaysPerEra);
        var dayOfEra = (int)(shifted - (era * DaysPerEra));
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var fromMarch = ((5 * dayOfYear) + 2) / 153;
        var day = dayOfYear - (((153 * fromMarch) + 2) / 5) + 1;
        var month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, day);
    }

    public static long FloorDiv(long value, long divisor)
    {
        var quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }
}
