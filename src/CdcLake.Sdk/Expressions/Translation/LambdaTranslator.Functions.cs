using System.Globalization;
using System.Linq.Expressions;
using System.Text.RegularExpressions;
using CdcLake.Columnar;
using CdcLake.Expressions.Functions;

namespace CdcLake.Expressions.Translation;

internal sealed partial class LambdaTranslator
{
    private CallExpr? MathCall(MethodCallExpression e)
    {
        if (e.Arguments.Count == 0)
        {
            return null;
        }

        var first = Scalar(e.Arguments[0]);
        if (MathFunctions.Find(e.Method.Name, e.Arguments.Count) is { } function)
        {
            return new CallExpr(function, e.Type, [first, .. e.Arguments.Skip(1).Select(Scalar)]);
        }

        switch (e.Method.Name)
        {
            case "Log" when e.Arguments.Count == 2:
                return new CallExpr(
                    ScalarOp.Divide, new CallExpr(MathFunctions.Log, e.Type, first), new CallExpr(MathFunctions.Log, e.Type, Scalar(e.Arguments[1])), e.Type);
            case "Abs" when e.Arguments.Count == 1:
                return new CallExpr(ScalarOp.Abs, first, e.Type);
            case "Floor" when e.Arguments.Count == 1:
                return new CallExpr(ScalarOp.Floor, first, e.Type);
            case "Ceiling" when e.Arguments.Count == 1:
                return new CallExpr(ScalarOp.Ceiling, first, e.Type);
            case "Truncate" when e.Arguments.Count == 1:
                return new CallExpr(ScalarOp.Truncate, first, e.Type);
            case "Round":
                return Round(e, first);
            case "Min" or "Max" when e.Arguments.Count == 2:
                var second = Scalar(e.Arguments[1]);
                var test = new CallExpr(e.Method.Name == "Min" ? ScalarOp.LessOrEqual : ScalarOp.GreaterOrEqual, first, second, typeof(bool));
                var either = new CallExpr(ScalarOp.If, [test, first, second], e.Type);
                return new CallExpr(ScalarOp.If, [new CallExpr(ScalarOp.IsNull, first, typeof(bool)), first, either], e.Type);
            default:
                return null;
        }
    }

    private CallExpr? Round(MethodCallExpression e, Expr value)
    {
        var digits = 0;
        var op = ScalarOp.RoundEven;
        foreach (var argument in e.Arguments.Skip(1))
        {
            switch (Scalar(argument))
            {
                case ConstantExpr { Value: int n and >= 0 and <= 28 }:
                    digits = n;
                    break;
                case ConstantExpr { Value: MidpointRounding.AwayFromZero }:
                    op = ScalarOp.RoundAway;
                    break;
                case ConstantExpr { Value: MidpointRounding.ToEven }:
                    break;
                default:
                    throw Unsupported.Error(e, "digits (0 to 28) and rounding mode (ToEven or AwayFromZero) must be constants", "Write Math.Round(x, 2).");
            }
        }

        return new CallExpr(op, value, new ConstantExpr(digits, typeof(int)), e.Type);
    }

    private CallExpr? DateCall(MethodCallExpression e)
    {
        if (e is { Method.Name: "FromDateTime", Object: null })
        {
            return new CallExpr(ScalarOp.Date, Scalar(e.Arguments[0]), typeof(DateOnly));
        }

        if (e is { Method.Name: "ParseExact" or "Parse", Object: null })
        {
            return ParsedDate(e);
        }

        if (e is { Method.Name: "DaysInMonth", Object: null })
        {
            return new CallExpr(DateFunctions.DaysInMonth, e.Type, Scalar(e.Arguments[0]), Scalar(e.Arguments[1]));
        }

        if (e.Object is null || e.Arguments.Count != 1)
        {
            return null;
        }

        var value = Scalar(e.Object);
        if (e.Method.Name == "Equals")
        {
            return new CallExpr(ScalarOp.Equal, value, Scalar(e.Arguments[0]), typeof(bool));
        }

        if (e.Method.Name is "AddMonths" or "AddYears")
        {
            var function = e.Method.Name == "AddMonths" ? DateFunctions.AddMonths : DateFunctions.AddYears;
            return AsDate(new CallExpr(function, e.Type, value, Scalar(e.Arguments[0])));
        }

        var unit = e.Method.Name switch
        {
            "AddDays" => TimeSpan.FromDays(1),
            "AddHours" => TimeSpan.FromHours(1),
            "AddMinutes" => TimeSpan.FromMinutes(1),
            "AddSeconds" => TimeSpan.FromSeconds(1),
            "AddMilliseconds" => TimeSpan.FromMilliseconds(1),
            _ => TimeSpan.Zero,
        };
        if (e.Method.Name is "Add" or "Subtract" && Scalar(e.Arguments[0]) is ConstantExpr { Value: TimeSpan span })
        {
            return AddTime(e, value, e.Method.Name == "Add" ? span : span.Negate());
        }

        if (unit == TimeSpan.Zero)
        {
            return null;
        }

        if (Scalar(e.Arguments[0]) is not ConstantExpr { Value: { } amount })
        {
            return AddColumn(e, value, unit);
        }

        return AddTime(e, value, unit * Convert.ToDouble(amount, CultureInfo.InvariantCulture));
    }

