using System.Numerics;

namespace CdcLake.Expressions.Kernels;

/// <summary>To a storage that holds every value.</summary>
internal readonly struct Widen<TIn, TOut> : IUnary<TIn, TOut>
    where TIn : unmanaged, IBinaryInteger<TIn>
    where TOut : unmanaged, IBinaryInteger<TOut>
{
    public int Apply(TIn value, out TOut result)
    {
        result = TOut.CreateTruncating(value);
        return Outcome.Ok;
    }
}

/// <summary>× 10ᵏ into a storage that holds every result.</summary>
internal readonly struct ScaleUp<TIn, TOut>(TOut factor) : IUnary<TIn, TOut>
    where TIn : unmanaged, IBinaryInteger<TIn>
    where TOut : unmanaged, IBinaryInteger<TOut>
{
    public int Apply(TIn value, out TOut result)
    {
        result = unchecked(TOut.CreateTruncating(value) * factor);
        return Outcome.Ok;
    }
}

/// <summary>Any exact number to any other: × factor ÷ divisor, truncated towards zero, then checked against the target's range.</summary>
internal readonly struct CheckedCast<TIn, TOut>(Int128 factor, Int128 divisor, Int128 min, Int128 max) : IUnary<TIn, TOut>
    where TIn : unmanaged, IBinaryInteger<TIn>
    where TOut : unmanaged, IBinaryInteger<TOut>
{
    public int Apply(TIn value, out TOut result)
    {
        var wide = Int128.CreateTruncating(value);
        var fits = true;
        if (factor != 1)
        {
            fits = Wide.TryMultiply(wide, factor, out wide);
        }
        else if (divisor != 1)
        {
            wide /= divisor;
        }

        result = TOut.CreateTruncating(wide);
        return fits && wide >= min && wide <= max ? Outcome.Ok : Outcome.Overflow;
    }
}

/// <summary>A number as a truth value, as MySQL takes it: true unless it is 0.</summary>
internal readonly struct ToTruth<TIn> : IUnary<TIn, byte>
    where TIn : unmanaged, IBinaryInteger<TIn>
{
    public int Apply(TIn value, out byte result)
    {
        result = value != TIn.Zero ? (byte)1 : (byte)0;
        return Outcome.Ok;
    }
}

internal readonly struct ExactToFloat<TIn, TOut>(TOut divisor) : IUnary<TIn, TOut>
    where TIn : unmanaged, IBinaryInteger<TIn>
    where TOut : unmanaged, IFloatingPointIeee754<TOut>
{
    public int Apply(TIn value, out TOut result)
    {
        result = TOut.CreateTruncating(value) / divisor;
        return Outcome.Ok;
    }
}

internal readonly struct FloatToFloat<TIn, TOut> : IUnary<TIn, TOut>
    where TIn : unmanaged, IFloatingPointIeee754<TIn>
    where TOut : unmanaged, IFloatingPointIeee754<TOut>
{
    public int Apply(TIn value, out TOut result)
    {
        result = TOut.CreateTruncating(value);
        return Outcome.Ok;
    }
}

/// <summary>Truncated towards zero; not-a-number and values outside the range are an error.</summary>
internal readonly struct FloatToInteger<TIn, TOut>(Int128 min, Int128 max) : IUnary<TIn, TOut>
    where TIn : unmanaged, IFloatingPointIeee754<TIn>
    where TOut : unmanaged, IBinaryInteger<TOut>
{
    public int Apply(TIn value, out TOut result)
    {
        var wide = TIn.IsNaN(value) ? Int128.Zero : Int128.CreateSaturating(value);
        result = TOut.CreateTruncating(wide);
        return !TIn.IsNaN(value) && wide >= min && wide <= max ? Outcome.Ok : Outcome.Overflow;
    }
}
