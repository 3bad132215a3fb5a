using System.Numerics;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>
/// Values and their squares added up, as they lie in a group's record: plain bytes, zero when nothing was added or everything was withdrawn again. Exact, so that the variance depends neither
/// on the order of changes nor on what was withdrawn meanwhile, and nothing cancels out where values are large and close together.
/// </summary>
internal interface ISpread<TValue>
    where TValue : unmanaged
{
    /// <summary>Adds a value, or takes it out again; false when its square is beyond the range of its type.</summary>
    bool TryAdd(TValue value, bool withdraw);

    /// <summary>Count × sum of squares − square of the sum, in units of 1 / <paramref name="unit"/>.</summary>
    /// <param name="count">Of the values.</param>
    /// <param name="scale">Fractional digits of decimals.</param>
    /// <param name="unit">What it has to be divided by.</param>
    BigInteger Spread(long count, int scale, out BigInteger unit);
}
