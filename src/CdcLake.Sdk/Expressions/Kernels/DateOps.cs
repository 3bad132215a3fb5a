namespace CdcLake.Expressions.Kernels;

/// <summary>Calendar parts of days since 1970-01-01 in the proleptic Gregorian calendar.</summary>
internal static class CivilCalendar
{
    /// <summary>Year, month and day of a day number.</summary>
    public static (int Year, int Month, int Day) Of(long days)
    {
        // Days are counted from 0000-03-01, so that the leap day is the last of its year; 146,097 days are 400 years.
        days += 719_468;
        var era = (days >= 0 ? days : days - 146_096) / 146_097;
        var dayOfEra = days - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shifted = ((5 * dayOfYear) + 2) / 153;
        var day = dayOfYear - (((153 * shifted) + 2) / 5) + 1;
        var month = shifted < 10 ? shifted + 3 : shifted - 9;
        return ((int)(yearOfEra + (era * 400) + (month <= 2 ? 1 : 0)), (int)month, (int)day);
    }

    /// <summary>1 to 366.</summary>
    public static int DayOfYear(long days)
    {
        var (year, month, day) = Of(days);
        var isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return (((275 * month) / 9) - (month > 2 ? (isLeap ? 1 : 2) : 0)) + day - 30;
    }
}

/// <summary>One part of a date (days since 1970-01-01) as a number.</summary>
internal readonly struct DatePart(ScalarOp part) : IUnary<int, int>
{
    public int Apply(int value, out int result)
    {
        result = Of(part, value);
        return Outcome.Ok;
    }

    public static int Of(ScalarOp part, long days) => part switch
    {
        ScalarOp.Year => CivilCalendar.Of(days).Year,
        ScalarOp.Month => CivilCalendar.Of(days).Month,
        ScalarOp.Day => CivilCalendar.Of(days).Day,
        ScalarOp.DayOfYear => CivilCalendar.DayOfYear(days),
        _ => 0,
    };
}

/// <summary>One part of a date-time (microseconds since 1970-01-01T00:00:00) as a number.</summary>
internal readonly struct DateTimePart(ScalarOp part) : IUnary<long, int>
{
    public int Apply(long value, out int result)
    {
        var days = DateOf.Days(value);
        var ofDay = value - (days * TimeSpan.MicrosecondsPerDay);
        result = part switch
        {
            ScalarOp.Hour => (int)(ofDay / TimeSpan.MicrosecondsPerHour),
            ScalarOp.Minute => (int)(ofDay / TimeSpan.MicrosecondsPerMinute % 60),
            ScalarOp.Second => (int)(ofDay / TimeSpan.MicrosecondsPerSecond % 60),
            ScalarOp.Millisecond => (int)(ofDay / TimeSpan.MicrosecondsPerMillisecond % 1000),
            _ => DatePart.Of(part, days),
        };
        return Outcome.Ok;
    }
}

/// <summary>The day of a date-time.</summary>
internal readonly struct DateOf : IUnary<long, int>
{
    public int Apply(long value, out int result)
    {
        result = (int)Days(value);
        return Outcome.Ok;
    }

    public static long Days(long microseconds) =>
        (microseconds / TimeSpan.MicrosecondsPerDay) - (microseconds % TimeSpan.MicrosecondsPerDay < 0 ? 1 : 0);
}

/// <summary>Adds a constant: microseconds to a date-time. Null outside of the years 1 to 9999.</summary>
internal readonly struct AddMicroseconds(long amount) : IUnary<long, long>
{
    private const long FirstMicrosecond = AddDays.FirstDay * TimeSpan.MicrosecondsPerDay;
    private const long LastMicrosecond = ((AddDays.LastDay + 1) * TimeSpan.MicrosecondsPerDay) - 1;

    public int Apply(long value, out long result)
    {
        result = unchecked(value + amount);
        return amount < 0 == result < value && result is >= FirstMicrosecond and <= LastMicrosecond || amount == 0 ? Outcome.Ok : Outcome.Null;
    }
}

/// <summary>Adds a constant number of days to a date. Null outside of the years 1 to 9999.</summary>
internal readonly struct AddDays(int amount) : IUnary<int, int>
{
    /// <summary>0001-01-01 and 9999-12-31.</summary>
    public const long FirstDay = -719_162;

    public const long LastDay = 2_932_896;

    public int Apply(int value, out int result)
    {
        var moved = (long)value + amount;
        result = unchecked((int)moved);
        return moved is >= FirstDay and <= LastDay || amount == 0 ? Outcome.Ok : Outcome.Null;
    }
}

/// <summary>Midnight of a date.</summary>
internal readonly struct MidnightOf : IUnary<int, long>
{
    public int Apply(int value, out long result)
    {
        result = value * TimeSpan.MicrosecondsPerDay;
        return Outcome.Ok;
    }
}
