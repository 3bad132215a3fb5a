namespace CdcLake.Flink.Sql;

/// <summary>Functions of doubles in Flink SQL; what has no value is null, as in the pipeline.</summary>
internal static class MathFunctionSql
{
    public static IReadOnlyDictionary<string, Func<FunctionCall, string>> All { get; } = new Dictionary<string, Func<FunctionCall, string>>(StringComparer.Ordinal)
    {
        ["Pow"] = c => Approximate(c, $"POWER({c[0]}, {c[1]})"),
        ["Log"] = c => Approximate(c, $"CASE WHEN {c.Operand(0)} > 0 THEN LN({c[0]}) END"),
        ["Log2"] = c => Approximate(c, $"CASE WHEN {c.Operand(0)} > 0 THEN LOG2({c[0]}) END"),
        ["Log10"] = c => Approximate(c, $"CASE WHEN {c.Operand(0)} > 0 THEN LOG10({c[0]}) END"),
        ["Exp"] = c => Approximate(c, $"EXP({c[0]})"),
        ["Sqrt"] = c => $"CASE WHEN {c.Operand(0)} >= 0 THEN SQRT({c[0]}) END",
        ["Sign"] = c => $"SIGN({c[0]})",
        ["Sin"] = c => Approximate(c, $"SIN({c[0]})"),
        ["Cos"] = c => Approximate(c, $"COS({c[0]})"),
        ["Tan"] = c => Approximate(c, $"TAN({c[0]})"),
        ["Atan"] = c => Approximate(c, $"ATAN({c[0]})"),
        ["Atan2"] = c => Approximate(c, $"ATAN2({c[0]}, {c[1]})"),
    };

    private static string Approximate(FunctionCall call, string text)
    {
        call.Place.Warn($"the last bits of {call.Call.Function!.Kind} may differ: each engine has its own approximation.");
        return text;
    }
}
