using System.Numerics;
using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Tests.Expressions;

/// <summary>Random expressions over a fixed schema, and random rows for it, from one seed.</summary>
internal sealed class RandomExpressions(int seed)
{
    private static readonly string[] Texts = ["", "a", "Abc", " x ", "größe", "日本", "a😀b", "ABCabc", "12.5"];

    private readonly Random _random = new(seed);

    public static Schema Schema { get; } = new(
    [
        new Field("i1", DataType.Int32, true), new Field("i2", DataType.Int32, false), new Field("l1", DataType.Int64, true),
        new Field("u1", new DataType(TypeKind.UInt32), true), new Field("u2", new DataType(TypeKind.UInt64), true),
        new Field("d1", DataType.Decimal(10, 2), true), new Field("d2", DataType.Decimal(38, 6), true), new Field("d3", DataType.Decimal(5, 3), false),
        new Field("f1", DataType.Float64, true), new Field("s1", DataType.String, true), new Field("s2", DataType.String, false),
        new Field("b1", DataType.Boolean, true), new Field("t1", new DataType(TypeKind.Int8), true),
        new Field("day", DataType.Date, true), new Field("ts", DataType.Timestamp(6), true),
    ]);

    public Expr Next(int depth) => _random.Next(7) switch
    {
        0 => Int(depth),
        1 => Long(depth),
        2 or 3 => Decimal(depth),
        4 => Text(depth),
        5 => Double(depth),
        _ => Bool(depth),
    };

    public List<object?[]> Rows()
    {
        var rows = new List<object?[]>();
        var nulls = _random.Next(4);
        for (var n = _random.Next(40); n > 0; n--)
        {
            rows.Add([.. Schema.Fields.Select(f => f.Nullable && nulls > 0 && _random.Next(4) < nulls ? null : Value(f.Type))]);
        }

        return rows;
    }

