using System.Numerics;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;

namespace CdcLake.Tests.Expressions;

/// <summary>
/// Row at a time, with big integers and strings, lazily: the plain reading of what kernels do in vectors. Exact numbers are unscaled BigIntegers, truth values bool, times BigInteger.
/// </summary>
internal static class NaiveEvaluator
{
    /// <exception cref="OverflowException">The value of this row does not fit.</exception>
    public static object? Evaluate(BoundExpr e, object?[] row) => e switch
    {
        BoundColumn column => row[column.Ordinal],
        BoundConstant constant => FromStorage(constant.Value, constant.Type),
        _ => Call((BoundCall)e, row),
    };

    public static object? FromStorage(object? value, DataType type) => value switch
    {
        null => null,
        byte b => b != 0,
        int i => (BigInteger)i,
        long l => (BigInteger)l,
        Int128 w => (BigInteger)w,
        byte[] bytes when type.Kind == TypeKind.String => Encoding.UTF8.GetString(bytes),
        _ => value,
    };

    private static object? Call(BoundCall call, object?[] row)
    {
        switch (call.Op)
        {
            case ScalarOp.IsNull:
                return Arg(call, 0, row) is null;
            case ScalarOp.IsNotNull:
                return Arg(call, 0, row) is not null;
            case ScalarOp.If:
                return Arg(call, 0, row) is true ? Arg(call, 1, row) : Arg(call, 2, row);
            case ScalarOp.Coalesce:
                return Arg(call, 0, row) ?? Arg(call, 1, row);
            case ScalarOp.And or ScalarOp.Or:
                return Logic(call, row);
        }

        var arguments = call.Arguments.Select(a => Evaluate(a, row)).ToArray();
        return Array.Exists(arguments, a => a is null) ? null : Strict(call, arguments!);
    }

    private static object? Arg(BoundCall call, int i, object?[] row) => Evaluate(call.Arguments[i], row);

    private static bool? Logic(BoundCall call, object?[] row)
    {
        var decides = call.Op == ScalarOp.Or;
        var left = (bool?)Arg(call, 0, row);
        if (left == decides)
        {
            return decides;
        }

        var right = (bool?)Arg(call, 1, row);
        return right == decides ? decides : left is null || right is null ? null : !decides;
    }

    private static object? Strict(BoundCall call, object[] a) => call.Op switch
    {
        ScalarOp.Not => !(bool)a[0],
        >= ScalarOp.Equal and <= ScalarOp.GreaterOrEqual => Compare(call.Op, a[0], a[1]),
        ScalarOp.Compare => (BigInteger)Math.Sign(string.CompareOrdinal((string)a[0], (string)a[1])),
        ScalarOp.Cast => Cast(call.Arguments[0].Type, call.Type, a[0]),
        ScalarOp.Concat => (string)a[0] + (string)a[1],
        ScalarOp.ToUpper => ((string)a[0]).ToUpperInvariant(),
        ScalarOp.ToLower => ((string)a[0]).ToLowerInvariant(),
        ScalarOp.Trim => ((string)a[0]).Trim(),
        ScalarOp.TrimStart => ((string)a[0]).TrimStart(),
        ScalarOp.TrimEnd => ((string)a[0]).TrimEnd(),
        ScalarOp.Length => (BigInteger)((string)a[0]).EnumerateRunes().Count(),
        ScalarOp.Substring => Substring((string)a[0], (int)(BigInteger)a[1], a.Length > 2 ? (int)(BigInteger)a[2] : int.MaxValue),
        ScalarOp.Replace => ((string)a[1]).Length == 0 ? a[0] : ((string)a[0]).Replace((string)a[1], (string)a[2], StringComparison.Ordinal),
        ScalarOp.StartsWith => ((string)a[0]).StartsWith((string)a[1], StringComparison.Ordinal),
        ScalarOp.EndsWith => ((string)a[0]).EndsWith((string)a[1], StringComparison.Ordinal),
        ScalarOp.Contains => ((string)a[0]).Contains((string)a[1], StringComparison.Ordinal),
        >= ScalarOp.Year and <= ScalarOp.AddTime => Dates(call, a),
        _ when a[0] is double => Floating(call, a),
        _ => Exact(call, a),
    };

