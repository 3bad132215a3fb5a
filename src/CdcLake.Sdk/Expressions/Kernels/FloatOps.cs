using System.Numerics;

namespace CdcLake.Expressions.Kernels;

/// <summary>Sums, differences, products and quotients that are beyond the range are an overflow, as in MySQL, not infinity.</summary>
internal readonly struct AddFloat<T> : IBinary<T, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Apply(T left, T right, out T result)
    {
        result = left + right;
        return T.IsFinite(result) ? Outcome.Ok : Outcome.Overflow;
    }
}

internal readonly struct SubtractFloat<T> : IBinary<T, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Apply(T left, T right, out T result)
    {
        result = left - right;
        return T.IsFinite(result) ? Outcome.Ok : Outcome.Overflow;
    }
}

internal readonly struct MultiplyFloat<T> : IBinary<T, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Apply(T left, T right, out T result)
    {
        result = left * right;
        return T.IsFinite(result) ? Outcome.Ok : Outcome.Overflow;
    }
}

/// <summary>Division by zero gives null, as in MySQL, not infinity.</summary>
internal readonly struct DivideFloat<T> : IBinary<T, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Apply(T left, T right, out T result)
    {
        result = left / right;
        return T.IsZero(right) ? Outcome.Null : T.IsFinite(result) ? Outcome.Ok : Outcome.Overflow;
    }
}

/// <summary>Remainder with the sign of the dividend; a zero divisor gives null.</summary>
internal readonly struct RemainderFloat<T> : IBinary<T, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Apply(T left, T right, out T result)
    {
        result = left % right;
        return T.IsZero(right) ? Outcome.Null : Outcome.Ok;
    }
}

internal readonly struct NegateFloat<T> : IUnary<T, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Apply(T value, out T result)
    {
        result = -value;
        return Outcome.Ok;
    }
}

internal readonly struct AbsFloat<T> : IUnary<T, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Apply(T value, out T result)
    {
        result = T.Abs(value);
        return Outcome.Ok;
    }
}

/// <summary>Math.Floor, Ceiling, Truncate and Round.</summary>
internal readonly struct RoundFloat<T>(Rounding rounding, int digits) : IUnary<T, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Apply(T value, out T result)
    {
        result = rounding switch
        {
            Rounding.Floor => T.Floor(value),
            Rounding.Ceiling => T.Ceiling(value),
            Rounding.Truncate => T.Truncate(value),
            Rounding.HalfEven => T.Round(value, digits, MidpointRounding.ToEven),
            _ => T.Round(value, digits, MidpointRounding.AwayFromZero),
        };
        return Outcome.Ok;
    }
}
