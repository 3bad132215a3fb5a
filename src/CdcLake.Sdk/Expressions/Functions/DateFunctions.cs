using System.Globalization;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Functions;

/// <summary>Functions of dates and times beyond their parts. Instants are UTC. A result outside of the years 1 to 9999 is null.</summary>
internal static class DateFunctions
{
    /// <summary>0 is Sunday, as in C#.</summary>
    public static readonly ScalarFunction DayOfWeek = new("DayOfWeek", [ArgumentRule.DateTime], DataType.Int32, r => r.Put((long)TimeOf(r.Long(0)).DayOfWeek));

    /// <summary>Week of the ISO year, 1 to 53: the one with the first Thursday is 1.</summary>
    public static readonly ScalarFunction IsoWeek = new("IsoWeek", [ArgumentRule.DateTime], DataType.Int32, r => r.Put((long)ISOWeek.GetWeekOfYear(TimeOf(r.Long(0)))));

    /// <summary>The year that the ISO week belongs to.</summary>
    public static readonly ScalarFunction IsoYear = new("IsoYear", [ArgumentRule.DateTime], DataType.Int32, r => r.Put((long)ISOWeek.GetYear(TimeOf(r.Long(0)))));

    public static readonly ScalarFunction DaysInMonth = new(
        "DaysInMonth", [ArgumentRule.Integer, ArgumentRule.Integer], DataType.Int32,
        r => IsMonth(r.Long(0), r.Long(1)) ? r.Put((long)DateTime.DaysInMonth((int)r.Long(0), (int)r.Long(1))) : FunctionOutcome.Null) { MayBeNull = true };

    /// <summary>From one time to another.</summary>
    public static readonly ScalarFunction Difference = new(
        "Difference", [ArgumentRule.DateTime, ArgumentRule.DateTime], types => DataType.Time(Math.Max(types[0].Scale, types[1].Scale)), r => r.Put(r.Long(0) - r.Long(1)));

    /// <summary>Months later, on the last day of a month that is shorter.</summary>
    public static readonly ScalarFunction AddMonths = new(
        "AddMonths", [ArgumentRule.DateTime, ArgumentRule.Integer], types => types[0], r => Moved(r, r.Long(1))) { MayBeNull = true };

    public static readonly ScalarFunction AddYears = new(
        "AddYears", [ArgumentRule.DateTime, ArgumentRule.Integer], types => types[0], r => Moved(r, r.Long(1) is > -10_000 and < 10_000 ? r.Long(1) * 12 : long.MaxValue)) { MayBeNull = true };

    /// <summary>Midnight of year, month and day; null where there is no such day.</summary>
    public static readonly ScalarFunction DateOf = new(
        "DateOf", [ArgumentRule.Integer, ArgumentRule.Integer, ArgumentRule.Integer], DataType.DateTime(0),
        r => IsMonth(r.Long(0), r.Long(1)) && r.Long(2) >= 1 && r.Long(2) <= DateTime.DaysInMonth((int)r.Long(0), (int)r.Long(1))
            ? r.Put(Microseconds(new DateTime((int)r.Long(0), (int)r.Long(1), (int)r.Long(2))))
            : FunctionOutcome.Null) { MayBeNull = true };

    /// <summary>Adds a number of units of so many microseconds that a column has.</summary>
    public static ScalarFunction AddUnits(string name, long unit) => new(
        name, [ArgumentRule.DateTime, ArgumentRule.Integer], types => unit % TimeSpan.MicrosecondsPerSecond == 0 ? types[0] : types[0] with { Scale = 6 },
        r => Int128.Abs(r.Long(1)) * unit <= TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond && InRange(r.Long(0) + (r.Long(1) * unit))
            ? r.Put(r.Long(0) + (r.Long(1) * unit))
            : FunctionOutcome.Null) { MayBeNull = true };

