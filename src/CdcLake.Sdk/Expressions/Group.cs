using System.Diagnostics.CodeAnalysis;

namespace CdcLake;

/// <summary>
/// The rows of one group inside the result of <see cref="ChangeStream{T}.Aggregate{TKey, TResult}"/>. Its methods stand for aggregates that the engine keeps up to date
/// under inserts, updates and deletes; they are translated, never executed.
/// </summary>
/// <typeparam name="T">Type of the rows.</typeparam>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Marker methods: the translator reads calls on the lambda's parameter.")]
[SuppressMessage("Design", "CA1000", Justification = "Instance markers.")]
public class Group<T>
{
    private protected Group()
    {
    }

    /// <summary>Number of rows: <c>COUNT(*)</c>.</summary>
    public long Count() => throw Marker();

    /// <summary>Number of rows for which the condition is true.</summary>
    public long Count(Func<T, bool> predicate) => throw Marker();

    /// <summary>Number of rows in which the value is not null: <c>COUNT(x)</c>.</summary>
    public long Count<TValue>(Func<T, TValue> selector) => throw Marker();

    /// <summary>Number of different values that are not null: <c>COUNT(DISTINCT x)</c>. Texts are equal as their column's collation says.</summary>
    public long CountDistinct<TValue>(Func<T, TValue> selector) => throw Marker();

    /// <summary>Smallest value that is not null; null when there is none. Texts compare by their column's collation; of those that are equal it is always the same one.</summary>
    public TValue Min<TValue>(Func<T, TValue> selector) => throw Marker();

    /// <summary>Largest value that is not null; null when there is none. Texts compare by their column's collation; of those that are equal it is always the same one.</summary>
    public TValue Max<TValue>(Func<T, TValue> selector) => throw Marker();

    /// <summary>
    /// The texts that are not null, in their own order, with a separator between them: <c>GROUP_CONCAT(x ORDER BY x SEPARATOR ', ')</c>, but never cut off. Null when there is none.
    /// When a row of a group changes, the whole text of that group is made anew.
    /// </summary>
    /// <param name="selector">The text.</param>
    /// <param name="separator">A constant.</param>
    public string? Concat(Func<T, string?> selector, string separator) => throw Marker();

    /// <summary>The same in the order of another value, null first: <c>GROUP_CONCAT(x ORDER BY y IS NULL DESC, y SEPARATOR ', ')</c>, where MySQL by itself takes null for zero. Where that is equal the texts decide.</summary>
    /// <param name="selector">The text.</param>
    /// <param name="separator">A constant.</param>
    /// <param name="orderBy">What decides the order.</param>
    public string? Concat<TOrder>(Func<T, string?> selector, string separator, Func<T, TOrder> orderBy) => throw Marker();

    /// <summary>The same with the largest first: <c>GROUP_CONCAT(x ORDER BY y IS NULL, y DESC SEPARATOR ', ')</c>.</summary>
    /// <inheritdoc cref="Concat{TOrder}(Func{T, string}, string, Func{T, TOrder})"/>
    public string? ConcatDescending<TOrder>(Func<T, string?> selector, string separator, Func<T, TOrder> orderBy) => throw Marker();

    /// <summary>Each different text once, in their own order: <c>GROUP_CONCAT(DISTINCT x ORDER BY x SEPARATOR ', ')</c>. Of texts that are equal the first by bytes is shown.</summary>
    /// <inheritdoc cref="Concat(Func{T, string}, string)"/>
    public string? ConcatDistinct(Func<T, string?> selector, string separator) => throw Marker();

