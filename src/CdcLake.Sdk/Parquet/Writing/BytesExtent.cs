using CdcLake.Common;

namespace CdcLake.Parquet.Writing;

/// <summary>Smallest and largest byte string seen, in unsigned byte order; keeps copies in pooled memory.</summary>
internal sealed class BytesExtent : IDisposable
{
    private byte[] _min = [];
    private byte[] _max = [];
    private int _minLength;
    private int _maxLength;

    public bool HasValue { get; private set; }

    public ReadOnlySpan<byte> Min => _min.AsSpan(0, _minLength);

    public ReadOnlySpan<byte> Max => _max.AsSpan(0, _maxLength);

    public void Include(ReadOnlySpan<byte> min, ReadOnlySpan<byte> max)
    {
        if (!HasValue || min.SequenceCompareTo(Min) < 0)
        {
            Keep(min, ref _min, ref _minLength);
        }

        if (!HasValue || max.SequenceCompareTo(Max) > 0)
        {
            Keep(max, ref _max, ref _maxLength);
        }

        HasValue = true;
    }

    /// <summary>Forgets both and keeps the memory.</summary>
    public void Clear() => HasValue = false;

    public void Dispose()
    {
        HasValue = false;
        _minLength = _maxLength = 0;
        Pooled.Return(ref _min);
        Pooled.Return(ref _max);
    }

    private static void Keep(ReadOnlySpan<byte> value, ref byte[] target, ref int length)
    {
        Pooled.Grow(ref target, value.Length, 0);
        value.CopyTo(target);
        length = value.Length;
    }
}