    /// <summary>A whole part of a time of day or span, or all of it in a unit.</summary>
    public static ScalarFunction? SpanPart(string member) => member switch
    {
        "Days" => Part(member, t => t / TimeSpan.MicrosecondsPerDay),
        "Hours" => Part(member, t => t / TimeSpan.MicrosecondsPerHour % 24),
        "Minutes" => Part(member, t => t / TimeSpan.MicrosecondsPerMinute % 60),
        "Seconds" => Part(member, t => t / TimeSpan.MicrosecondsPerSecond % 60),
        "Milliseconds" => Part(member, t => t / TimeSpan.MicrosecondsPerMillisecond % 1000),
        "TotalDays" => Total(member, TimeSpan.MicrosecondsPerDay),
        "TotalHours" => Total(member, TimeSpan.MicrosecondsPerHour),
        "TotalMinutes" => Total(member, TimeSpan.MicrosecondsPerMinute),
        "TotalSeconds" => Total(member, TimeSpan.MicrosecondsPerSecond),
        "TotalMilliseconds" => Total(member, TimeSpan.MicrosecondsPerMillisecond),
        _ => null,
    };

    /// <summary>The local time in a zone of an instant, with its daylight saving.</summary>
    public static ScalarFunction InZone(TimeZoneInfo zone) => new(
        $"InZone({zone.Id})", [ArgumentRule.DateTime], types => DataType.DateTime(types[0].Scale),
        r =>
        {
            var utc = TimeOf(r.Long(0));
            var local = r.Long(0) + (zone.GetUtcOffset(utc).Ticks / TimeSpan.TicksPerMicrosecond);
            return InRange(local) ? r.Put(local) : FunctionOutcome.Null;
        }) { MayBeNull = true, With = [zone] };

    /// <summary>Start of the window of so many microseconds that a time is in; windows are counted from 1970.</summary>
    public static ScalarFunction WindowStart(long size) => new(
        $"WindowStart({size})", [ArgumentRule.DateTime], types => size % TimeSpan.MicrosecondsPerSecond == 0 ? types[0] with { Scale = 0 } : types[0] with { Scale = 6 },
        r =>
        {
            var (windows, rest) = Math.DivRem(r.Long(0), size);
            var start = (windows - (rest < 0 ? 1 : 0)) * size;
            return InRange(start) ? r.Put(start) : FunctionOutcome.Null;
        }) { MayBeNull = true };

    /// <summary>The time that a text says in a format; null where it says none.</summary>
    public static ScalarFunction Parse(DateFormat format)
    {
        var parser = new DateParser(format);
        return new(
            $"Parse({format})", [ArgumentRule.Text], DataType.DateTime(format.Parts.Any(p => p.Letter == 'f') ? 6 : 0),
            r => parser.TryParse(r.Text(0), out var time) ? r.Put(Microseconds(time)) : FunctionOutcome.Null) { MayBeNull = true, With = [format] };
    }

    /// <summary>Text of a time in a format whose parts are those of <see cref="DateFormat"/>.</summary>
    public static ScalarFunction Format(DateFormat format) => new(
        $"Format({format})", [ArgumentRule.DateTime], DataType.String,
        r =>
        {
            if (format.IsFixed)
            {
                format.Write(TimeOf(r.Long(0)), r.PutText(format.Length));
                return FunctionOutcome.Value;
            }

            Span<byte> text = format.Length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[format.Length];
            return r.Put(text[..format.Write(TimeOf(r.Long(0)), text)]);
        }) { With = [format] };

    private const int MostOnStack = 128;

    private static DateTime TimeOf(long microseconds) =>
        DateTime.UnixEpoch.AddTicks(Math.Clamp(microseconds, Lowest, Highest) * TimeSpan.TicksPerMicrosecond);

    private static long Lowest => (DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static long Highest => (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static bool InRange(long microseconds) => microseconds >= Lowest && microseconds <= Highest;

    private static long Microseconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static bool IsMonth(long year, long month) => year is >= 1 and <= 9999 && month is >= 1 and <= 12;

    private static FunctionOutcome Moved(FunctionRow row, long months)
    {
        var time = TimeOf(row.Long(0));
        var target = months is > -120_000 and < 120_000 ? (time.Year * 12L) + time.Month - 1 + months : -1;
        if (target < 12 || target >= 10_000 * 12)
        {
            return FunctionOutcome.Null;
        }

        return row.Put(Microseconds(time.AddMonths((int)months)));
    }

    private static ScalarFunction Part(string name, Func<long, long> part) => new(name, [ArgumentRule.Time], DataType.Int32, r => r.Put(part(r.Long(0))));

    private static ScalarFunction Total(string name, long unit) => new(name, [ArgumentRule.Time], DataType.Float64, r => r.Put(r.Long(0) / (double)unit));
}