    /// <summary>A time moved by as many units as a column says, which has to be an integer.</summary>
    private CallExpr AddColumn(MethodCallExpression e, Expr value, TimeSpan unit)
    {
        var amount = Scalar(e.Arguments[0]);
        amount = amount is CallExpr { Op: ScalarOp.Cast, Arguments: [var inner] } ? inner : amount;
        return ClrTypes.ColumnType(amount.Type) is { IsInteger: true }
            ? AsDate(new CallExpr(DateFunctions.AddUnits(e.Method.Name, unit.Ticks / TimeSpan.TicksPerMicrosecond), e.Type, value, amount))
            : throw Unsupported.Error(e, "a time moves by a constant or by an integer column", "Use a smaller unit: AddSeconds instead of a part of an hour.");
    }

    /// <summary>A date of the calendar where C# has a DateOnly.</summary>
    private static CallExpr AsDate(CallExpr time) => ClrTypes.Strip(time.Type) == typeof(DateOnly) ? new CallExpr(ScalarOp.Date, time, time.Type) : time;

    /// <summary><c>new DateTime(year, month, day)</c> and <c>new DateOnly(…)</c>.</summary>
    private CallExpr DateOf(NewExpression e) => AsDate(new CallExpr(DateFunctions.DateOf, e.Type, [.. e.Arguments.Select(Scalar)]));

    private CallExpr FormattedDate(MethodCallExpression e) =>
        ConstantEvaluator.TryEvaluate(e.Arguments[0], out var text) && text is string format && DateFormat.Parse(format) is { } parsed
            ? new CallExpr(DateFunctions.Format(parsed), e.Type, Scalar(e.Object!))
            : throw Unsupported.Error(e, "the format of a date must be a constant of the parts that MySQL has too", "Use yyyy, yy, M to MMMM, d to dddd, H, HH, h, hh, m, mm, s, ss, tt, f to ffffff and punctuation; not one letter alone.");

    /// <summary><c>DateTime.ParseExact(text, "yyyy-MM-dd", null)</c> and the like of DateOnly.</summary>
    private CallExpr ParsedDate(MethodCallExpression e)
    {
        var isPlain = e.Method.Name == "ParseExact" && e.Arguments.Count <= 4 && e.Arguments[0].Type == typeof(string) && e.Type != typeof(DateTimeOffset)
            && (e.Arguments.Count < 4 || (ConstantEvaluator.TryEvaluate(e.Arguments[3], out var style) && style is DateTimeStyles.None));
        var isNeutral = e.Arguments.Count < 3 || e.Arguments[2] is MemberExpression { Expression: null, Member.Name: nameof(CultureInfo.InvariantCulture) }
            || (ConstantEvaluator.TryEvaluate(e.Arguments[2], out var culture) && (culture is null || culture.Equals(CultureInfo.InvariantCulture)));
        return isPlain && isNeutral && ConstantEvaluator.TryEvaluate(e.Arguments[1], out var text) && text is string format && DateFormat.Parse(format) is { IsReadable: true } parsed
            ? AsDate(new CallExpr(DateFunctions.Parse(parsed), e.Type, Scalar(e.Arguments[0])))
            : throw Unsupported.Error(
                e, "a date is read from a text in a constant format, without a culture", "Write DateTime.ParseExact(r.Text, \"yyyy-MM-dd HH:mm:ss\", null), with yyyy, yy, MM, dd, HH, mm, ss, f to ffffff and punctuation.");
    }

