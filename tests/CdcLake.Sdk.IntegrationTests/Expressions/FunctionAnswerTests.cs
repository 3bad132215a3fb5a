using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using System.Text.RegularExpressions;
using CdcLake.Columnar;
using CdcLake.Expressions.Binding;
using CdcLake.Expressions.Kernels;
using CdcLake.Expressions.Translation;
using CdcLake.Expressions;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Expressions;

/// <summary>Functions in lambdas give what MySQL gives, over values at the edges: leap days, ends of months and years, negative numbers, text outside of the first plane, nulls.</summary>
public sealed class FunctionAnswerTests
{
    private sealed record Line(DateTime T, DateTime U, DateOnly D, string S, string P, int N, int M, double F, decimal X);

    private static readonly (string Name, DataType Type, string Sql)[] Columns =
    [
        ("T", DataType.DateTime(6), "DATETIME(6)"), ("U", DataType.DateTime(0), "DATETIME"), ("D", DataType.Date, "DATE"), ("S", DataType.String, "CHAR"), ("P", DataType.String, "CHAR"),
        ("N", DataType.Int32, "SIGNED"), ("M", DataType.Int32, "SIGNED"), ("F", DataType.Float64, "DOUBLE"), ("X", DataType.Decimal(10, 5), "DECIMAL(10,5)"),
    ];

    private static readonly string?[][] Lines =
    [
        ["2024-02-29 23:59:59.999999", "2023-03-01 00:00:00", "2024-02-29", "a,b,,c", "a,_,%", "12", "5", "2.5", "2.00000"],
        ["2023-12-31 00:00:00.000001", "2024-02-29 12:00:00", "2023-12-31", "Größe 😀,x", "%\\%%", "-13", "3", "-2.5", "-1.00000"],
        ["1970-01-01 00:00:00.000000", "1970-01-01 00:00:00", "1969-12-31", "", "%", "0", "-1", "1e10", "0.00001"],
        ["2021-01-03 01:02:03.456789", "1999-12-31 23:59:59", "2021-01-31", "50% off", "50\\%%", "1", "255", "0.1", "99999.99999"],
        ["2020-12-31 12:00:00.500000", "2021-01-01 00:00:00", "2020-01-31", "x😀y", "x_y", "25", "-256", "1.5", "-0.66667"],
        ["1000-01-01 00:00:00.000000", "9999-12-31 23:59:59", "1000-03-31", "aab", "%ab", "-1", "1", "3", "7.00000"],
        [null, null, null, null, null, null, null, null, null],
    ];

    [ServerFact(TestServers.MySql)]
    public async Task Functions_give_what_the_server_gives()
    {
        await using var session = await MySqlDatabase.ConnectAsync(TestServers.Get(TestServers.MySql));
        var (lambda, sql) = Cases();
        var rows = string.Join(" UNION ALL ", Lines.Select((l, i) => $"SELECT {i} AS k, {string.Join(", ", l.Zip(Columns, Literal))}"));
        var answer = (await session.QueryAsync($"WITH v AS ({rows}) SELECT {string.Join(", ", sql)} FROM v ORDER BY k", default)).Rows;
        var own = Evaluate(lambda);
        for (var row = 0; row < Lines.Length; row++)
        {
            for (var i = 0; i < sql.Length; i++)
            {
                var (expected, actual) = (answer[row][i] ?? "NULL", Print(own[i], row));
                Assert.True(AreSame(expected, actual, own[i].Type), $"{sql[i]} of row {row} is {expected}, not {actual}");
            }
        }
    }

