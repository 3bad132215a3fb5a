using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>A call, and what answers it.</summary>
internal readonly record struct AggregateResult(Accumulator Accumulator, AggregateCall Call);

/// <summary>Picks the accumulators for calls: sum, mean and count of one column share one, and so do its smallest and largest value.</summary>
internal static class Accumulators
{
    /// <summary>One answer for each call, in their order.</summary>
    /// <exception cref="UnsupportedTypeException">A function is not defined for the input's type.</exception>
    public static AggregateResult[] Create(IReadOnlyList<AggregateCall> calls, Schema input)
    {
        // Sums first, since they count the values of their column too.
        var results = new AggregateResult[calls.Count];
        var known = new List<Accumulator>();
        foreach (var i in Enumerable.Range(0, calls.Count).OrderBy(i => calls[i].Kind is AggregateKind.Sum or AggregateKind.Average ? 0 : 1))
        {
            var accumulator = known.Find(a => a.Answers(calls[i]));
            if (accumulator is null)
            {
                known.Add(accumulator = Create(calls[i], input, EndsOf(calls, calls[i].Input)));
            }

            results[i] = new AggregateResult(accumulator, calls[i]);
        }

        return results;
    }

    /// <summary>2 when both the smallest and the largest value of a column are asked for.</summary>
    private static int EndsOf(IReadOnlyList<AggregateCall> calls, int input) =>
        calls.Where(c => c.Input == input).Select(c => c.Kind).Where(k => k is AggregateKind.Min or AggregateKind.Max).Distinct().Count();

    private static Accumulator Create(AggregateCall call, Schema input, int ends)
    {
        if (call.Kind == AggregateKind.Count)
        {
            return new CountAccumulator(call.Input);
        }

        var type = input[call.Input].Type;
        return call.Kind switch
        {
            AggregateKind.Collect => new CollectAccumulator(call, input),
            AggregateKind.PercentileCont or AggregateKind.PercentileDisc => new PercentileAccumulator(call, input),
            AggregateKind.CountDistinct => new DistinctAccumulator(call, input),
            AggregateKind.Min or AggregateKind.Max when ends == 2 => Extreme(call, input, type.Storage, new BothEnds()),
            AggregateKind.Min => Extreme(call, input, type.Storage, new Smallest()),
            AggregateKind.Max => Extreme(call, input, type.Storage, new Largest()),
            >= AggregateKind.VarPop and <= AggregateKind.StdDevSamp => Variance(call, type, input[call.Input].Name),
            _ => Sum(call, type, input[call.Input].Name),
        };
    }

    private static Accumulator Variance(AggregateCall call, DataType type, string column) => type.Storage switch
    {
        StorageKind.Byte => new VarianceAccumulator<ExactSpread<byte>, byte>(call, type),
        StorageKind.Int32 => new VarianceAccumulator<ExactSpread<int>, int>(call, type),
        StorageKind.Int64 => new VarianceAccumulator<ExactSpread<long>, long>(call, type),
        StorageKind.Int128 => new VarianceAccumulator<ExactSpread<Int128>, Int128>(call, type),
        StorageKind.Float32 => new VarianceAccumulator<FloatSpread<float>, float>(call, type),
        StorageKind.Float64 => new VarianceAccumulator<FloatSpread<double>, double>(call, type),
        _ => throw NoNumber(call, type, column),
    };

    private static UnsupportedTypeException NoNumber(AggregateCall call, DataType type, string column) =>
        new($"{call.Kind} of column \"{column}\" is not defined for {type}. Convert it to a number first.");

    private static Accumulator Sum(AggregateCall call, DataType type, string column) => type.Storage switch
    {
        StorageKind.Byte => new SumAccumulator<NarrowSum<byte>, byte>(call, type),
        StorageKind.Int32 => new SumAccumulator<NarrowSum<int>, int>(call, type),
        StorageKind.Int64 => new SumAccumulator<NarrowSum<long>, long>(call, type),
        StorageKind.Int128 => new SumAccumulator<WideSum, Int128>(call, type),
        StorageKind.Float32 => new SumAccumulator<FloatSum<float>, float>(call, type),
        StorageKind.Float64 => new SumAccumulator<FloatSum<double>, double>(call, type),
        _ => throw NoNumber(call, type, column),
    };

    private static Accumulator Extreme<TEnd>(AggregateCall call, Schema input, StorageKind storage, TEnd end)
        where TEnd : struct, IEnd => storage switch
    {
        StorageKind.Byte => end.OfNumbers<byte>(call, input),
        StorageKind.Int32 => end.OfNumbers<int>(call, input),
        StorageKind.Int64 => end.OfNumbers<long>(call, input),
        StorageKind.Int128 => end.OfNumbers<Int128>(call, input),
        StorageKind.Float32 => end.OfNumbers<float>(call, input),
        StorageKind.Float64 => end.OfNumbers<double>(call, input),
        _ => end.OfTexts(call, input),
    };

    private interface IEnd
    {
        Accumulator OfNumbers<T>(AggregateCall call, Schema input)
            where T : unmanaged, IComparable<T>;

        Accumulator OfTexts(AggregateCall call, Schema input);
    }

    private readonly struct Smallest : IEnd
    {
        public Accumulator OfNumbers<T>(AggregateCall call, Schema input)
            where T : unmanaged, IComparable<T> => new NumberExtremes<T, FixedOrder<T>>(call, ends: 1);

        public Accumulator OfTexts(AggregateCall call, Schema input) => new ExtremeAccumulator<BytesOrder>(call, input, ends: 1);
    }

    private readonly struct Largest : IEnd
    {
        public Accumulator OfNumbers<T>(AggregateCall call, Schema input)
            where T : unmanaged, IComparable<T> => new NumberExtremes<T, Descending<FixedOrder<T>>>(call, ends: 1);

        public Accumulator OfTexts(AggregateCall call, Schema input) => new ExtremeAccumulator<Descending<BytesOrder>>(call, input, ends: 1);
    }

    private readonly struct BothEnds : IEnd
    {
        public Accumulator OfNumbers<T>(AggregateCall call, Schema input)
            where T : unmanaged, IComparable<T> => new NumberExtremes<T, FixedOrder<T>>(call, ends: 2);

        public Accumulator OfTexts(AggregateCall call, Schema input) => new ExtremeAccumulator<BytesOrder>(call, input, ends: 2);
    }
}
