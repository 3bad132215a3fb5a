using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.State.Rows;

namespace CdcLake.State.Stores;

/// <summary>How the encoded values of one column (a <see cref="RowCodec"/> of that column alone, not null) are ordered.</summary>
internal interface IMemberOrder
{
    /// <summary>Negative when <paramref name="a"/> comes before <paramref name="b"/>.</summary>
    static abstract int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b);
}

/// <summary>Numbers, times and booleans by value; NaN before everything.</summary>
internal readonly struct FixedOrder<T> : IMemberOrder
    where T : unmanaged, IComparable<T>
{
    // One byte of null bits, then the value.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => MemoryMarshal.Read<T>(a[1..]).CompareTo(MemoryMarshal.Read<T>(b[1..]));
}

/// <summary>Text and binary by their bytes.</summary>
internal readonly struct BytesOrder : IMemberOrder
{
    // One byte of null bits and four of length, then the value.
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a[5..].SequenceCompareTo(b[5..]);
}

/// <summary>The other way round: what is largest comes first.</summary>
internal readonly struct Descending<TOrder> : IMemberOrder
    where TOrder : struct, IMemberOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => TOrder.Compare(b, a);
}
