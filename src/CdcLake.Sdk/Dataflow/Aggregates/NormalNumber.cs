using System.Runtime.CompilerServices;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>What numbers that count as equal have in common, as in <see cref="State.Rows.RowCodec"/>.</summary>
internal static class NormalNumber
{
    /// <summary>One of all NaN, 0 for −0; else the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            var number = Unsafe.BitCast<T, double>(value);
            return Unsafe.BitCast<double, T>(double.IsNaN(number) ? double.NaN : number == 0 ? 0 : number);
        }

        if (typeof(T) == typeof(float))
        {
            var number = Unsafe.BitCast<T, float>(value);
            return Unsafe.BitCast<float, T>(float.IsNaN(number) ? float.NaN : number == 0 ? 0 : number);
        }

        return value;
    }
}
