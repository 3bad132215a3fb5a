using System.Linq.Expressions;

namespace CdcLake.IntegrationTests.Queries;

/// <content>Texts and times.</content>
internal sealed partial class RandomTerms
{
    private static readonly (string Format, string Sql)[] Formats = [("yyyy-MM-dd", "%Y-%m-%d"), ("yyyy/MM", "%Y/%m"), ("dd.MM.yyyy HH:mm", "%d.%m.%Y %H:%i")];

    private Term OfText(Term term, IReadOnlyList<Term> columns)
    {
        if (!term.Type.IsSpelled)
        {
            return term;
        }

        var isAscii = term.Type.Collation == SqlType.Ascii;
        var other = Partner(term, columns) is { Type.IsSpelled: true } partner ? partner : Constant(term.Type);
        var length = random.Next(3);
        return random.Next(13) switch
        {
            8 => Term.Of(term.Call("PadLeft", Expression.Constant(length + 3), Expression.Constant('*')), $"IF(CHAR_LENGTH({term.Sql}) >= {length + 3}, {term.Sql}, LPAD({term.Sql}, {length + 3}, '*'))", term.Type),
            9 => Term.Of(term.Call("IndexOf", other.Lambda), $"(LOCATE({other.Sql}, {term.Sql}) - 1)", SqlType.Integer(typeof(int), 1e5)),
            10 => Term.Of(
                Expression.ArrayIndex(term.Call("Split", Expression.Constant('a'), Expression.Constant(StringSplitOptions.None)), Expression.Constant(1)),
                Part(term), term.Type),
            11 => Term.Of(
                Expression.Call(typeof(System.Text.RegularExpressions.Regex), "IsMatch", null, term.Lambda, Expression.Constant("^[a-z]+ ?")), $"REGEXP_LIKE({term.Sql}, '^[a-z]+ ?', 'c')", SqlType.Truth),
            12 when isAscii => Term.Of(Parsed(term), $"STR_TO_DATE({term.Sql}, '%Y-%m-%d')", SqlType.Day),
            0 when !isAscii => Term.Of(term.Call("ToUpper"), $"UPPER({term.Sql})", term.Type),
            1 when !isAscii => Term.Of(term.Call("ToLower"), $"LOWER({term.Sql})", term.Type),
            2 => Term.Of(term.Call("Trim"), $"TRIM({term.Sql})", term.Type),
            3 => Term.Of(term.Call("Substring", Expression.Constant(length), Expression.Constant(2)), $"SUBSTRING({term.Sql}, {length + 1}, 2)", term.Type),
            4 when !isAscii => new Term(
                Expression.Add(term.Lambda, other.Lambda, typeof(string).GetMethod(nameof(string.Concat), [typeof(string), typeof(string)])), $"CONCAT({term.Sql}, {other.Sql})", term.Type),
            5 => Term.Of(term.Call("Replace", Expression.Constant("a"), Expression.Constant("b")), $"REPLACE({term.Sql}, 'a', 'b')", term.Type),
            _ => Term.Of(term.Member("Length"), $"CHAR_LENGTH({term.Sql})", SqlType.Integer(typeof(int), 1e5)),
        };
    }

    private const string Binary = "COLLATE utf8mb4_bin";

    /// <summary>What stands between the first two letters a, by bytes, and as the text compares again.</summary>
    private static string Part(Term text)
    {
        var bytes = $"CONVERT({text.Sql} USING utf8mb4) {Binary}";
        var part = $"IF(LOCATE('a', {bytes}) = 0, NULL, SUBSTRING_INDEX(SUBSTRING_INDEX({bytes}, 'a', 2), 'a', -1))";
        return text.Type.Collation == SqlType.Ascii ? part : $"CONVERT({part} USING {text.Type.Collation.Split('_')[0]}) COLLATE {text.Type.Collation}";
    }

    private static MethodCallExpression Parsed(Term term) => Expression.Call(
        typeof(DateOnly).GetMethod("ParseExact", [typeof(string), typeof(string)])!, term.Lambda, Expression.Constant("yyyy-MM-dd"));

    /// <summary>What a text begins with, ends with, contains or is like.</summary>
    private Condition Search(Term term)
    {
        var part = RandomValues.Of(term.Type, random);
        var text = (string)part.Clr;
        var pattern = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        var constant = Expression.Constant(text);
        return random.Next(4) switch
        {
            0 => new Condition(term.Call("StartsWith", constant), $"({term.Sql} LIKE {RandomValues.Quoted(pattern + "%")})"),
            1 => new Condition(term.Call("EndsWith", constant), $"({term.Sql} LIKE {RandomValues.Quoted("%" + pattern)})"),
            2 => new Condition(term.Call("Contains", constant), $"({term.Sql} LIKE {RandomValues.Quoted("%" + pattern + "%")})"),
            _ => new Condition(
                Expression.Call(typeof(SqlFunctions), nameof(SqlFunctions.Like), null, term.Lambda, Expression.Constant("_" + text + "%")), $"({term.Sql} LIKE {RandomValues.Quoted("_" + text + "%")})"),
        };
    }

