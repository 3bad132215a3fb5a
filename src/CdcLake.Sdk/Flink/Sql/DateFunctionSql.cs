using CdcLake.Columnar;
using CdcLake.Expressions.Functions;

namespace CdcLake.Flink.Sql;

/// <summary>Functions of dates, times and spans in Flink SQL.</summary>
internal static class DateFunctionSql
{
    public static IReadOnlyDictionary<string, Func<FunctionCall, string>> All { get; } = new Dictionary<string, Func<FunctionCall, string>>(StringComparer.Ordinal)
    {
        ["DayOfWeek"] = c => $"{DateSql.OfDate("DOW", c.Arguments[0])} - 1",
        ["IsoWeek"] = c => DateSql.OfDate("WEEK", c.Arguments[0]),
        ["IsoYear"] = c => DateSql.OfDate("ISOYEAR", c.Arguments[0]),
        ["DaysInMonth"] = c => $"CASE WHEN {IsMonth(c)} THEN {DaysInMonth(c)} END",
        ["DateOf"] = c => $"CASE WHEN {IsMonth(c)} AND {c.Operand(2)} BETWEEN 1 AND {DaysInMonth(c)} THEN CAST({DateText(c)} AS DATE) END",
        ["Difference"] = c => DateSql.Between(c.Arguments[0], c.Arguments[1]),
        ["AddMonths"] = c => $"{c.Operand(0)} + {c.Int(1)} * INTERVAL '1' MONTH",
        ["AddYears"] = c => $"{c.Operand(0)} + {c.Int(1)} * 12 * INTERVAL '1' MONTH",
        ["AddDays"] = c => $"{c.Operand(0)} + {c.Operand(1)} * INTERVAL '1' DAY",
        ["AddHours"] = c => $"{c.Operand(0)} + {c.Operand(1)} * INTERVAL '1' HOUR",
        ["AddMinutes"] = c => $"{c.Operand(0)} + {c.Operand(1)} * INTERVAL '1' MINUTE",
        ["AddSeconds"] = c => $"{c.Operand(0)} + {c.Operand(1)} * INTERVAL '1' SECOND",
        ["AddMilliseconds"] = c => $"{c.Operand(0)} + {c.Operand(1)} * INTERVAL '0.001' SECOND",
        ["Days"] = c => $"{c.Operand(0)} / 86400000000",
        ["Hours"] = c => $"MOD({c.Operand(0)} / 3600000000, 24)",
        ["Minutes"] = c => $"MOD({c.Operand(0)} / 60000000, 60)",
        ["Seconds"] = c => $"MOD({c.Operand(0)} / 1000000, 60)",
        ["Milliseconds"] = c => $"MOD({c.Operand(0)} / 1000, 1000)",
        ["TotalDays"] = c => $"CAST({c[0]} AS DOUBLE) / 86400000000",
        ["TotalHours"] = c => $"CAST({c[0]} AS DOUBLE) / 3600000000",
        ["TotalMinutes"] = c => $"CAST({c[0]} AS DOUBLE) / 60000000",
        ["TotalSeconds"] = c => $"CAST({c[0]} AS DOUBLE) / 1000000",
        ["TotalMilliseconds"] = c => $"CAST({c[0]} AS DOUBLE) / 1000",
        ["InZone"] = InZone,
        ["Format"] = c => DateSql.Format(c.Arguments[0], JavaDatePattern.Of(c.Made<DateFormat>(0), c)),
    };

    private static string IsMonth(FunctionCall call) => $"{call.Operand(0)} BETWEEN 1 AND 9999 AND {call.Operand(1)} BETWEEN 1 AND 12";

    private static string DaysInMonth(FunctionCall call)
    {
        var (year, month) = (call.Int(0), call.Operand(1));
        return $"CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} <> 2 THEN 31 WHEN MOD({year}, 4) = 0 AND (MOD({year}, 100) <> 0 OR MOD({year}, 400) = 0) THEN 29 ELSE 28 END";
    }

    private static string DateText(FunctionCall call) =>
        $"LPAD(CAST({call[0]} AS STRING), 4, '0') || '-' || LPAD(CAST({call[1]} AS STRING), 2, '0') || '-' || LPAD(CAST({call[2]} AS STRING), 2, '0')";

    // CONVERT_TZ takes text to the second: what it moves by is added to the time, which keeps its fraction.
    private static string InZone(FunctionCall call)
    {
        var zone = call.Made<TimeZoneInfo>(0);
        var id = zone.HasIanaId ? zone.Id : TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out var iana) ? iana : throw call.Refuse($"time zone \"{zone.Id}\" has no IANA name, by which Java knows zones");
        var utc = call.Arguments[0].To(DataType.DateTime(call.Arguments[0].Type.Scale));
        var text = DateSql.Format(utc, "yyyy-MM-dd HH:mm:ss");
        return $"{utc.Operand} + TIMESTAMPDIFF(SECOND, TO_TIMESTAMP({text}), TO_TIMESTAMP(CONVERT_TZ({text}, 'UTC', {FlinkText.Literal(id)}))) * INTERVAL '1' SECOND";
    }
}
