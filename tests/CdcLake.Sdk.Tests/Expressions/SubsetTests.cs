using System.Globalization;
using System.Linq.Expressions;
using System.Numerics;
using System.Text.RegularExpressions;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Expressions.Kernels;
using CdcLake.Expressions.Translation;

namespace CdcLake.Tests.Expressions;

/// <summary>One test for each row of the table in <c>Expressions/README.md</c>: translated, bound and run over one row of known values.</summary>
public sealed class SubsetTests
{
    private enum Status
    {
        Open,
        Closed,
    }

    private sealed record Inner(int Qty);

    private sealed record Line(
        int A, int B, int Zero, long L, decimal Price, double F, string Name, string? None, int? Missing, bool Flag, DateTime At, DateOnly Day, Status State, Inner Nested, byte[] Raw,
        Guid Uid, Guid Uid16);

    private static readonly (string Name, DataType Type, object? Value)[] Columns =
    [
        ("A", DataType.Int32, (BigInteger)7), ("B", DataType.Int32, (BigInteger)(-2)), ("Zero", DataType.Int32, BigInteger.Zero), ("L", DataType.Int64, (BigInteger)40),
        ("Price", DataType.Decimal(10, 2), (BigInteger)1235), ("F", DataType.Float64, 2.5), ("Name", DataType.String, " Größe😀 "), ("None", DataType.String, null),
        ("Missing", DataType.Int32, null), ("Flag", DataType.Boolean, true), ("At", DataType.Timestamp(6), Micros(new DateTime(2024, 2, 29, 23, 59, 58, 7))),
        ("Day", DataType.Date, (BigInteger)19_782), ("State", DataType.String, "Open"), ("Qty", DataType.Int32, (BigInteger)11), ("Raw", DataType.Binary, new byte[] { 1, 2, 3 }),
        ("Uid", DataType.String, "00112233-4455-6677-8899-AABBCCDDEEFF"), ("Uid16", DataType.Binary, Convert.FromHexString("00112233445566778899AABBCCDDEEFF")),
    ];

    private static readonly Schema Schema = new(Columns.Select(c => new Field(c.Name, c.Type, c.Value is null)));

