using CdcLake.Columnar;

namespace CdcLake.Flink.Sql;

// Flink's EXTRACT of a TIMESTAMP is wrong before 1970: the hour of 1901-03-04 05:06:07 is −18, and its CAST to DATE is a day off. What goes through DATE_FORMAT is right, and EXTRACT of a DATE is.

/// <summary>Dates and times in Flink SQL, where sessions are in UTC.</summary>
internal static class DateSql
{
    /// <summary>A part that a pattern of Java gives in digits.</summary>
    public static SqlValue Part(string pattern, SqlValue value) => new SqlValue(Format(value, pattern), DataType.String).Cast(DataType.Int32);

    /// <summary>A part of a date by its name in EXTRACT.</summary>
    public static string OfDate(string unit, SqlValue value) => $"EXTRACT({unit} FROM {DateOf(value).Text})";

    /// <summary>The day.</summary>
    public static SqlValue DateOf(SqlValue value) => value.Type.Kind == TypeKind.Date ? value : new SqlValue($"TO_DATE({Format(value, "yyyy-MM-dd")})", DataType.Date);

    /// <summary>A text in a pattern of Java.</summary>
    public static string Format(SqlValue value, string pattern) => $"DATE_FORMAT({(value.Type.Kind == TypeKind.Date ? value.Cast(DataType.DateTime(0)) : value).Text}, {FlinkText.Literal(pattern)})";

    /// <summary>Microseconds from one time to another.</summary>
    public static string Between(SqlValue later, SqlValue earlier) =>
        $"CAST(TIMESTAMPDIFF(DAY, {DateOf(earlier).Text}, {DateOf(later).Text}) AS BIGINT) * 86400000000 + ({OfDay(later)}) - ({OfDay(earlier)})";

    private static string OfDay(SqlValue value) =>
        $"CAST({Format(value, "HH")} AS BIGINT) * 3600000000 + CAST({Format(value, "mm")} AS BIGINT) * 60000000 + CAST({Format(value, "ssSSSSSS")} AS BIGINT)";
}
