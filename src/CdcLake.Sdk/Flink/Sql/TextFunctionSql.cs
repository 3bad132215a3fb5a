using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>Functions of text in Flink SQL.</summary>
internal static class TextFunctionSql
{
    public static IReadOnlyDictionary<string, Func<FunctionCall, string>> All { get; } = new Dictionary<string, Func<FunctionCall, string>>(StringComparer.Ordinal)
    {
        ["IndexOf"] = c => $"POSITION({c[1]} IN {c[0]}) - 1",
        ["LastIndexOf"] = c => $"CASE WHEN POSITION({c[1]} IN {c[0]}) = 0 THEN -1 ELSE CHAR_LENGTH({c[0]}) - CHAR_LENGTH({c[1]}) - POSITION(REVERSE({c[1]}) IN REVERSE({c[0]})) + 1 END",
        ["PadLeft"] = c => $"REPEAT({c[2]}, {Missing(c)}) || {c.Operand(0)}",
        ["PadRight"] = c => $"{c.Operand(0)} || REPEAT({c[2]}, {Missing(c)})",
        ["Part"] = Part,
        ["Like"] = Like,
        ["Matches"] = c => $"REGEXP({c[0]}, {FlinkText.Literal(JavaRegex.Of(c, 0))})",
        ["Substitute"] = Substitute,
    };

    private static string Missing(FunctionCall call) => $"GREATEST({call.Int(1)} - CHAR_LENGTH({call[0]}), 0)";

    // Flink's SPLIT_INDEX sees no part in an empty text, and takes an empty separator for white space.
    private static string Part(FunctionCall call)
    {
        if (call.Call.Arguments[1] is not BoundConstant { Value: byte[] { Length: > 0 } })
        {
            throw call.Refuse("Flink splits by a separator that is not empty, which has to be a constant here");
        }

        return $"CASE WHEN {call.Operand(0)} = '' AND {call.Operand(2)} = 0 THEN '' ELSE SPLIT_INDEX({call[0]}, {call[1]}, {call.Int(2)}) END";
    }

    private static string Like(FunctionCall call) => call.Call.Arguments[1] is BoundConstant { Value: byte[] pattern }
        ? $"{call.Operand(0)} LIKE {LikePatternSql.Of(pattern)}"
        : throw call.Refuse("Flink escapes wildcards otherwise than a backslash does, so the pattern has to be a constant");

    private static string Substitute(FunctionCall call)
    {
        var replacement = call.Made<string>(1);
        return replacement.Contains('$', StringComparison.Ordinal)
            ? throw call.Refuse("Flink's REGEXP_REPLACE takes the replacement as it is and knows no groups such as $1")
            : $"REGEXP_REPLACE({call[0]}, {FlinkText.Literal(JavaRegex.Of(call, 2))}, {FlinkText.Literal(replacement)})";
    }
}