    /// <summary>Calls whose owner is neither a scalar type nor the engine's.</summary>
    private CallExpr? OtherCall(MethodCallExpression e)
    {
        var owner = e.Method.DeclaringType;
        switch (e.Method.Name)
        {
            case "GetWeekOfYear" or "GetYear" when owner == typeof(ISOWeek):
                return new CallExpr(e.Method.Name == "GetYear" ? DateFunctions.IsoYear : DateFunctions.IsoWeek, e.Type, Scalar(e.Arguments[0]));
            case "ConvertTimeFromUtc" when owner == typeof(TimeZoneInfo):
                return ConstantEvaluator.TryEvaluate(e.Arguments[1], out var zone) && zone is TimeZoneInfo info
                    ? new CallExpr(DateFunctions.InZone(info), e.Type, Scalar(e.Arguments[0]))
                    : throw Unsupported.Error(e, "the time zone is not a captured variable", "Read it before: var zone = TimeZoneInfo.FindSystemTimeZoneById(\"Europe/Berlin\").");
            case "Binary" when owner == typeof(SqlFunctions):
                return ByBytes(Scalar(e.Arguments[0]));
            case "Like" when owner == typeof(SqlFunctions):
                return new CallExpr(TextFunctions.Like, e.Type, Scalar(e.Arguments[0]), Scalar(e.Arguments[1]));
            case "JsonValue" when owner == typeof(SqlFunctions):
                return ConstantEvaluator.TryEvaluate(e.Arguments[1], out var path) && path is string text && JsonFunctions.Value(text) is { } value
                    ? new CallExpr(value, e.Type, Scalar(e.Arguments[0]))
                    : throw Unsupported.Error(e, "the path is not a constant of members and elements", "Write it like \"$.address.lines[0]\".");
            case "WindowStart" when owner == typeof(SqlFunctions):
                return ConstantEvaluator.TryEvaluate(e.Arguments[1], out var size) && size is TimeSpan span && span.Ticks >= TimeSpan.TicksPerMicrosecond && span.Ticks % TimeSpan.TicksPerMicrosecond == 0
                    ? AsDate(new CallExpr(DateFunctions.WindowStart(span.Ticks / TimeSpan.TicksPerMicrosecond), e.Type, Scalar(e.Arguments[0])))
                    : throw Unsupported.Error(e, "the size of a window is not a constant of whole microseconds", "Write SqlFunctions.WindowStart(r.SaleTs, TimeSpan.FromMinutes(15)).");
            case "Format" when owner == typeof(SqlFunctions):
                return Grouped(e);
            case "IsMatch" or "Replace" when owner == typeof(Regex):
                return RegexCall(e);
            default:
                return null;
        }
    }

    private CallExpr Grouped(MethodCallExpression e)
    {
        if (!ConstantEvaluator.TryEvaluate(e.Arguments[1], out var constant) || constant is not (int and >= 0 and <= TextFunctions.MostDigits))
        {
            throw Unsupported.Error(e, $"the number of digits is not a constant of 0 to {TextFunctions.MostDigits}", "Write SqlFunctions.Format(r.Price, 2).");
        }

        var digits = (int)constant!;
        var rounded = new CallExpr(ScalarOp.RoundAway, Scalar(e.Arguments[0]), new ConstantExpr(digits, typeof(int)), typeof(decimal?));
        return new CallExpr(TextFunctions.Grouped(digits), e.Type, new CallExpr(ScalarOp.Cast, rounded, typeof(string)));
    }

    private CallExpr? RegexCall(MethodCallExpression e)
    {
        var constants = new List<object?>();
        if (e.Object is not null)
        {
            ConstantEvaluator.TryEvaluate(e.Object, out var regex);
            constants.AddRange([(regex as Regex)?.ToString(), (regex as Regex)?.Options]);
        }

        foreach (var argument in e.Arguments.Skip(1))
        {
            ConstantEvaluator.TryEvaluate(argument, out var value);
            constants.Add(value);
        }

        var options = constants.OfType<RegexOptions>().FirstOrDefault();
        return (e.Method.Name, constants.OfType<string>().ToArray()) switch
        {
            ("IsMatch", [var pattern]) => new CallExpr(TextFunctions.Matches(pattern, options), e.Type, Scalar(e.Arguments[0])),
            ("Replace", [var pattern, var replacement]) => new CallExpr(TextFunctions.Substitute(pattern, replacement, options), e.Type, Scalar(e.Arguments[0])),
            _ => throw Unsupported.Error(e, "pattern, replacement and options of a regular expression must be constants", "Write Regex.IsMatch(r.Name, \"^a\")."),
        };
    }

    /// <summary>Text of a value as <c>ToString()</c> gives it under the invariant culture; null for types whose text depends on a format.</summary>
    private Expr? AsText(Expression e)
    {
        var value = Scalar(e);
        if (ClrTypes.Strip(value.Type) == typeof(string))
        {
            return value;
        }

        var bare = ClrTypes.Strip(value.Type);
        var isExact = bare.IsEnum || bare == typeof(Guid) || ClrTypes.ColumnType(value.Type) is { IsNumeric: true, Kind: not (TypeKind.Float32 or TypeKind.Float64) };
        return isExact ? new CallExpr(ScalarOp.Cast, value, typeof(string)) : null;
    }
}