    private Term OfMoment(Term term, IReadOnlyList<Term> columns)
    {
        var days = random.Next(-400, 400);
        var (format, sqlFormat) = Formats[random.Next(Formats.Length)];
        var other = Partner(term, columns) ?? term;
        var firstOfMonth = Expression.New(typeof(DateTime).GetConstructor([typeof(int), typeof(int), typeof(int)])!, term.Member("Year"), term.Member("Month"), Expression.Constant(1));
        return random.Next(13) switch
        {
            8 => Term.Of(Expression.Convert(term.Member("DayOfWeek"), typeof(int)), $"(DAYOFWEEK({term.Sql}) - 1)", SqlType.Integer(typeof(int), 6)),
            9 => Term.Of(Expression.Call(typeof(System.Globalization.ISOWeek), "GetWeekOfYear", null, term.Value), $"WEEK({term.Sql}, 3)", SqlType.Integer(typeof(int), 53)),
            10 => Term.Of(term.Call("AddYears", Expression.Constant(days % 20)), $"({term.Sql} + INTERVAL {days % 20} YEAR)", term.Type),
            11 => Term.Of(term.Call("AddHours", Expression.Constant((double)days)), $"({term.Sql} + INTERVAL {days} HOUR)", term.Type),
            12 => Term.Of(
                Expression.Call(typeof(SqlFunctions), "WindowStart", [typeof(DateTime)], term.Value, Expression.Constant(TimeSpan.FromHours(7))),
                WindowStart(term.Sql, 7), term.Type),
            0 => Term.Of(term.Member("Date"), $"DATE({term.Sql})", term.Type),
            1 => Part(term, ["Hour", "Minute", "Second", "Year", "Month", "Day", "DayOfYear"]),
            2 => Term.Of(term.Call("AddDays", Expression.Constant((double)days)), $"({term.Sql} + INTERVAL {days} DAY)", term.Type),
            3 => Term.Of(term.Call("AddMonths", Expression.Constant(days % 30)), $"({term.Sql} + INTERVAL {days % 30} MONTH)", term.Type),
            4 => Term.Of(firstOfMonth, $"CAST(DATE_FORMAT({term.Sql}, '%Y-%m-01') AS DATETIME)", term.Type),
            5 => Term.Of(
                Expression.Call(typeof(DateOnly), nameof(DateOnly.FromDateTime), null, term.Value), $"DATE({term.Sql})", SqlType.Day),
            6 => Term.Of(
                Expression.Property(Expression.Property(Expression.Subtract(term.Lambda, other.Lambda), "Value"), "Days"),
                $"(TIMESTAMPDIFF(MICROSECOND, {other.Sql}, {term.Sql}) DIV 86400000000)", SqlType.Integer(typeof(int), 4e6)),
            _ => Term.Of(term.Call("ToString", Expression.Constant(format)), $"DATE_FORMAT({term.Sql}, '{sqlFormat}')", SqlType.Text(SqlType.Ascii)),
        };
    }

    /// <summary>Start of the window of so many hours, counted from 1970; all in integers, since a quotient of MySQL is rounded.</summary>
    public static string WindowStart(string time, int hours)
    {
        var size = hours * TimeSpan.MicrosecondsPerHour;
        return $"TIMESTAMPADD(MICROSECOND, -MOD(MOD(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {time}), {size}) + {size}, {size}), {time})";
    }

    private Term OfDay(Term term)
    {
        var months = random.Next(-30, 30);
        var firstOfMonth = Expression.New(typeof(DateOnly).GetConstructor([typeof(int), typeof(int), typeof(int)])!, term.Member("Year"), term.Member("Month"), Expression.Constant(1));
        return random.Next(5) switch
        {
            0 => Part(term, ["Year", "Month", "Day", "DayOfYear"]),
            1 => Term.Of(term.Call("AddDays", Expression.Constant(months * 20)), $"({term.Sql} + INTERVAL {months * 20} DAY)", term.Type),
            2 => Term.Of(term.Call("AddMonths", Expression.Constant(months)), $"({term.Sql} + INTERVAL {months} MONTH)", term.Type),
            3 => Term.Of(firstOfMonth, $"CAST(DATE_FORMAT({term.Sql}, '%Y-%m-01') AS DATE)", term.Type),
            _ => Term.Of(term.Call("ToString", Expression.Constant("yyyy-MM-dd")), $"DATE_FORMAT({term.Sql}, '%Y-%m-%d')", SqlType.Text(SqlType.Ascii)),
        };
    }

    private Term Part(Term term, string[] parts)
    {
        var part = parts[random.Next(parts.Length)];
        return Term.Of(term.Member(part), $"CAST({part.ToUpperInvariant()}({term.Sql}) AS SIGNED)", SqlType.Integer(typeof(int), 9999)); // YEAR alone is unsigned
    }
}
