using System.Runtime.CompilerServices;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>The fraction of a second of a stored width, in microseconds: a type for each width, so that loops over rows need not look at it.</summary>
internal interface IFraction
{
    static abstract int Read(ref byte at);
}

/// <summary>No digits.</summary>
internal readonly struct NoFraction : IFraction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte at) => 0;
}

/// <summary>One or two digits.</summary>
internal readonly struct ByteFraction : IFraction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte at) => at * 10_000;
}

/// <summary>Three or four digits.</summary>
internal readonly struct TwoByteFraction : IFraction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte at) => ((at << 8) | Unsafe.Add(ref at, 1)) * 100;
}

/// <summary>Five or six digits.</summary>
internal readonly struct ThreeByteFraction : IFraction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte at) => (at << 16) | (Unsafe.Add(ref at, 1) << 8) | Unsafe.Add(ref at, 2);
}