    private object Value(DataType type) => type.Kind switch
    {
        TypeKind.Boolean => _random.Next(2) == 0,
        TypeKind.Int8 => (BigInteger)_random.Next(2),
        TypeKind.Int32 => Whole(int.MinValue, int.MaxValue),
        TypeKind.UInt32 => Whole(0, uint.MaxValue),
        TypeKind.Int64 => Whole(long.MinValue, long.MaxValue),
        TypeKind.UInt64 => Whole(0, ulong.MaxValue),
        TypeKind.Decimal => Whole(1 - BigInteger.Pow(10, type.Precision), BigInteger.Pow(10, type.Precision) - 1),
        TypeKind.Float64 => _random.Next(5) == 0 ? 0.0 : (_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-3, 12)),
        TypeKind.Date => (BigInteger)_random.Next(-200_000, 200_000),
        TypeKind.Timestamp => (BigInteger)_random.NextInt64(-4_000_000_000_000_000, 4_000_000_000_000_000),
        _ => Texts[_random.Next(Texts.Length)],
    };

    /// <summary>Mostly small, sometimes at a bound.</summary>
    private BigInteger Whole(BigInteger min, BigInteger max) => _random.Next(8) switch
    {
        0 => min,
        1 => max,
        2 => 0,
        _ => BigInteger.Max(min, BigInteger.Min(max, _random.Next(-1000, 1000))),
    };

    private T Pick<T>(params T[] options) => options[_random.Next(options.Length)];

    private Expr Int(int depth) => depth <= 0
        ? Pick<Expr>(Column("i1", typeof(int?)), Column("i2", typeof(int)), new ConstantExpr(_random.Next(-5, 6), typeof(int)))
        : _random.Next(8) switch
        {
            0 => new CallExpr(Pick(ScalarOp.Negate, ScalarOp.Abs), Int(depth - 1), typeof(int)),
            1 => new CallExpr(ScalarOp.Length, Text(depth - 1), typeof(int)),
            2 => new CallExpr(Pick(ScalarOp.Year, ScalarOp.Month, ScalarOp.Day, ScalarOp.DayOfYear), Column("day", typeof(DateOnly?)), typeof(int)),
            3 => new CallExpr(Pick(ScalarOp.Hour, ScalarOp.Minute, ScalarOp.Second, ScalarOp.Millisecond, ScalarOp.Year), Column("ts", typeof(DateTime?)), typeof(int)),
            4 => Choice(Int, depth, typeof(int)),
            5 => new CallExpr(ScalarOp.Cast, Pick(Long(depth - 1), Decimal(depth - 1)), typeof(int)),
            _ => new CallExpr(Arithmetic(), Int(depth - 1), Int(depth - 1), typeof(int)),
        };

    private Expr Long(int depth) => depth <= 0
        ? Pick<Expr>(Column("l1", typeof(long?)), Column("i2", typeof(long)), Column("u1", typeof(long?)), new ConstantExpr(_random.NextInt64(-50, 50), typeof(long)))
        : _random.Next(4) switch
        {
            0 => Choice(Long, depth, typeof(long)),
            1 => new CallExpr(ScalarOp.Cast, Int(depth - 1), typeof(long)),
            _ => new CallExpr(Arithmetic(), Long(depth - 1), Long(depth - 1), typeof(long)),
        };

    private Expr Decimal(int depth) => depth <= 0
        ? Pick<Expr>(
            Column("d1", typeof(decimal?)), Column("d2", typeof(decimal?)), Column("d3", typeof(decimal)), Column("i2", typeof(decimal)), Column("u2", typeof(decimal?)),
            new ConstantExpr(_random.Next(-9999, 9999) / 100m, typeof(decimal)))
        : _random.Next(6) switch
        {
            0 => Choice(Decimal, depth, typeof(decimal)),
            1 => new CallExpr(ScalarOp.Cast, Pick(Int(depth - 1), Long(depth - 1)), typeof(decimal)),
            2 => new CallExpr(Pick(ScalarOp.Negate, ScalarOp.Abs, ScalarOp.Floor, ScalarOp.Ceiling, ScalarOp.Truncate), Decimal(depth - 1), typeof(decimal)),
            3 => new CallExpr(Pick(ScalarOp.RoundEven, ScalarOp.RoundAway), Decimal(depth - 1), new ConstantExpr(_random.Next(3), typeof(int)), typeof(decimal)),
            _ => new CallExpr(Arithmetic(), Decimal(depth - 1), Decimal(depth - 1), typeof(decimal)),
        };

    private Expr Double(int depth) => depth <= 0
        ? Pick<Expr>(Column("f1", typeof(double?)), Column("i2", typeof(double)), new ConstantExpr(_random.Next(-9, 9) / 4.0, typeof(double)))
        : _random.Next(5) switch
        {
            0 => Choice(Double, depth, typeof(double)),
            1 => new CallExpr(ScalarOp.Cast, Decimal(depth - 1), typeof(double)),
            2 => new CallExpr(Pick(ScalarOp.Negate, ScalarOp.Abs, ScalarOp.Floor, ScalarOp.Ceiling, ScalarOp.Truncate), Double(depth - 1), typeof(double)),
            3 => new CallExpr(Pick(ScalarOp.RoundEven, ScalarOp.RoundAway), Double(depth - 1), new ConstantExpr(_random.Next(3), typeof(int)), typeof(double)),
            _ => new CallExpr(Arithmetic(), Double(depth - 1), Double(depth - 1), typeof(double)),
        };

    private Expr Text(int depth) => depth <= 0
        ? Pick<Expr>(Column("s1", typeof(string)), Column("s2", typeof(string)), new ConstantExpr(Pick(Texts), typeof(string)))
        : _random.Next(7) switch
        {
            0 => Choice(Text, depth, typeof(string)),
            1 => new CallExpr(ScalarOp.Cast, Pick(Int(depth - 1), Decimal(depth - 1)), typeof(string)),
            2 => new CallExpr(Pick(ScalarOp.ToUpper, ScalarOp.ToLower, ScalarOp.Trim, ScalarOp.TrimStart, ScalarOp.TrimEnd), Text(depth - 1), typeof(string)),
            3 => new CallExpr(ScalarOp.Substring, [Text(depth - 1), Int(0), Int(0)], typeof(string)),
            4 => new CallExpr(ScalarOp.Substring, [Text(depth - 1), Int(0)], typeof(string)),
            5 => new CallExpr(ScalarOp.Replace, [Text(depth - 1), Text(0), Text(0)], typeof(string)),
            _ => new CallExpr(ScalarOp.Concat, Text(depth - 1), Text(depth - 1), typeof(string)),
        };

    private Expr Bool(int depth) => depth <= 0
        ? Pick<Expr>(Column("b1", typeof(bool?)), Column("t1", typeof(bool?)), new ConstantExpr(_random.Next(2) == 0, typeof(bool)))
        : _random.Next(8) switch
        {
            0 => Choice(Bool, depth, typeof(bool)),
            1 => new CallExpr(ScalarOp.Not, Bool(depth - 1), typeof(bool)),
            2 => new CallExpr(Pick(ScalarOp.IsNull, ScalarOp.IsNotNull), Next(depth - 1), typeof(bool)),
            3 => new CallExpr(Pick(ScalarOp.StartsWith, ScalarOp.EndsWith, ScalarOp.Contains), Text(depth - 1), Text(depth - 1), typeof(bool)),
            4 or 5 => new CallExpr(Pick(ScalarOp.And, ScalarOp.Or), Bool(depth - 1), Bool(depth - 1), typeof(bool)),
            _ => Comparison(depth),
        };

    private CallExpr Comparison(int depth)
    {
        var op = Pick(ScalarOp.Equal, ScalarOp.NotEqual, ScalarOp.Less, ScalarOp.LessOrEqual, ScalarOp.Greater, ScalarOp.GreaterOrEqual);
        Func<int, Expr> make = Pick<Func<int, Expr>>(Int, Long, Decimal, Double, Text);
        return new CallExpr(op, make(depth - 1), make(depth - 1), typeof(bool));
    }

    private CallExpr Choice(Func<int, Expr> make, int depth, Type type) => _random.Next(2) == 0
        ? new CallExpr(ScalarOp.If, [Bool(depth - 1), make(depth - 1), make(depth - 1)], type)
        : new CallExpr(ScalarOp.Coalesce, make(depth - 1), make(depth - 1), type);

    private ScalarOp Arithmetic() => Pick(ScalarOp.Add, ScalarOp.Subtract, ScalarOp.Multiply, ScalarOp.Divide, ScalarOp.Remainder);

    private static ColumnExpr Column(string name, Type type) => new(0, name, type);
}
