using System.Numerics;

namespace CdcLake.Expressions.Kernels;

internal readonly struct IsEqual<T> : IBinary<T, byte>
    where T : unmanaged, IEqualityOperators<T, T, bool>
{
    public int Apply(T left, T right, out byte result)
    {
        result = left == right ? (byte)1 : (byte)0;
        return Outcome.Ok;
    }
}

internal readonly struct IsNotEqual<T> : IBinary<T, byte>
    where T : unmanaged, IEqualityOperators<T, T, bool>
{
    public int Apply(T left, T right, out byte result)
    {
        result = left != right ? (byte)1 : (byte)0;
        return Outcome.Ok;
    }
}

internal readonly struct IsLess<T> : IBinary<T, byte>
    where T : unmanaged, IComparisonOperators<T, T, bool>
{
    public int Apply(T left, T right, out byte result)
    {
        result = left < right ? (byte)1 : (byte)0;
        return Outcome.Ok;
    }
}

internal readonly struct IsLessOrEqual<T> : IBinary<T, byte>
    where T : unmanaged, IComparisonOperators<T, T, bool>
{
    public int Apply(T left, T right, out byte result)
    {
        result = left <= right ? (byte)1 : (byte)0;
        return Outcome.Ok;
    }
}
