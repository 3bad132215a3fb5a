using System.Globalization;
using System.Linq.Expressions;
using CdcLake.Expressions.Functions;

namespace CdcLake.Expressions.Translation;

internal sealed partial class LambdaTranslator
{
    private Expr? StringCall(MethodCallExpression e) => e.Object is null ? StaticStringCall(e) : InstanceStringCall(e);

    private Expr? StaticStringCall(MethodCallExpression e)
    {
        switch (e.Method.Name)
        {
            case "Concat":
                return Concat(e, Arguments(e.Arguments).Select(a => Text(e, a)));
            case "Format" when e.Arguments.Count > 1 && e.Arguments[0].Type == typeof(string):
                return Format(e);
            case "IsNullOrEmpty":
                var value = Scalar(e.Arguments[0]);
                var isNull = new CallExpr(ScalarOp.IsNull, value, typeof(bool));
                var isEmpty = new CallExpr(ScalarOp.Equal, ByBytes(value), new ConstantExpr("", typeof(string)), typeof(bool));
                return new CallExpr(ScalarOp.Or, isNull, isEmpty, typeof(bool));
            case "IsNullOrWhiteSpace":
                var blank = Scalar(e.Arguments[0]);
                var trimmed = ByBytes(new CallExpr(ScalarOp.Trim, blank, typeof(string)));
                return new CallExpr(
                    ScalarOp.Or, new CallExpr(ScalarOp.IsNull, blank, typeof(bool)), new CallExpr(ScalarOp.Equal, trimmed, new ConstantExpr("", typeof(string)), typeof(bool)), typeof(bool));
            case "CompareOrdinal" when e.Arguments.Count == 2:
                return new CallExpr(ScalarOp.Compare, ByBytes(Scalar(e.Arguments[0])), ByBytes(Scalar(e.Arguments[1])), typeof(int));
            case "Compare" when e.Arguments.Count == 2:
                return new CallExpr(ScalarOp.Compare, Scalar(e.Arguments[0]), Scalar(e.Arguments[1]), typeof(int));
            case "Compare" when e.Arguments.Count == 3 && IsOrdinal(e.Arguments[2]):
                return new CallExpr(ScalarOp.Compare, ByBytes(Scalar(e.Arguments[0])), ByBytes(Scalar(e.Arguments[1])), typeof(int));
            case "Equals" when e.Arguments.Count == 2:
                return new CallExpr(ScalarOp.Equal, Scalar(e.Arguments[0]), Scalar(e.Arguments[1]), typeof(bool));
            case "Equals" when IsOrdinal(e.Arguments[2]):
                return new CallExpr(ScalarOp.Equal, ByBytes(Scalar(e.Arguments[0])), ByBytes(Scalar(e.Arguments[1])), typeof(bool));
            case "Equals" when IsOrdinal(e.Arguments[2], ignoreCase: true):
                return new CallExpr(ScalarOp.Equal, Upper(Scalar(e.Arguments[0])), Upper(Scalar(e.Arguments[1])), typeof(bool));
            default:
                return null;
        }
    }

    private CallExpr? InstanceStringCall(MethodCallExpression e)
    {
        var text = Scalar(e.Object!);
        var count = e.Arguments.Count;
        switch (e.Method.Name)
        {
            case "ToUpper" or "ToUpperInvariant" when count == 0:
                return new CallExpr(ScalarOp.ToUpper, text, e.Type);
            case "ToLower" or "ToLowerInvariant" when count == 0:
                return new CallExpr(ScalarOp.ToLower, text, e.Type);
            case "Trim" or "TrimStart" or "TrimEnd" when count == 0:
                return new CallExpr(Enum.Parse<ScalarOp>(e.Method.Name), text, e.Type);
            case "Substring":
                return new CallExpr(ScalarOp.Substring, [text, .. e.Arguments.Select(Scalar)], e.Type);
            case "Replace" when count == 2:
                return new CallExpr(ScalarOp.Replace, [text, TextOrChar(e.Arguments[0]), TextOrChar(e.Arguments[1])], e.Type);
            case "StartsWith" or "EndsWith" or "Contains" or "Equals" when count == 1 || IsOrdinal(e.Arguments[1]) || IsOrdinal(e.Arguments[1], ignoreCase: true):
                var op = e.Method.Name == "Equals" ? ScalarOp.Equal : Enum.Parse<ScalarOp>(e.Method.Name);
                return new CallExpr(op, Compared(e, text), Compared(e, TextOrChar(e.Arguments[0])), typeof(bool));
            case "CompareTo" when count == 1 && e.Arguments[0].Type == typeof(string):
                return new CallExpr(ScalarOp.Compare, text, Scalar(e.Arguments[0]), typeof(int));
            case "IndexOf" or "LastIndexOf" when count == 1 || IsOrdinal(e.Arguments[1]):
                return new CallExpr(e.Method.Name == "IndexOf" ? TextFunctions.IndexOf : TextFunctions.LastIndexOf, e.Type, Compared(e, text), Compared(e, TextOrChar(e.Arguments[0])));
            case "PadLeft" or "PadRight":
                var fill = count == 1 ? new ConstantExpr(" ", typeof(string)) : TextOrChar(e.Arguments[1]);
                return new CallExpr(e.Method.Name == "PadLeft" ? TextFunctions.PadLeft : TextFunctions.PadRight, e.Type, text, Scalar(e.Arguments[0]), fill);
            default:
                return null;
        }
    }