    /// <summary>Sum of the values that are not null; null when there is none. Integers add up to 64 bits, decimals to 38 digits; beyond, the pipeline stops with an error.</summary>
    public decimal Sum(Func<T, decimal> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public decimal? Sum(Func<T, decimal?> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public long Sum(Func<T, int> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public long? Sum(Func<T, int?> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public long Sum(Func<T, uint> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public long? Sum(Func<T, uint?> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public long Sum(Func<T, long> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public long? Sum(Func<T, long?> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public decimal Sum(Func<T, ulong> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public decimal? Sum(Func<T, ulong?> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public double Sum(Func<T, float> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public double? Sum(Func<T, float?> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public double Sum(Func<T, double> selector) => throw Marker();

    /// <inheritdoc cref="Sum(Func{T, decimal})"/>
    public double? Sum(Func<T, double?> selector) => throw Marker();

    /// <summary>
    /// Mean of the values that are not null; null when there is none. Exact for integers and decimals: four digits more than the values have, rounded half away from zero,
    /// as MySQL does.
    /// </summary>
    public decimal Average(Func<T, decimal> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public decimal? Average(Func<T, decimal?> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public decimal Average(Func<T, int> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public decimal? Average(Func<T, int?> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public decimal Average(Func<T, uint> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public decimal? Average(Func<T, uint?> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public decimal Average(Func<T, long> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public decimal? Average(Func<T, long?> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public decimal Average(Func<T, ulong> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public decimal? Average(Func<T, ulong?> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public double Average(Func<T, float> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public double? Average(Func<T, float?> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public double Average(Func<T, double> selector) => throw Marker();

    /// <inheritdoc cref="Average(Func{T, decimal})"/>
    public double? Average(Func<T, double?> selector) => throw Marker();

    /// <summary>
    /// Variance of the values that are not null: <c>VAR_POP(x)</c>; null when there is none. Of numbers of every kind, added up exactly and rounded once, so that it depends neither on the order of
    /// changes nor on what was there before.
    /// </summary>
    public double? VarPop<TValue>(Func<T, TValue> selector) => throw Marker();

    /// <summary>Variance of a sample: <c>VAR_SAMP(x)</c>; null when there are fewer than two values.</summary>
    public double? VarSamp<TValue>(Func<T, TValue> selector) => throw Marker();

    /// <summary>Standard deviation, the root of <see cref="VarPop"/>: <c>STDDEV_POP(x)</c>.</summary>
    public double? StdDevPop<TValue>(Func<T, TValue> selector) => throw Marker();

    /// <summary>Standard deviation of a sample, the root of <see cref="VarSamp"/>: <c>STDDEV_SAMP(x)</c>.</summary>
    public double? StdDevSamp<TValue>(Func<T, TValue> selector) => throw Marker();

    /// <summary>
    /// The value in the middle of those that are not null, in their order, or the mean of the two in the middle; null when there is none: <see cref="PercentileCont(Func{T, decimal?}, double)"/> of 0.5.
    /// </summary>
    public decimal? Median(Func<T, decimal?> selector) => throw Marker();

    /// <inheritdoc cref="Median(Func{T, decimal?})"/>
    public decimal? Median(Func<T, int?> selector) => throw Marker();

    /// <inheritdoc cref="Median(Func{T, decimal?})"/>
    public decimal? Median(Func<T, long?> selector) => throw Marker();

    /// <inheritdoc cref="Median(Func{T, decimal?})"/>
    public double? Median(Func<T, double?> selector) => throw Marker();

    /// <summary>
    /// The value at a fraction of the way from the smallest to the largest that is not null, between two values in proportion: <c>PERCENTILE_CONT(fraction) WITHIN GROUP (ORDER BY x)</c>; null when there is
    /// none. Of n values in order, counted from 0, it is the one at <c>fraction × (n − 1)</c>. Exact for integers and decimals, with four digits more than the values have, rounded half away from zero.
    /// It keeps every value of the group.
    /// </summary>
    /// <param name="selector">What is ordered.</param>
    /// <param name="fraction">A constant from 0 to 1: 0.95.</param>
    public decimal? PercentileCont(Func<T, decimal?> selector, double fraction) => throw Marker();

    /// <inheritdoc cref="PercentileCont(Func{T, decimal?}, double)"/>
    public decimal? PercentileCont(Func<T, int?> selector, double fraction) => throw Marker();

    /// <inheritdoc cref="PercentileCont(Func{T, decimal?}, double)"/>
    public decimal? PercentileCont(Func<T, long?> selector, double fraction) => throw Marker();

    /// <inheritdoc cref="PercentileCont(Func{T, decimal?}, double)"/>
    public double? PercentileCont(Func<T, double?> selector, double fraction) => throw Marker();

    /// <summary>
    /// The first value, in their order, that a fraction of those that are not null does not exceed: <c>PERCENTILE_DISC(fraction) WITHIN GROUP (ORDER BY x)</c>; always one of the values; null when there is none.
    /// Of n values in order, counted from 1, it is the one at <c>⌈fraction × n⌉</c>, and the first for 0. Of values of any type that has an order. It keeps every value of the group.
    /// </summary>
    /// <param name="selector">What is ordered.</param>
    /// <param name="fraction">A constant from 0 to 1.</param>
    public TValue PercentileDisc<TValue>(Func<T, TValue> selector, double fraction) => throw Marker();

    private protected static NotSupportedException Marker() =>
        new("A group's aggregates stand for the engine's inside a pipeline's lambda and cannot be executed.");
}
