using System.Numerics;

namespace CdcLake.Expressions.Kernels;

/// <summary>Integer arithmetic within a range that may be narrower than the storage: UInt32 lives in a long, UInt64 and capped decimals in an Int128.</summary>
internal readonly struct AddInteger<T>(T min, T max) : IBinary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public int Apply(T left, T right, out T result)
    {
        result = unchecked(left + right);
        var carried = T.IsNegative((left ^ result) & (right ^ result));
        return carried | (result < min) | (result > max) ? Outcome.Overflow : Outcome.Ok;
    }
}

/// <inheritdoc cref="AddInteger{T}"/>
internal readonly struct SubtractInteger<T>(T min, T max) : IBinary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public int Apply(T left, T right, out T result)
    {
        result = unchecked(left - right);
        var borrowed = T.IsNegative((left ^ right) & (left ^ result));
        return borrowed | (result < min) | (result > max) ? Outcome.Overflow : Outcome.Ok;
    }
}

internal readonly struct MultiplyInt32 : IBinary<int, int>
{
    public int Apply(int left, int right, out int result)
    {
        var product = (long)left * right;
        result = (int)product;
        return result != product ? Outcome.Overflow : Outcome.Ok;
    }
}

/// <inheritdoc cref="AddInteger{T}"/>
internal readonly struct MultiplyInt64(long min, long max) : IBinary<long, long>
{
    public int Apply(long left, long right, out long result)
    {
        var high = Math.BigMul(left, right, out result);
        return (high != result >> 63) | (result < min) | (result > max) ? Outcome.Overflow : Outcome.Ok;
    }
}

/// <summary>Two decimals of up to 18 digits whose product has more: never overflows.</summary>
internal readonly struct MultiplyWide : IBinary<long, Int128>
{
    public int Apply(long left, long right, out Int128 result)
    {
        var high = Math.BigMul(left, right, out long low);
        result = new Int128((ulong)high, (ulong)low);
        return Outcome.Ok;
    }
}

/// <inheritdoc cref="AddInteger{T}"/>
internal readonly struct MultiplyInt128(Int128 min, Int128 max) : IBinary<Int128, Int128>
{
    public int Apply(Int128 left, Int128 right, out Int128 result) =>
        Wide.TryMultiply(left, right, out result) && result >= min && result <= max ? Outcome.Ok : Outcome.Overflow;
}

/// <summary>Truncating division; the smallest value by −1 overflows.</summary>
internal readonly struct DivideInteger<T>(T max) : IBinary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public int Apply(T left, T right, out T result)
    {
        result = T.Zero;
        if (T.IsZero(right))
        {
            return Outcome.Null;
        }

        if (right == -T.One)
        {
            result = unchecked(-left);
            return T.IsNegative(left) && (T.IsNegative(result) || result > max) ? Outcome.Overflow : Outcome.Ok;
        }

        result = left / right;
        return Outcome.Ok;
    }
}

/// <summary>Remainder with the sign of the dividend.</summary>
internal readonly struct RemainderInteger<T> : IBinary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public int Apply(T left, T right, out T result)
    {
        result = T.Zero;
        if (T.IsZero(right))
        {
            return Outcome.Null;
        }

        result = right == -T.One ? T.Zero : left % right;
        return Outcome.Ok;
    }
}

internal readonly struct NegateInteger<T>(T min, T max) : IUnary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public int Apply(T value, out T result)
    {
        result = unchecked(-value);
        return (result < min) | (result > max) | (T.IsNegative(value) & T.IsNegative(result)) ? Outcome.Overflow : Outcome.Ok;
    }
}

internal readonly struct AbsInteger<T>(T max) : IUnary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public int Apply(T value, out T result)
    {
        result = T.IsNegative(value) ? unchecked(-value) : value;
        return T.IsNegative(result) | (result > max) ? Outcome.Overflow : Outcome.Ok;
    }
}