    private static (LambdaExpression Lambda, string[] Sql) Cases()
    {
        Expression<Func<Line, object>> lambda = v => new
        {
            Pow = Math.Pow(v.F, v.N), Sqrt = Math.Sqrt(v.F), Log = Math.Log(v.F), Log2 = Math.Log2(v.F), Log10 = Math.Log10(v.F), Exp = Math.Exp(v.N), Sign = Math.Sign(v.X),
            Sin = Math.Sin(v.F), Cos = Math.Cos(v.F), Tan = Math.Tan(v.F), Atan = Math.Atan(v.F), Atan2 = Math.Atan2(v.F, v.N), LogOf = Math.Log(v.F, 3),
            And = v.N & v.M, Or = v.N | v.M, Xor = v.N ^ v.M, Third = v.X / 3, Seventh = v.X / 7 * 2, Product = v.N * v.M,
            v.T.DayOfWeek, Week = ISOWeek.GetWeekOfYear(v.T), WeekYear = ISOWeek.GetYear(v.T), Months = v.T.AddMonths(v.N), Years = v.U.AddYears(v.N), Later = v.D.AddMonths(v.N),
            Days = v.T.AddDays(v.N), Hours = v.T.AddHours(v.N), Seconds = v.U.AddSeconds(v.N), Total = (v.T - v.U).TotalSeconds, Whole = (v.T - v.U).Days,
            Start = new DateTime(v.T.Year, v.T.Month, 1), Text = v.T.ToString("yyyy/MM/dd HH:mm:ss.ffffff 'x'"), Last = DateTime.DaysInMonth(v.T.Year, v.T.Month),
            Index = v.S.IndexOf(v.P), LastIndex = v.S.LastIndexOf('a'), Left = v.S.PadLeft(9, '№'), Right = v.S.PadRight(v.N, '*'), Part = v.S.Split(',', StringSplitOptions.None)[1],
            Like = SqlFunctions.Like(v.S, v.P), Match = Regex.IsMatch(v.S, "^[a-z]+,"), Replaced = Regex.Replace(v.S, "([a-z])([a-z])", "$2$1"), Blank = string.IsNullOrWhiteSpace(v.S),
            Text0 = SqlFunctions.JsonValue("{\"a\": {\"b c\": [1, \"" + v.S + "\", true, null, {\"x\": 2}]}, \"n\": -12.5}", "$.a.\"b c\"[1]"),
            Truth = SqlFunctions.JsonValue("{\"a\": [true, null, {\"x\": \"ä\\n\\\"\"}], \"s\": \"" + v.S + "\"}", "$.a[0]"),
            None = SqlFunctions.JsonValue("{\"a\": [true, null, {\"x\": 2}], \"s\": \"" + v.S + "\"}", "$.a[1]"),
            Escaped = SqlFunctions.JsonValue("{\"a\": [true, null, {\"x\": \"ä\\n\\\"\"}], \"s\": \"" + v.S + "\"}", "$.a[2].x[0]"),
            Object = SqlFunctions.JsonValue("{\"a\": [true, null, {\"x\": 2}], \"s\": \"" + v.S + "\"}", "$.a[2]"),
            Nowhere = SqlFunctions.JsonValue("{\"a\": [true, null, {\"x\": 2}], \"s\": \"" + v.S + "\"}", "$.a[3]"),
            Grouped = SqlFunctions.Format(v.X * 12345, 2), Whole0 = SqlFunctions.Format(v.X, 0), Long = SqlFunctions.Format(v.N * 1234567L, 3),
            Chosen = "" + (v.N > 0 ? v.X : v.X / 3), Joined = "x" + (v.N > 0 ? v.N : v.M > 0 ? v.X / 3 : v.X),
        };
        string[] sql =
        [
            "POW(F, N)", "SQRT(F)", "LN(F)", "LOG2(F)", "LOG10(F)", "EXP(N)", "SIGN(X)", "SIN(F)", "COS(F)", "TAN(F)", "ATAN(F)", "ATAN2(F, N)", "LOG(3, F)",
            "CAST(N & M AS SIGNED)", "CAST(N | M AS SIGNED)", "CAST(N ^ M AS SIGNED)", "X / 3", "X / 7 * 2", "N * M",
            "DAYOFWEEK(T) - 1", "WEEK(T, 3)", "YEARWEEK(T, 3) DIV 100", "T + INTERVAL N MONTH", "U + INTERVAL N YEAR", "D + INTERVAL N MONTH",
            "T + INTERVAL N DAY", "T + INTERVAL N HOUR", "U + INTERVAL N SECOND", "TIMESTAMPDIFF(MICROSECOND, U, T) / 1e6", "TIMESTAMPDIFF(MICROSECOND, U, T) DIV 86400000000",
            "CAST(DATE_FORMAT(T, '%Y-%m-01') AS DATETIME)", "DATE_FORMAT(T, '%Y/%m/%d %H:%i:%s.%f x')", "DAY(LAST_DAY(T))",
            "LOCATE(P COLLATE utf8mb4_bin, S) - 1", "CHAR_LENGTH(S) - LOCATE('a' COLLATE utf8mb4_bin, REVERSE(S)) - IF(LOCATE('a' COLLATE utf8mb4_bin, S) = 0, CHAR_LENGTH(S) + 1, 0)",
            "IF(CHAR_LENGTH(S) >= 9, S, LPAD(S, 9, '№'))", "IF(CHAR_LENGTH(S) >= N, S, RPAD(S, N, '*'))",
            "IF(LOCATE(',', S) = 0, NULL, SUBSTRING_INDEX(SUBSTRING_INDEX(S, ',', 2), ',', -1))",
            "S LIKE P COLLATE utf8mb4_bin", "REGEXP_LIKE(S, '^[a-z]+,', 'c')", "REGEXP_REPLACE(S, '([a-z])([a-z])', '$2$1', 1, 0, 'c')", "S IS NULL OR TRIM(S) = ''",
            """JSON_VALUE(CONCAT('{"a": {"b c": [1, "', S, '", true, null, {"x": 2}]}, "n": -12.5}'), '$.a."b c"[1]')""",
            """JSON_VALUE(CONCAT('{"a": [true, null, {"x": "ä\\n\\""}], "s": "', S, '"}'), '$.a[0]')""",
            """JSON_VALUE(CONCAT('{"a": [true, null, {"x": 2}], "s": "', S, '"}'), '$.a[1]')""",
            """JSON_VALUE(CONCAT('{"a": [true, null, {"x": "ä\\n\\""}], "s": "', S, '"}'), '$.a[2].x[0]')""",
            """JSON_VALUE(CONCAT('{"a": [true, null, {"x": 2}], "s": "', S, '"}'), '$.a[2]')""",
            """JSON_VALUE(CONCAT('{"a": [true, null, {"x": 2}], "s": "', S, '"}'), '$.a[3]')""",
            "FORMAT(X * 12345, 2)", "FORMAT(X, 0)", "FORMAT(N * 1234567, 3)",
            "CONCAT('', IF(N > 0, X, X / 3))", "CONCAT('x', IF(N > 0, N, IF(M > 0, X / 3, X)))",
        ];
        return (lambda, sql);
    }

