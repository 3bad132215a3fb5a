using System.Globalization;
using System.Text;

namespace CdcLake.Expressions;

/// <summary>Text of expressions for messages, plans and operator identity: infix where C# is infix, lambda parameters left out.</summary>
internal static class ExprPrinter
{
    public static string Print(Expr expression)
    {
        var text = new StringBuilder();
        Write(text, expression);
        return text.ToString();
    }

    /// <summary>A literal as C# would write it.</summary>
    public static string Literal(object? value) => value switch
    {
        null => "null",
        string s => "\"" + s.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"",
        bool b => b ? "true" : "false",
        byte[] bytes => "0x" + Convert.ToHexString(bytes),
        DateTime t => t.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateTimeOffset t => t.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", CultureInfo.InvariantCulture),
        DateOnly d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>The C# spelling of an infix operator, or null for functions.</summary>
    public static string? Symbol(ScalarOp op) => op switch
    {
        ScalarOp.Add or ScalarOp.Concat => "+",
        ScalarOp.Subtract => "-",
        ScalarOp.Multiply => "*",
        ScalarOp.Divide => "/",
        ScalarOp.Remainder => "%",
        ScalarOp.Equal => "==",
        ScalarOp.NotEqual => "!=",
        ScalarOp.Less => "<",
        ScalarOp.LessOrEqual => "<=",
        ScalarOp.Greater => ">",
        ScalarOp.GreaterOrEqual => ">=",
        ScalarOp.And => "&&",
        ScalarOp.Or => "||",
        ScalarOp.Coalesce => "??",
        _ => null,
    };

    private static void Write(StringBuilder text, Expr expression)
    {
        switch (expression)
        {
            case ColumnExpr column:
                text.Append(column.Name);
                break;
            case ConstantExpr constant:
                text.Append(Literal(constant.Value));
                break;
            case AggregateExpr aggregate:
                text.Append(aggregate.Kind switch
                {
                    AggregateKind.CountDistinct => "count(distinct ",
                    AggregateKind.Collect => "concat(",
                    AggregateKind.PercentileCont or AggregateKind.PercentileDisc => string.Create(CultureInfo.InvariantCulture, $"{aggregate.Kind.ToString().ToLowerInvariant()}({aggregate.Fraction}, "),
                    _ => $"{aggregate.Kind.ToString().ToLowerInvariant()}(",
                });
                var argument = aggregate.Argument is CallExpr { Op: ScalarOp.InOrder, Arguments: [var texts, ..] } ? texts : aggregate.Argument;
                text.Append(argument is null ? "*" : Print(argument)).Append(')');
                break;
            case CallExpr call:
                WriteCall(text, call);
                break;
        }
    }

    private static void WriteCall(StringBuilder text, CallExpr call)
    {
        var parts = call.Arguments.Select(Print).ToArray();
        if (call.Op == ScalarOp.Cast)
        {
            text.Append('(').Append(ClrTypes.Name(call.Type)).Append(')').Append(parts[0]);
            return;
        }

        Compose(text, call.Op, parts, call.Function);
    }

    /// <summary>Puts printed arguments together.</summary>
    public static void Compose(StringBuilder text, ScalarOp op, IReadOnlyList<string> parts, ScalarFunction? function = null)
    {
        if (Symbol(op) is { } symbol)
        {
            text.Append('(').AppendJoin($" {symbol} ", parts).Append(')');
            return;
        }

        switch (op)
        {
            case ScalarOp.Negate:
                text.Append('-').Append(parts[0]);
                break;
            case ScalarOp.Not:
                text.Append('!').Append(parts[0]);
                break;
            case ScalarOp.IsNull:
                text.Append('(').Append(parts[0]).Append(" == null)");
                break;
            case ScalarOp.IsNotNull:
                text.Append('(').Append(parts[0]).Append(" != null)");
                break;
            case ScalarOp.If:
                text.Append('(').Append(parts[0]).Append(" ? ").Append(parts[1]).Append(" : ").Append(parts[2]).Append(')');
                break;
            default:
                text.Append(function?.Name ?? op.ToString()).Append('(').AppendJoin(", ", parts).Append(')');
                break;
        }
    }
}
