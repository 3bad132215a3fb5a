namespace CdcLake.Flink.Sql;

/// <summary>Every function of the table of scalar functions, by its kind: how Flink says it, or why it cannot. A kind that is in neither list is refused as unknown, and a test fails.</summary>
internal static class FunctionTable
{
    private const string NoSet = "a set of so many values is no list in Flink SQL. Join with a table that has them (Exists)";
    private const string NoBits = "Flink SQL has no bitwise operators. Store the flags as columns, or compute with / and %";

    /// <summary>What is refused, and why.</summary>
    public static IReadOnlyDictionary<string, string> Refused { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["BitAnd"] = NoBits,
        ["BitOr"] = NoBits,
        ["BitXor"] = NoBits,
        ["In"] = NoSet,
        ["InTexts"] = NoSet,
        ["JsonValue"] = "Flink's JSON_VALUE writes numbers and nested values otherwise. Store the value as a generated column",
        ["GuidText"] = "Flink reads BINARY(16) as bytes and has no text of them. Store the identifier as CHAR(36)",
        ["Parse"] = "Flink's TO_TIMESTAMP reads texts otherwise than MySQL's STR_TO_DATE. Store the time as a generated column",
        ["WindowStart"] = "Flink groups by windows with TUMBLE over a time attribute, which tables of changes do not have. Store the start of the window as a generated column",
        ["Grouped"] = "Flink has no FORMAT of numbers. Format them where they are shown",
    };

    /// <summary>What is translated; the text is cast to the result's type.</summary>
    public static IReadOnlyDictionary<string, Func<FunctionCall, string>> Translated { get; } =
        new Dictionary<string, Func<FunctionCall, string>>(TextFunctionSql.All.Concat(MathFunctionSql.All).Concat(DateFunctionSql.All), StringComparer.Ordinal);
}
