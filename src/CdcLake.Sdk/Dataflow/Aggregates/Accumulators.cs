using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>Picks the accumulator for a call.</summary>
internal static class Accumulators
{
    /// <exception cref="UnsupportedTypeException">The function is not defined for the input's type.</exception>
    public static Accumulator Create(AggregateCall call, Schema input)
    {
        if (call.Kind == AggregateKind.Count)
        {
            return new CountAccumulator(call.Input, call.Result);
        }

        var type = input[call.Input].Type;
        return call.Kind switch
        {
            AggregateKind.CountDistinct => new DistinctAccumulator(call, input),
            AggregateKind.Min => Extreme(call, input, type.Storage, new Smallest()),
            AggregateKind.Max => Extreme(call, input, type.Storage, new Largest()),
            _ => Sum(call, type, input[call.Input].Name),
        };
    }

    private static Accumulator Sum(AggregateCall call, DataType type, string column) => type.Storage switch
    {
        StorageKind.Byte => new SumAccumulator<NarrowSum<byte>, byte>(call, type),
        StorageKind.Int32 => new SumAccumulator<NarrowSum<int>, int>(call, type),
        StorageKind.Int64 => new SumAccumulator<NarrowSum<long>, long>(call, type),
        StorageKind.Int128 => new SumAccumulator<WideSum, Int128>(call, type),
        StorageKind.Float32 => new SumAccumulator<FloatSum<float>, float>(call, type),
        StorageKind.Float64 => new SumAccumulator<FloatSum<double>, double>(call, type),
        _ => throw new UnsupportedTypeException($"{call.Kind} of column \"{column}\" is not defined for {type}. Convert it to a number first."),
    };

    private static Accumulator Extreme<TEnd>(AggregateCall call, Schema input, StorageKind storage, TEnd end)
        where TEnd : struct, IEnd => storage switch
    {
        StorageKind.Byte => end.Create<FixedOrder<byte>>(call, input),
        StorageKind.Int32 => end.Create<FixedOrder<int>>(call, input),
        StorageKind.Int64 => end.Create<FixedOrder<long>>(call, input),
        StorageKind.Int128 => end.Create<FixedOrder<Int128>>(call, input),
        StorageKind.Float32 => end.Create<FixedOrder<float>>(call, input),
        StorageKind.Float64 => end.Create<FixedOrder<double>>(call, input),
        _ => end.Create<BytesOrder>(call, input),
    };

    private interface IEnd
    {
        Accumulator Create<TOrder>(AggregateCall call, Schema input)
            where TOrder : struct, IMemberOrder;
    }

    private readonly struct Smallest : IEnd
    {
        public Accumulator Create<TOrder>(AggregateCall call, Schema input)
            where TOrder : struct, IMemberOrder => new ExtremeAccumulator<TOrder>(call, input);
    }

    private readonly struct Largest : IEnd
    {
        public Accumulator Create<TOrder>(AggregateCall call, Schema input)
            where TOrder : struct, IMemberOrder => new ExtremeAccumulator<Descending<TOrder>>(call, input);
    }
}
