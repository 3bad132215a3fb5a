using CdcLake.Columnar;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>
/// A sum of values as it lies in a group's record: plain bytes, zero when nothing was added or everything was withdrawn again. Implemented by structs, so that
/// each instance of <see cref="SumAccumulator{TSum, TValue}"/> is compiled with the arithmetic inside; <c>ToString</c> gives the sum for messages.
/// </summary>
internal interface ISum<TValue>
    where TValue : unmanaged
{
    /// <summary>Adds a value, or takes it out again; false when it cannot be added up (infinite, or not a number).</summary>
    bool TryAdd(TValue value, bool withdraw);

    /// <summary>Appends the sum divided by <paramref name="count"/>; false when it does not fit the column's type.</summary>
    /// <param name="into">The result column.</param>
    /// <param name="count">1 for the sum itself.</param>
    /// <param name="shift">Decimal digits that the result has more than the values.</param>
    bool TryAppend(Column into, long count, int shift);
}
