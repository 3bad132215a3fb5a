using CdcLake.Columnar;

namespace CdcLake.Expressions;

/// <summary>Which aggregate function.</summary>
internal enum AggregateKind : byte
{
    /// <summary>Rows of the group when the input is −1, else rows where the input is not null.</summary>
    Count,

    /// <summary>Number of different values that are not null. Strings are equal when their UTF-8 bytes are: the plan has keys of their collation in place of others.</summary>
    CountDistinct,

    /// <summary>Sum of the values that are not null; null when there are none.</summary>
    Sum,

    /// <summary>Sum divided by count of the values that are not null; null when there are none.</summary>
    Average,

    /// <summary>Smallest value that is not null; null when there are none. Texts compare by bytes: the plan has keys of their collation in place of others.</summary>
    Min,

    /// <summary>Largest value that is not null; null when there are none. Texts compare by bytes: the plan has keys of their collation in place of others.</summary>
    Max,

    /// <summary>
    /// All values that are not null, as often as they are there and in the order of their bytes, one behind the other, each behind its length (i32, little endian); null when there
    /// are none. The input is binary.
    /// </summary>
    Collect,

    /// <summary>Mean of the squared distances from the mean; null when there are no values.</summary>
    VarPop,

    /// <summary>The same of a sample: divided by one value less; null when there are fewer than two.</summary>
    VarSamp,

    /// <summary>Root of <see cref="VarPop"/>.</summary>
    StdDevPop,

    /// <summary>Root of <see cref="VarSamp"/>.</summary>
    StdDevSamp,

    /// <summary>The value at a fraction of the way from the first to the last, in their order, between two values in proportion; null when there are none.</summary>
    PercentileCont,

    /// <summary>The first value that a fraction of all values does not exceed; null when there are none. Texts compare as for <see cref="Min"/>.</summary>
    PercentileDisc,
}

/// <summary>One aggregate over a group.</summary>
/// <param name="Kind">The function.</param>
/// <param name="Input">Ordinal of the input column, or −1 for counting rows.</param>
/// <param name="Result">
/// Type of the result. Sum: Int64 for integers up to 32 bits and Int64, Decimal(38, s) for decimals and UInt64 (s = 0), Float64 for floats. Average: Decimal(38, min(s + 4, 30))
/// for exact types, rounded half away from zero like MySQL, Float64 for floats. Min and Max: the input's type. Counts: Int64. Variances and deviations: Float64.
/// PercentileCont: as Average; PercentileDisc: as Min.
/// </param>
/// <param name="Fraction">Of percentiles, 0 to 1.</param>
internal readonly record struct AggregateCall(AggregateKind Kind, int Input, DataType Result, decimal Fraction = 0)
{
    /// <summary>True for percentiles of either kind.</summary>
    public bool IsPercentile => Kind is AggregateKind.PercentileCont or AggregateKind.PercentileDisc;
}
