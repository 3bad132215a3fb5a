using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>All values of each group in order, of which any is found by its place in O(log n): what percentiles are taken from, all those of a column from one.</summary>
internal sealed class PercentileAccumulator(AggregateCall asked, Schema input) : Accumulator
{
    private readonly RowCodec _codec = new(input, [asked.Input]);
    private readonly DataType _type = input[asked.Input].Type;
    private readonly EncodedRows _values = new();
    private readonly EncodedRows _results = new();
    private OrderedRows? _rows;

    private OrderedRows Rows => _rows ??= new OrderedRows(_codec, descending: false);

    // The root.
    public override int Size => sizeof(uint);

    public override bool NeedsNumber => true;

    public override IReadOnlyList<IStateStore> State => [Rows];

    public override bool Answers(AggregateCall call) => call.IsPercentile && call.Input == asked.Input;

    public override void Begin(ChangeBatch batch) => _codec.Encode(batch, _values);

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        var column = batch[asked.Input];
        for (var i = 0; i < groups.Length; i++)
        {
            if (!column.IsNull(first + i))
            {
                var number = map.Field<long>(groups[i], GroupRecord.Number);
                Rows.Apply(number, _values[first + i], batch.Weights[first + i], ref map.Field<uint>(groups[i], Offset));
            }
        }
    }

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        foreach (var group in groups)
        {
            var root = map.Field<uint>(group, Offset);
            var count = Rows.RowsOf(root);
            if (count <= 0 || Rows.NegativeRow() != 0)
            {
                into.AppendNull(); // of what is inconsistent the end of the epoch speaks
            }
            else if (call.Kind == AggregateKind.PercentileDisc)
            {
                _results.Clear();
                _results.Append(Rows[Rows.At(root, Math.Max((int)decimal.Ceiling(call.Fraction * count), 1) - 1)]);
                _codec.Decode(_results, new ReadOnlySpan<Column>(ref into));
            }
            else
            {
                AppendBetween(call, root, call.Fraction * (count - 1), into);
            }
        }
    }

    public override bool IsNegative(uint group, RowMap map) => Rows.NegativeRow() is var row && row != 0 && OrderedRows.GroupOf(Rows.Log, row) == map.Field<long>(group, GroupRecord.Number);

    public override void EndEpoch(RowMap map)
    {
        if (Rows.IsSparse)
        {
            RootsIn(map).Rebuild(Rows);
        }
    }

    public override void TakeOver(Accumulator former, TakenGroups groups, RowMap map) =>
        RootsIn(map).TakeOver(Rows, ((PercentileAccumulator)former).Rows.Log, groups.ByNumber);

    public override void AfterRestore(RowMap map) => RootsIn(map).Rebuild(Rows);

    public override void Dispose()
    {
        _values.Dispose();
        _results.Dispose();
        base.Dispose();
    }

    private void AppendBetween(AggregateCall call, uint root, decimal place, Column into)
    {
        var below = (int)decimal.Floor(place);
        var part = place - below;
        var low = Rows[Rows.At(root, below)];
        var high = part == 0 ? low : Rows[Rows.At(root, below + 1)];
        if (into is FixedColumn<double> doubles)
        {
            var from = DoubleOf(low);
            doubles.Append(part == 0 ? from : from + ((DoubleOf(high) - from) * (double)part));
            return;
        }

        var (least, most) = (ExactOf(low), ExactOf(high));
        var (numerator, denominator) = Ratio(part);
        var sum = (least * denominator) + ((most - least) * numerator);
        ((FixedColumn<Int128>)into).Append(
            Decimals.Average(sum, denominator, call.Result.Scale - _type.Scale, cutOff: false)
            ?? throw Overflow("PERCENTILE_CONT", call.Result, string.Create(CultureInfo.InvariantCulture, $"it lies between {least} and {most}, unscaled")));
    }

    private static (BigInteger Numerator, BigInteger Denominator) Ratio(decimal part)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(part, bits);
        var magnitude = ((UInt128)(uint)bits[2] << 64) | ((UInt128)(uint)bits[1] << 32) | (uint)bits[0];
        return ((BigInteger)magnitude, BigInteger.Pow(10, part.Scale));
    }

    /// <summary>Of an encoded value, which is behind a byte of null bits.</summary>
    private double DoubleOf(ReadOnlySpan<byte> value) => _type.Storage == StorageKind.Float32 ? MemoryMarshal.Read<float>(value[1..]) : MemoryMarshal.Read<double>(value[1..]);

    private BigInteger ExactOf(ReadOnlySpan<byte> value) => _type.Storage switch
    {
        StorageKind.Byte => value[1],
        StorageKind.Int32 => MemoryMarshal.Read<int>(value[1..]),
        StorageKind.Int64 => MemoryMarshal.Read<long>(value[1..]),
        _ => (BigInteger)MemoryMarshal.Read<Int128>(value[1..]),
    };

    private GroupRoots RootsIn(RowMap map) => new(map, GroupRecord.Number, Offset);
}
