using CdcLake.Columnar;

namespace CdcLake.Expressions.Functions;

/// <summary>Functions of <see cref="Math"/> over doubles. Where MySQL gives null (the logarithm of 0, the root of a negative number) so do these; what is not finite does not fit.</summary>
internal static class MathFunctions
{
    public static readonly ScalarFunction Pow = new("Pow", [ArgumentRule.Double, ArgumentRule.Double], DataType.Float64, r => r.Put(Math.Pow(r.Double(0), r.Double(1)))) { CanFail = true };

    public static readonly ScalarFunction Log = new("Log", [ArgumentRule.Double], DataType.Float64, r => LogOf(r, Math.Log)) { MayBeNull = true };

    public static readonly ScalarFunction Log2 = new("Log2", [ArgumentRule.Double], DataType.Float64, r => LogOf(r, Math.Log2)) { MayBeNull = true };

    public static readonly ScalarFunction Log10 = new("Log10", [ArgumentRule.Double], DataType.Float64, r => LogOf(r, Math.Log10)) { MayBeNull = true };

    public static readonly ScalarFunction Exp = Of("Exp", Math.Exp);

    public static readonly ScalarFunction Sqrt = new(
        "Sqrt", [ArgumentRule.Double], DataType.Float64, r => r.Double(0) < 0 ? FunctionOutcome.Null : r.Put(Math.Sqrt(r.Double(0)))) { MayBeNull = true };

    public static readonly ScalarFunction Sign = new("Sign", [ArgumentRule.Double], DataType.Int32, r => r.Put((long)Math.Sign(r.Double(0))));

    public static readonly ScalarFunction Sin = Of("Sin", Math.Sin);

    public static readonly ScalarFunction Cos = Of("Cos", Math.Cos);

    public static readonly ScalarFunction Tan = Of("Tan", Math.Tan);

    public static readonly ScalarFunction Atan = Of("Atan", Math.Atan);

    public static readonly ScalarFunction Atan2 = new("Atan2", [ArgumentRule.Double, ArgumentRule.Double], DataType.Float64, r => r.Put(Math.Atan2(r.Double(0), r.Double(1))));

    public static readonly ScalarFunction BitAnd = Bits("BitAnd", (a, b) => a & b);

    public static readonly ScalarFunction BitOr = Bits("BitOr", (a, b) => a | b);

    public static readonly ScalarFunction BitXor = Bits("BitXor", (a, b) => a ^ b);

    /// <summary>By the name of the method of <see cref="Math"/> and the number of its arguments; null for others.</summary>
    public static ScalarFunction? Find(string method, int arguments) => (method, arguments) switch
    {
        ("Pow", 2) => Pow,
        ("Log", 1) => Log,
        ("Log2", 1) => Log2,
        ("Log10", 1) => Log10,
        ("Exp", 1) => Exp,
        ("Sqrt", 1) => Sqrt,
        ("Sign", 1) => Sign,
        ("Sin", 1) => Sin,
        ("Cos", 1) => Cos,
        ("Tan", 1) => Tan,
        ("Atan", 1) => Atan,
        ("Atan2", 2) => Atan2,
        _ => null,
    };

    private static ScalarFunction Of(string name, Func<double, double> function) =>
        new(name, [ArgumentRule.Double], DataType.Float64, r => r.Put(function(r.Double(0)))) { CanFail = true };

    private static ScalarFunction Bits(string name, Func<long, long, long> function) =>
        new(name, [ArgumentRule.Integer, ArgumentRule.Integer], DataType.Int64, r => r.Put(function(r.Long(0), r.Long(1))));

    private static FunctionOutcome LogOf(FunctionRow row, Func<double, double> function) => row.Double(0) <= 0 ? FunctionOutcome.Null : row.Put(function(row.Double(0)));
}