    private static bool Compare(ScalarOp op, object a, object b)
    {
        if (a is double x && b is double y)
        {
            return op switch
            {
                ScalarOp.Equal => x == y,
                ScalarOp.NotEqual => x != y,
                ScalarOp.Less => x < y,
                ScalarOp.LessOrEqual => x <= y,
                ScalarOp.Greater => x > y,
                _ => x >= y,
            };
        }

        var order = a is string s ? string.CompareOrdinal(s, (string)b) : ((IComparable)a).CompareTo(b);
        return op switch
        {
            ScalarOp.Equal => order == 0,
            ScalarOp.NotEqual => order != 0,
            ScalarOp.Less => order < 0,
            ScalarOp.LessOrEqual => order <= 0,
            ScalarOp.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static object Cast(DataType from, DataType to, object value)
    {
        if (to.Kind == TypeKind.String)
        {
            return Text((BigInteger)value, from.Kind == TypeKind.Decimal ? from.Scale : 0);
        }

        if (to.Kind == TypeKind.Float64)
        {
            return value is BigInteger exact ? (double)(Int128)exact / (double)(Int128)BigInteger.Pow(10, from.Scale) : value;
        }

        if (value is double d)
        {
            return double.IsNaN(d) || Math.Abs(d) > 1e37 ? throw new OverflowException() : Fit(new BigInteger(d), to);
        }

        if (value is bool b)
        {
            value = b ? BigInteger.One : BigInteger.Zero;
        }

        var number = (BigInteger)value;
        if (to.Kind == TypeKind.Boolean)
        {
            return !number.IsZero;
        }

        if (from.Kind == TypeKind.Date && to.Kind is TypeKind.DateTime or TypeKind.Timestamp)
        {
            return number * 86_400_000_000;
        }

        if (!to.IsNumeric)
        {
            return number;
        }

        var shift = to.Scale - from.Scale;
        return Fit(shift >= 0 ? number * BigInteger.Pow(10, shift) : number / BigInteger.Pow(10, -shift), to);
    }

    private static string Text(BigInteger unscaled, int scale)
    {
        var digits = BigInteger.Abs(unscaled).ToString().PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : digits[..^scale] + "." + digits[^scale..];
        return unscaled < 0 ? "-" + text : text;
    }

    private static string Substring(string text, int start, int length)
    {
        var runes = text.EnumerateRunes().Skip(Math.Max(start, 0)).Take(Math.Max(length, 0));
        return string.Concat(runes.Select(r => r.ToString()));
    }

    private static object? Dates(BoundCall call, object[] a)
    {
        var isDate = call.Arguments[0].Type.Kind == TypeKind.Date;
        var value = (long)(BigInteger)a[0];
        if (call.Op == ScalarOp.AddTime)
        {
            var amount = (long)(BigInteger)a[1];
            var moved = (BigInteger)(isDate ? value + (amount / 86_400_000_000) : value + amount);
            var day = isDate ? (double)moved : Math.Floor((double)moved / 86_400_000_000);
            return amount == 0 || day is >= -719_162 and <= 2_932_896 ? moved : null;
        }

        var time = isDate ? DateTime.UnixEpoch.AddDays(value) : DateTime.UnixEpoch.AddTicks(value * 10);
        return (BigInteger)(call.Op switch
        {
            ScalarOp.Year => time.Year,
            ScalarOp.Month => time.Month,
            ScalarOp.Day => time.Day,
            ScalarOp.DayOfYear => time.DayOfYear,
            ScalarOp.Hour => time.Hour,
            ScalarOp.Minute => time.Minute,
            ScalarOp.Second => time.Second,
            ScalarOp.Millisecond => time.Millisecond,
            _ => (long)Math.Floor((time - DateTime.UnixEpoch).TotalDays),
        });
    }

    private static object? Floating(BoundCall call, object[] a)
    {
        var x = (double)a[0];
        var y = a.Length > 1 && a[1] is double second ? second : 0;
        var digits = a.Length > 1 && a[1] is BigInteger n ? (int)n : 0;
        return call.Op switch
        {
            ScalarOp.Add => Finite(x + y),
            ScalarOp.Subtract => Finite(x - y),
            ScalarOp.Multiply => Finite(x * y),
            ScalarOp.Divide => y == 0 ? null : Finite(x / y),
            ScalarOp.Remainder => y == 0 ? null : x % y,
            ScalarOp.Negate => -x,
            ScalarOp.Abs => Math.Abs(x),
            ScalarOp.Floor => Math.Floor(x),
            ScalarOp.Ceiling => Math.Ceiling(x),
            ScalarOp.Truncate => Math.Truncate(x),
            ScalarOp.RoundEven => Math.Round(x, digits, MidpointRounding.ToEven),
            _ => Math.Round(x, digits, MidpointRounding.AwayFromZero),
        };
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : throw new OverflowException();

    private static BigInteger? Exact(BoundCall call, object[] a)
    {
        var x = (BigInteger)a[0];
        var y = a.Length > 1 ? (BigInteger)a[1] : 0;
        var type = call.Type;
        var from = call.Arguments[0].Type;
        var dropped = BigInteger.Pow(10, Math.Max(from.Scale - type.Scale, 0));
        switch (call.Op)
        {
            case ScalarOp.Add:
                return Fit(x + y, type);
            case ScalarOp.Subtract:
                return Fit(x - y, type);
            case ScalarOp.Multiply:
                var extra = type.Kind == TypeKind.Decimal ? from.Scale + call.Arguments[1].Type.Scale - type.Scale : 0;
                return Fit(Round(x * y, BigInteger.Pow(10, extra), MidpointRounding.AwayFromZero), type);
            case ScalarOp.Divide:
                if (y == 0)
                {
                    return null;
                }

                return type.Kind == TypeKind.Decimal && type.Scale > 0 && type.Scale % 9 == 0 && call.Arguments[1].Type.Scale == 0
                    ? Fit(x * BigInteger.Pow(10, type.Scale - from.Scale) / y, type)
                    : type.Kind == TypeKind.Decimal
                    ? Fit(Round(x * BigInteger.Pow(10, type.Scale + call.Arguments[1].Type.Scale - from.Scale), y, MidpointRounding.AwayFromZero), type)
                    : Fit(x / y, type);
            case ScalarOp.Remainder:
                return y == 0 ? null : BigInteger.Remainder(x, y);
            case ScalarOp.Negate:
                return Fit(-x, type);
            case ScalarOp.Abs:
                return Fit(BigInteger.Abs(x), type);
            case ScalarOp.Truncate:
                return x / dropped;
            case ScalarOp.Floor:
                return Round(x, dropped, MidpointRounding.ToNegativeInfinity);
            case ScalarOp.Ceiling:
                return Round(x, dropped, MidpointRounding.ToPositiveInfinity);
            case ScalarOp.RoundEven:
                return Round(x, dropped, MidpointRounding.ToEven);
            default:
                return Round(x, dropped, MidpointRounding.AwayFromZero);
        }
    }

    private static BigInteger Round(BigInteger value, BigInteger divisor, MidpointRounding mode)
    {
        var quotient = BigInteger.DivRem(value, divisor, out var remainder);
        if (remainder == 0)
        {
            return quotient;
        }

        var negative = (value.Sign < 0) != (divisor.Sign < 0);
        var half = (BigInteger.Abs(remainder) * 2).CompareTo(BigInteger.Abs(divisor));
        var away = mode switch
        {
            MidpointRounding.AwayFromZero => half >= 0,
            MidpointRounding.ToEven => half > 0 || (half == 0 && !quotient.IsEven),
            MidpointRounding.ToNegativeInfinity => negative,
            _ => !negative,
        };
        return away ? quotient + (negative ? -1 : 1) : quotient;
    }

    private static BigInteger Fit(BigInteger value, DataType type)
    {
        var range = IntegerRange.Of(type);
        return value >= (BigInteger)range.Min && value <= (BigInteger)range.Max ? value : throw new OverflowException();
    }
}