    private static Column[] Evaluate(LambdaExpression lambda)
    {
        var body = lambda.Body is UnaryExpression convert ? convert.Operand : lambda.Body;
        var shape = new RecordShape(typeof(Line), [.. Columns.Select(c => new ShapeMember(c.Name, null, new ScalarShape(new ColumnExpr(0, c.Name, typeof(Line).GetProperty(c.Name)!.PropertyType))))]);
        var leaves = ShapeColumns.Flatten(new UserLambda(Expression.Lambda(body, lambda.Parameters)).Translate(shape), "value");
        var schema = new Schema(Columns.Select(c => new Field(c.Name, c.Type, true)));
        var binder = new ExprBinder(c => new BoundColumn(schema.IndexOf(c.Name), schema[schema.IndexOf(c.Name)]));
        var bound = leaves.Select(l => binder.Bind(l.Value)).ToList();
        var batch = new ChangeBatch(schema);
        foreach (var line in Lines)
        {
            for (var i = 0; i < line.Length; i++)
            {
                Append(batch[i], line[i]);
            }

            batch.AppendWeight(1);
        }

        return new ProgramProjection(new Schema(bound.Select((b, i) => new Field($"c{i}", b.Type, b.Nullable))), bound).Evaluate(batch);
    }

    private static string Literal(string? value, (string Name, DataType Type, string Sql) column) =>
        $"CAST({(value is null ? "NULL" : $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal)}'")} AS {column.Sql}) AS {column.Name}";

    private static void Append(Column column, string? value)
    {
        if (value is null)
        {
            column.AppendNull();
            return;
        }

        switch (column)
        {
            case BytesColumn texts:
                texts.Append(Encoding.UTF8.GetBytes(value));
                break;
            case FixedColumn<double> doubles:
                doubles.Append(double.Parse(value, CultureInfo.InvariantCulture));
                break;
            case FixedColumn<int> days when column.Type.Kind == TypeKind.Date:
                days.Append((int)(DateTime.Parse(value, CultureInfo.InvariantCulture) - DateTime.UnixEpoch).TotalDays);
                break;
            case FixedColumn<int> integers:
                integers.Append(int.Parse(value, CultureInfo.InvariantCulture));
                break;
            case FixedColumn<long> decimals when column.Type.Kind == TypeKind.Decimal:
                decimals.Append((long)(decimal.Parse(value, CultureInfo.InvariantCulture) * 100_000));
                break;
            default:
                ((FixedColumn<long>)column).Append((DateTime.Parse(value, CultureInfo.InvariantCulture).Ticks - DateTime.UnixEpoch.Ticks) / 10);
                break;
        }
    }

    private static string Print(Column column, int row) => column.IsNull(row) ? "NULL" : column switch
    {
        FixedColumn<byte> truth => truth.Values[row].ToString(CultureInfo.InvariantCulture),
        BytesColumn texts => Encoding.UTF8.GetString(texts[row]),
        FixedColumn<double> doubles => doubles.Values[row].ToString("R", CultureInfo.InvariantCulture),
        FixedColumn<int> days when column.Type.Kind == TypeKind.Date => DateTime.UnixEpoch.AddDays(days.Values[row]).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        FixedColumn<long> times when column.Type.Kind == TypeKind.DateTime =>
            DateTime.UnixEpoch.AddTicks(times.Values[row] * 10).ToString(column.Type.Scale == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        _ => CellText.Of(column, row),
    };

    // MySQL and .NET take sines and powers from different libraries: the last digits of doubles differ.
    private static bool AreSame(string expected, string actual, DataType type) => expected == actual || (type.Kind == TypeKind.Float64
        && double.TryParse(expected, CultureInfo.InvariantCulture, out var a) && double.TryParse(actual, CultureInfo.InvariantCulture, out var b) && Math.Abs(a - b) <= Math.Abs(a) * 1e-12);
}