    /// <summary>Upper case character by character, by bytes, which is how .NET compares without regard to case.</summary>
    private static CallExpr Upper(Expr text) => new(ScalarOp.ToUpper, ByBytes(text), typeof(string));

    /// <summary>The same text, which compares by bytes whatever the column's collation says.</summary>
    private static CallExpr ByBytes(Expr text) => new(ScalarOp.Binary, text, typeof(string));

    /// <summary>A text as the call's <see cref="StringComparison"/> compares it; without one as MySQL does.</summary>
    private static Expr Compared(MethodCallExpression e, Expr text) =>
        e.Arguments.Count == 1 ? text : IsOrdinal(e.Arguments[1]) ? ByBytes(text) : Upper(text);

    /// <summary><c>text.Split(',')[1]</c>: one part; null where there are not as many.</summary>
    private CallExpr PartOf(BinaryExpression e)
    {
        if (e.Left is MethodCallExpression { Method.Name: "Split", Object: { } text } split && text.Type == typeof(string)
            && (split.Arguments.Count == 1 || (ConstantEvaluator.TryEvaluate(split.Arguments[1], out var options) && options is StringSplitOptions.None)))
        {
            var separator = split.Arguments[0] is NewArrayExpression { Expressions: [var only] } ? only : split.Arguments[0];
            if (separator.Type == typeof(char) || separator.Type == typeof(string))
            {
                return new CallExpr(TextFunctions.Part, typeof(string), Scalar(text), TextOrChar(separator), Scalar(e.Right));
            }
        }

        throw Unsupported.Error(e, "an element of an array is outside the supported C# subset", "Of arrays only the parts of a text can be taken: s.Split(',', StringSplitOptions.None)[1].");
    }

    private static bool IsOrdinal(Expression e, bool ignoreCase = false) =>
        ConstantEvaluator.TryEvaluate(e, out var value) && value is StringComparison comparison
        && comparison == (ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private Expr TextOrChar(Expression e) =>
        e.Type == typeof(char) && ConstantEvaluator.TryEvaluate(e, out var c) ? new ConstantExpr(c!.ToString(), typeof(string)) : Scalar(e);

    private static IEnumerable<Expression> Arguments(IReadOnlyList<Expression> arguments) =>
        arguments is [NewArrayExpression array] ? array.Expressions : arguments;

    private Expr Text(Expression call, Expression argument)
    {
        while (argument is UnaryExpression { NodeType: ExpressionType.Convert } boxed && boxed.Type == typeof(object))
        {
            argument = boxed.Operand;
        }

        if (ConstantEvaluator.TryEvaluate(argument, out var constant) && constant is not (DateTime or DateTimeOffset or DateOnly or TimeSpan or byte[]))
        {
            return new ConstantExpr(Convert.ToString(constant, CultureInfo.InvariantCulture) ?? "", typeof(string));
        }

        return AsText(argument) ?? throw Unsupported.Error(
            call, $"the text of a {ClrTypes.Name(argument.Type)} depends on a format", "Concatenate strings, integers and decimals; build dates from their parts.");
    }

    private static Expr Concat(Expression e, IEnumerable<Expr> parts)
    {
        var result = parts.Aggregate((Expr?)null, (left, right) => left is null ? right : new CallExpr(ScalarOp.Concat, left, right, typeof(string)));
        return result ?? throw Unsupported.Error(e, "there is nothing to concatenate", "Use an empty string literal.");
    }

    /// <summary>An interpolated string: the compiler writes it as <c>string.Format("{0}-{1}", …)</c>.</summary>
    private Expr Format(MethodCallExpression e)
    {
        if (!ConstantEvaluator.TryEvaluate(e.Arguments[0], out var constant) || constant is not string format)
        {
            throw Unsupported.Error(e, "the format is not a constant", "Use an interpolated string or +.");
        }

        var arguments = Arguments([.. e.Arguments.Skip(1)]).ToArray();
        var parts = new List<Expr>();
        var literal = "";
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c)
            {
                literal += c;
                i++;
                continue;
            }

            if (c != '{')
            {
                literal += c;
                continue;
            }

            var end = format.IndexOf('}', i);
            if (end < 0 || !int.TryParse(format.AsSpan(i + 1, end - i - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                || index >= arguments.Length)
            {
                throw Unsupported.Error(e, "formats and alignments inside {} are outside the supported subset", "Write plain {value} holes.");
            }

            AddLiteral(parts, ref literal);
            parts.Add(Text(e, arguments[index]));
            i = end;
        }

        AddLiteral(parts, ref literal);
        return Concat(e, parts);
    }

    private static void AddLiteral(List<Expr> parts, ref string literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new ConstantExpr(literal, typeof(string)));
        }

        literal = "";
    }
}