    private static BigInteger Micros(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / 10;

    private static RecordShape Row()
    {
        ShapeMember Member(string name, Type type) => new(name, null, new ScalarShape(new ColumnExpr(0, name, type)));
        var members = typeof(Line).GetConstructors()[0].GetParameters().Where(p => p.Name != "Nested").Select(p => Member(p.Name!, p.ParameterType));
        return new RecordShape(typeof(Line), [.. members, new ShapeMember("Nested", null, new RecordShape(typeof(Inner), [Member("Qty", typeof(int))]))]);
    }

    private static string Run<T>(Expression<Func<Line, T>> lambda)
    {
        var leaves = ShapeColumns.Flatten(new UserLambda(lambda).Translate(Row()), "value");
        var binder = new ExprBinder(c => new BoundColumn(Schema.IndexOf(c.Name), Schema[Schema.IndexOf(c.Name)]));
        var bound = leaves.Select(l => binder.Bind(l.Value)).ToList();
        var projection = new ProgramProjection(new Schema(leaves.Zip(bound, (l, b) => new Field(l.Name, b.Type, b.Nullable))), bound);
        using var batch = Batches.Of(Schema, [[.. Columns.Select(c => c.Value)]]);
        var columns = projection.Evaluate(batch);
        return string.Join("|", columns.Select(c => Convert.ToString(Batches.Value(c, 0), CultureInfo.InvariantCulture) is { Length: > 0 } text ? $"{text}:{c.Type}" : Batches.Value(c, 0) is null ? "null" : ""));
    }

    [Fact]
    public void Columns_are_read_through_records() => Assert.Equal("11:int32", Run(x => x.Nested.Qty));

    [Fact]
    public void Constants_and_captured_values_are_read_at_build()
    {
        var limit = 5;
        var options = new { Limit = 3m, Inner = new Inner(9) };
        Assert.Equal("12:int64", Run(x => x.A + limit));
        Assert.Equal("1535:decimal(11, 2)", Run(x => x.Price + options.Limit));
        Assert.Equal("16:int64", Run(x => x.A + options.Inner.Qty));
        Assert.Equal("True:boolean", Run(x => x.At > new DateTime(2024, 1, 1)));
        Assert.Equal("True:boolean", Run(x => x.At > new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcDateTime));
        Assert.Equal("True:boolean", Run(x => x.At < DateTime.MaxValue));
    }

    [Fact]
    public void Integer_arithmetic_is_csharp_and_checked()
    {
        Assert.Equal("3:int64", Run(x => x.A + x.B * 2));
        Assert.Equal("-3:int32", Run(x => x.A / x.B));
        Assert.Equal("1:int32", Run(x => x.A % x.B));
        Assert.Equal("-7:int32", Run(x => -x.A));
        Assert.Equal("280:int64", Run(x => x.A * x.L));
        Assert.Equal("15032385529:int64", Run(x => x.A * int.MaxValue));
        var error = Assert.Throws<ArithmeticOverflowException>(() => Run(x => x.L * long.MaxValue));
        Assert.Contains("(L * 9223372036854775807)", error.Message, StringComparison.Ordinal);
        Assert.Contains("40 and 9223372036854775807", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decimal_arithmetic_has_sql_types()
    {
        Assert.Equal("8645:decimal(20, 2)", Run(x => x.A * x.Price));
        Assert.Equal("1525225:decimal(20, 4)", Run(x => x.Price * x.Price));
        Assert.Equal("1085:decimal(12, 2)", Run(x => x.Price - 1.5m + 0m));
        Assert.Equal("4116667:decimal(14, 6)", Run(x => x.Price / 3));
        Assert.Equal("-6175000:decimal(14, 6)", Run(x => x.Price / x.B));
    }

    [Fact]
    public void Floating_point_is_ieee_but_never_infinite()
    {
        Assert.Equal("3.75:float64", Run(x => x.F * 1.5));
        Assert.Throws<ArithmeticOverflowException>(() => Run(x => x.F * 1e308));
        Assert.Equal("1:float64", Run(x => x.F > 5 ? x.F * 1e308 : 1.0));
    }

    [Fact]
    public void Division_by_zero_is_null()
    {
        Assert.Equal("null", Run(x => x.A / x.Zero));
        Assert.Equal("null", Run(x => x.Price / x.Zero));
        Assert.Equal("null", Run(x => x.A % x.Zero));
        Assert.Equal("null", Run(x => x.F / x.Zero));
    }

    [Fact]
    public void Comparison_with_null_is_unknown()
    {
        Assert.Equal("True:boolean", Run(x => x.A > x.B && x.A >= 7 && x.B < 0 && x.B <= -2 && x.A != x.B && !(x.A == x.B)));
        Assert.Equal("null", Run(x => x.Missing > 5));
        Assert.Equal("null", Run(x => x.None == "a"));
        Assert.Equal("True:boolean", Run(x => string.CompareOrdinal(x.Name, "z") < 0));
        Assert.Equal("True:boolean", Run(x => x.Name.Equals(" Größe😀 ")));
        Assert.Equal("True:boolean", Run(x => x.Price > x.A && x.L > x.F));
    }

    [Fact]
    public void Null_tests_are_never_unknown()
    {
        string? nothing = null;
        Assert.Equal("True:boolean", Run(x => x.Missing == null));
        Assert.Equal("False:boolean", Run(x => x.None != null));
        Assert.Equal("False:boolean", Run(x => x.Missing.HasValue));
        Assert.Equal("True:boolean", Run(x => x.None == nothing));
    }

    [Fact]
    public void Null_handling()
    {
        Assert.Equal("9:int32", Run(x => x.Missing ?? 9));
        Assert.Equal("0:int32", Run(x => x.Missing.GetValueOrDefault()));
        Assert.Equal("4:int32", Run(x => x.Missing.GetValueOrDefault(4)));
        Assert.Equal("null", Run(x => x.Missing!.Value + 1));
        Assert.Equal("none:string", Run(x => x.None ?? "none"));
    }

    [Fact]
    public void Logic_is_three_valued()
    {
        Assert.Equal("False:boolean", Run(x => x.Missing > 1 && x.A < 0));
        Assert.Equal("True:boolean", Run(x => x.Missing > 1 || x.A > 0));
        Assert.Equal("null", Run(x => !(x.Missing > 1)));
        Assert.Equal("True:boolean", Run(x => x.Flag & !(x.A < 0) | false));
        Assert.Equal("False:boolean", Run(x => x.Flag ^ true));
    }

    [Fact]
    public void Choice_computes_overflow_only_where_it_is_taken()
    {
        Assert.Equal("40:int64", Run(x => x.Flag ? x.L : x.L * long.MaxValue));
        Assert.Equal("-2:int32", Run(x => x.Missing > 0 ? x.A : x.B));
        Assert.Equal("-2:int32", Run(x => Math.Min(x.A, x.B)));
        Assert.Equal("40:int64", Run(x => Math.Max(x.A, x.L)));
        Assert.Equal("False:boolean", Run(x => x.A < 0 && x.L * long.MaxValue > 0));
    }

    [Fact]
    public void Conversions_are_checked()
    {
        Assert.Equal("7:int64", Run(x => (long)x.A));
        Assert.Equal("12:int32", Run(x => (int)x.Price));
        Assert.Equal("7:decimal(10, 0)", Run(x => (decimal)x.A));
        Assert.Equal("12.35:float64", Run(x => (double)x.Price));
        Assert.Equal("2:int64", Run(x => (long)x.F));
        Assert.Throws<ArithmeticOverflowException>(() => Run(x => (byte)x.B));
    }

    [Fact]
    public void Rounding_is_half_to_even_unless_told()
    {
        Assert.Equal("12:decimal(9, 0)", Run(x => Math.Round(x.Price)));
        Assert.Equal("124:decimal(10, 1)", Run(x => Math.Round(x.Price, 1)));
        Assert.Equal("124:decimal(10, 1)", Run(x => Math.Round(x.Price, 1, MidpointRounding.AwayFromZero)));
        Assert.Equal("2:float64", Run(x => Math.Round(x.F)));
        Assert.Equal("3:float64", Run(x => Math.Round(x.F, MidpointRounding.AwayFromZero)));
        Assert.Equal("12:decimal(9, 0)|13:decimal(9, 0)|2:int32", Run(x => new { F = Math.Floor(x.Price), C = Math.Ceiling(x.Price), A = Math.Abs(x.B) }));
        Assert.Equal("12:decimal(9, 0)", Run(x => Math.Truncate(x.Price)));
    }

    [Fact]
    public void Text_building()
    {
        Assert.Equal("7-12.35:string", Run(x => $"{x.A}-{x.Price}"));
        Assert.Equal("Open {7}:string", Run(x => $"{x.State} {{{x.A}}}"));
        Assert.Equal("7x-2:string", Run(x => x.A + "x" + x.B));
        Assert.Equal("40:string", Run(x => x.L.ToString()));
        Assert.Equal("null", Run(x => "a" + x.None));
        Assert.Equal("a-b-c-d-7:string", Run(x => string.Concat("a-", "b-", "c-") + "d-" + x.A));
    }

    [Fact]
    public void Text_functions()
    {
        Assert.Equal("GRÖSSE😀:string".Replace("SS", "ß", StringComparison.Ordinal), Run(x => x.Name.ToUpper().Trim()));
        Assert.Equal("größe😀 :string", Run(x => x.Name.TrimStart().ToLowerInvariant()));
        Assert.Equal(" Grosse😀:string", Run(x => x.Name.TrimEnd().Replace("öß", "oss")));
    }

    [Fact]
    public void Parts_of_text_count_code_points()
    {
        Assert.Equal("8:int32", Run(x => x.Name.Length));
        Assert.Equal("😀 :string", Run(x => x.Name.Substring(6)));
        Assert.Equal("öß:string", Run(x => x.Name.Substring(3, 2)));
        Assert.Equal("", Run(x => x.Name.Substring(50)));
        Assert.Equal("3:int32", Run(x => x.Raw.Length));
    }

    [Fact]
    public void Search_in_text()
    {
        Assert.Equal("True:boolean", Run(x => x.Name.StartsWith(" G", StringComparison.Ordinal) && x.Name.EndsWith("😀 ") && x.Name.Contains('ö') && x.Name.Contains("rö")));
        Assert.Equal("True:boolean", Run(x => string.IsNullOrEmpty(x.None) && !string.IsNullOrEmpty(x.Name)));
    }

    [Fact]
    public void Date_parts()
    {
        Assert.Equal(
            "2024:int32|2:int32|29:int32|60:int32|23:int32|59:int32|58:int32|7:int32",
            Run(x => new { x.At.Year, x.At.Month, x.At.Day, x.At.DayOfYear, x.At.Hour, x.At.Minute, x.At.Second, x.At.Millisecond }));
        Assert.Equal("19782:date|19782:date|2024:int32", Run(x => new { x.At.Date, D = DateOnly.FromDateTime(x.At), x.Day.Year }));
    }

    [Fact]
    public void Membership_in_captured_collections()
    {
        int[] numbers = [1, 2, 7];
        var longs = new List<long> { 39, 41 };
        var names = new HashSet<string> { "a", "b" };
        Status[] states = [Status.Open];
        Assert.Equal("True:boolean", Run(x => numbers.Contains(x.A)));
        Assert.Equal("False:boolean", Run(x => longs.Contains(x.L)));
        Assert.Equal("False:boolean", Run(x => names.Contains(x.Name)));
        Assert.Equal("True:boolean", Run(x => states.Contains(x.State)));
        Assert.Equal("True:boolean", Run(x => new[] { 7, 8 }.Contains(x.A)));
        Assert.Equal("null", Run(x => names.Contains(x.None!)));
    }

    [Fact]
    public void Membership_in_a_large_collection()
    {
        List<int> numbers = [.. Enumerable.Range(7, 5000)];
        HashSet<long?> longs = [.. Enumerable.Range(100, 5000).Select(i => (long?)i), null];
        string[] names = [.. Enumerable.Range(0, 5000).Select(i => $" Größe{i}😀 "), " Größe😀 "];
        Assert.Equal("True:boolean", Run(x => numbers.Contains(x.A)));
        Assert.Equal("False:boolean", Run(x => numbers.Contains(x.B)));
        Assert.Equal("False:boolean|True:boolean", Run(x => new { A = longs.Contains(x.L), B = longs.Contains(x.Missing) })); // as among few
        Assert.Equal("True:boolean", Run(x => names.Contains(x.Name)));
        Assert.Equal("False:boolean", Run(x => names.Contains(x.Name + "x")));
        Assert.Equal("null", Run(x => names.Contains(x.None!)));
    }

    [Fact]
    public void Moving_dates()
    {
        var hour = TimeSpan.FromHours(1);
        Assert.Equal($"{Micros(new DateTime(2024, 3, 2, 0, 59, 58, 7))}:timestamp(6)", Run(x => x.At.AddDays(1) + hour));
        Assert.Equal("19781:date", Run(x => x.Day.AddDays(-1)));
        Assert.Equal("null|null|null", Run(x => new { Late = x.At.AddDays(3_000_000), Early = x.Day.AddDays(-800_000), Added = x.At.AddYears(7975).AddDays(365).Year }));
        Assert.Equal("True:boolean", Run(x => x.At.AddMinutes(-1).AddSeconds(60).AddHours(1).AddMilliseconds(5) > x.At));
    }

    [Fact]
    public void Differences_and_spans()
    {
        var start = new DateTime(2024, 2, 28, 23, 59, 58);
        Assert.Equal("86400.007:float64|1:int32|0:int32|7:int32", Run(x => new { (x.At - start).TotalSeconds, (x.At - start).Days, (x.At - start).Hours, (x.At - start).Milliseconds }));
    }

    [Fact]
    public void Months_weeks_and_moves_by_columns()
    {
        Assert.Equal($"{Micros(new DateTime(2024, 9, 29, 23, 59, 58, 7))}:timestamp(6)", Run(x => x.At.AddMonths(x.A)));
        Assert.Equal($"{Micros(new DateTime(2023, 2, 28, 23, 59, 58, 7))}:timestamp(6)", Run(x => x.At.AddYears(-1)));
        Assert.Equal("19811:date", Run(x => x.Day.AddMonths(1)));
        Assert.Equal($"{Micros(new DateTime(2024, 3, 7, 23, 59, 58, 7))}:timestamp(6)", Run(x => x.At.AddDays(x.A)));
        Assert.Equal("4:int32|9:int32|2024:int32|29:int32", Run(x => new { x.At.DayOfWeek, W = ISOWeek.GetWeekOfYear(x.At), Y = ISOWeek.GetYear(x.At), L = DateTime.DaysInMonth(x.At.Year, x.At.Month) }));
        Assert.Equal("True:boolean", Run(x => x.At.DayOfWeek == DayOfWeek.Thursday));
        Assert.Equal($"{Micros(new DateTime(2024, 2, 1))}:datetime|null", Run(x => new { A = new DateTime(x.At.Year, x.At.Month, 1), B = new DateTime(x.At.Year, 2, 30 + x.Zero) }));
    }

    [Fact]
    public void Local_time_of_a_captured_zone()
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        Assert.Equal($"{Micros(new DateTime(2024, 3, 1, 0, 59, 58, 7))}:datetime(6)", Run(x => TimeZoneInfo.ConvertTimeFromUtc(x.At, berlin)));
        Assert.Equal($"{Micros(new DateTime(2024, 9, 30, 1, 59, 58, 7))}:datetime(6)", Run(x => TimeZoneInfo.ConvertTimeFromUtc(x.At.AddMonths(7), berlin)));
    }

    [Fact]
    public void Formatted_dates()
    {
        Assert.Equal("2024-02-29 23:59:58.007 \"x\":string".Replace("\"", "", StringComparison.Ordinal), Run(x => x.At.ToString("yyyy-MM-dd HH:mm:ss.fff 'x'")));
        Assert.Equal("Thursday, 29 Feb 24 11:59 PM:string|2/29 February Thu 23:string", Run(x => new { A = x.At.ToString("dddd, d MMM yy h:mm tt"), B = x.At.ToString("M/d MMMM ddd H") }));
        Assert.Contains("parts that MySQL has", Assert.Throws<UnsupportedExpressionException>(() => Run(x => x.At.ToString("d"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Functions_of_mathematics()
    {
        Assert.Equal("15.625:float64|null|1:int32|-1:int32", Run(x => new { P = Math.Pow(x.F, 3), S = Math.Sqrt(x.B), A = Math.Sign(x.Price), B = Math.Sign(x.B) }));
        Assert.Equal("null", Run(x => Math.Log(x.Zero)));
        Assert.Throws<ArithmeticOverflowException>(() => Run(x => Math.Exp(x.L * 100)));
        Assert.Equal("-8:int64|4294967288:int64", Run(x => new { A = ~x.A, B = ~(uint)x.A }));
        Assert.Equal("6:int64|-1:int64|-7:int64", Run(x => new { And = x.A & x.B, Or = x.A | x.B, Xor = x.A ^ x.B }));
    }

    [Fact]
    public void Positions_parts_and_patterns()
    {
        Assert.Equal("1:int32|-1:int32|6:int32", Run(x => new { A = x.Name.IndexOf("Gr"), B = x.Name.IndexOf('z'), C = x.Name.LastIndexOf("😀") }));
        Assert.Equal("007:string|7xx:string", Run(x => new { A = x.A.ToString().PadLeft(3, '0'), B = x.A.ToString().PadRight(3, 'x') }));
        Assert.Equal("7:string|null", Run(x => new { A = $"{x.L}.{x.A}".Split('.', StringSplitOptions.None)[1], B = x.Name.Split(',', StringSplitOptions.None)[1] }));
        Assert.Equal("True:boolean|False:boolean", Run(x => new { A = SqlFunctions.Like(x.Name, "%Gr_ße%"), B = SqlFunctions.Like(x.Name, "Gr%") }));
        var regex = new Regex("GR[^a-z]+ß", RegexOptions.IgnoreCase);
        Assert.Equal("True:boolean|False:boolean", Run(x => new { A = regex.IsMatch(x.Name), B = Regex.IsMatch(x.Name, "^G") }));
        Assert.Equal("True:boolean", Run(x => x.Name.Contains("GRÖ", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(x.Name)));
    }

    [Fact]
    public void Enums_compare_by_label()
    {
        var closed = Status.Closed;
        Assert.Equal("True:boolean", Run(x => x.State == Status.Open));
        Assert.Equal("True:boolean", Run(x => x.State != closed));
    }

    [Fact]
    public void Identifiers_have_two_forms()
    {
        var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        HashSet<Guid> many = [.. Enumerable.Range(0, 2000).Select(i => new Guid(i, 0, 0, new byte[8])), id];
        Assert.Equal($"{id}:string|{id}:string", Run(x => new { A = x.Uid.ToString(), B = $"{x.Uid16}" }));
        Assert.Equal("True:boolean|False:boolean", Run(x => new { A = x.Uid16 == id, B = x.Uid == Guid.Empty }));
        Assert.Equal("False:boolean", Run(x => x.Uid == x.Uid16)); // texts without a collation, of other cases
        Assert.Equal("True:boolean|True:boolean", Run(x => new { A = many.Contains(x.Uid), B = many.Contains(x.Uid16) }));
        Assert.Equal("True:boolean|0:int32", Run(x => new { A = x.Uid16.Equals(id), B = x.A.CompareTo(7) }));
    }

    [Fact]
    public void Dates_of_text()
    {
        Assert.Equal($"{Micros(new DateTime(2007, 2, 3))}:datetime", Run(x => DateTime.ParseExact(x.A + "-2-3 and more", "yyyy-MM-dd", null)));
        Assert.Equal("null|null", Run(x => new { A = DateTime.ParseExact(x.Name, "yyyy-MM-dd", null), B = DateOnly.ParseExact("30.2.202" + x.A, "dd.MM.yyyy") }));
        Assert.Equal($"{Micros(new DateTime(2027, 2, 28, 7, 0, 0))}:datetime(6)", Run(x => DateTime.ParseExact("28.2.202" + x.A + " 7:0:0.", "dd.MM.yyyy HH:mm:ss.fff", CultureInfo.InvariantCulture)));
        Assert.Contains("ParseExact", Assert.Throws<UnsupportedExpressionException>(() => Run(x => DateTime.Parse(x.Name, CultureInfo.InvariantCulture))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_begin_at_multiples_of_their_size()
    {
        Assert.Equal($"{Micros(new DateTime(2024, 2, 29, 23, 45, 0))}:timestamp", Run(x => SqlFunctions.WindowStart(x.At, TimeSpan.FromMinutes(15))));
        Assert.Equal($"{Micros(new DateTime(2024, 2, 29))}:timestamp|19782:date", Run(x => new { A = SqlFunctions.WindowStart(x.At, TimeSpan.FromDays(1)), B = SqlFunctions.WindowStart(x.Day, TimeSpan.FromDays(1)) }));
        Assert.Throws<UnsupportedExpressionException>(() => Run(x => SqlFunctions.WindowStart(x.At, TimeSpan.Zero)));
    }

    [Fact]
    public void Results_become_columns()
    {
        Assert.Equal("7:int32|-2:int32", Run(x => new { x.A, Twice = x.B }));
        Assert.Equal("11:int32", Run(x => new Inner(x.Nested.Qty)));
        Assert.Equal("7:int32|40:int64", Run(x => Tuple.Create(x.A, x.L)));
    }
}
