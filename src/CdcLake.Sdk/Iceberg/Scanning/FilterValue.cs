using System.Numerics;
using CdcLake.Columnar;

namespace CdcLake.Iceberg.Scanning;

/// <summary>A value that bounds are compared with: an exact number, a floating-point one, or bytes. Comparable across types as far as their columns are.</summary>
internal readonly record struct FilterValue
{
    private readonly Int128 _exact;
    private readonly byte _scale;
    private readonly double _real;
    private readonly byte[]? _bytes;
    private readonly bool _isReal;

    private FilterValue(Int128 exact, byte scale, double real, bool isReal, byte[]? bytes)
    {
        _exact = exact;
        _scale = scale;
        _real = real;
        _isReal = isReal;
        _bytes = bytes;
    }

    /// <summary>The bytes of a text or binary value; null for others.</summary>
    public byte[]? Bytes => _bytes;

    /// <param name="value">As a column of <paramref name="type"/> holds it.</param>
    /// <param name="type">Its type.</param>
    /// <returns>Null for null and for NaN, which is neither above nor below anything.</returns>
    public static FilterValue? Of(object? value, DataType type)
    {
        var scale = type.Kind == TypeKind.Decimal ? type.Scale : (byte)0;
        return value switch
        {
            byte v => new FilterValue(v, 0, 0, false, null),
            int v => new FilterValue(v, scale, 0, false, null),
            long v => new FilterValue(v, scale, 0, false, null),
            Int128 v => new FilterValue(v, scale, 0, false, null),
            float v when !float.IsNaN(v) => new FilterValue(0, 0, v, true, null),
            double v when !double.IsNaN(v) => new FilterValue(0, 0, v, true, null),
            byte[] v => new FilterValue(0, 0, 0, false, v),
            _ => null,
        };
    }

    /// <summary>The whole number that an exact one is at a scale; null for another kind of value, or one with more digits.</summary>
    public Int128? At(byte scale)
    {
        if (_bytes is not null || _isReal)
        {
            return null;
        }

        var unscaled = _exact * BigInteger.Pow(10, Math.Max(0, scale - _scale));
        var rest = BigInteger.Zero;
        unscaled = scale < _scale ? BigInteger.DivRem(unscaled, BigInteger.Pow(10, _scale - scale), out rest) : unscaled;
        return rest.IsZero && unscaled >= (BigInteger)Int128.MinValue && unscaled <= (BigInteger)Int128.MaxValue ? (Int128)unscaled : null;
    }

    /// <summary>This number times a whole one; numbers only.</summary>
    public FilterValue Times(long factor) => new(_exact * factor, _scale, _real * factor, _isReal, _bytes);

    /// <summary>Negative, zero or positive as this is smaller, equal or larger; null when the two cannot be compared.</summary>
    public int? CompareTo(FilterValue other)
    {
        if (_bytes is not null || other._bytes is not null)
        {
            return _bytes is not null && other._bytes is not null ? _bytes.AsSpan().SequenceCompareTo(other._bytes) : null;
        }

        if (_isReal || other._isReal)
        {
            // Rounding keeps the order, so an exact bound stays one.
            return ToDouble().CompareTo(other.ToDouble());
        }

        return _scale == other._scale ? _exact.CompareTo(other._exact) : AtScale(other._scale).CompareTo(other.AtScale(_scale));
    }

    private BigInteger AtScale(byte other) => _exact * BigInteger.Pow(10, Math.Max(0, other - _scale));

    private double ToDouble() => _isReal ? _real : (double)_exact / Math.Pow(10, _scale);
}

/// <summary>What is known of the values of a column in some rows.</summary>
/// <param name="Min">None is below it; null = unknown.</param>
/// <param name="Max">None is above it; null = unknown.</param>
/// <param name="HasNulls">False when certainly none is null.</param>
/// <param name="HasValues">False when certainly all are null.</param>
internal readonly record struct ColumnRange(FilterValue? Min, FilterValue? Max, bool HasNulls, bool HasValues)
{
    /// <summary>False for a value that certainly none of them has; null = unknown for all.</summary>
    public Func<FilterValue, bool>? MayHold { get; init; }

    public static ColumnRange Unknown { get; } = new(null, null, true, true);

    /// <summary>The rows of a file that lacks the column.</summary>
    public static ColumnRange AllNull { get; } = new(null, null, true, false);
}
