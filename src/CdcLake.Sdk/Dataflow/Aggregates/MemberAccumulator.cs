using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>All values of each group, counted, in a heap whose root lies in the group's record.</summary>
internal abstract class MemberAccumulator<TOrder> : Accumulator
    where TOrder : struct, IMemberOrder
{
    private const int SlotAhead = 16;
    private const int RecordAhead = 8;

    private readonly int _input;
    private readonly EncodedRows _values = new();
    private uint[] _hashes = [];

    protected MemberAccumulator(AggregateCall call, Schema input)
    {
        _input = call.Input;
        Codec = new RowCodec(input, [call.Input]);
    }

    /// <summary>Form of a value.</summary>
    protected RowCodec Codec { get; }

    protected MemberHeaps<TOrder> Members { get; } = new();

    // The root, and four bytes unused.
    public override int Size => 8;

    public override IStateStore State => Members;

    public override void Begin(ChangeBatch batch)
    {
        Codec.Encode(batch, _values);
        _values.ComputeHashes();
    }

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        if (_hashes.Length < groups.Length)
        {
            _hashes = new uint[Math.Max(groups.Length, ChangeBatch.TargetRows)];
        }

        for (var i = 0; i < groups.Length; i++)
        {
            _hashes[i] = MemberHeaps<TOrder>.HashOf(map.Field<long>(groups[i], GroupRecord.Number), _values.Hashes[first + i]);
        }

        Members.Ask(_hashes.AsSpan(0, groups.Length));
        var weights = batch.Weights[first..];
        var nulls = batch[_input].HasNulls ? batch[_input].Nulls[first..] : default;
        for (var i = 0; i < groups.Length; i++)
        {
            if (i + SlotAhead < groups.Length)
            {
                Members.PrefetchSlot(_hashes[i + SlotAhead]);
                Members.PrefetchRecord(_hashes[i + RecordAhead]);
            }

            if (nulls.IsEmpty || nulls[i] == 0)
            {
                var number = map.Field<long>(groups[i], GroupRecord.Number);
                Members.Apply(number, _values[first + i], _hashes[i], weights[i], ref map.Field<uint>(groups[i], Offset));
            }
        }
    }

    public override bool IsNegative(uint group, RowMap map)
    {
        if (!Members.HasNegative)
        {
            return false;
        }

        var number = map.Field<long>(group, GroupRecord.Number);
        return MemberHeaps<TOrder>.GroupOf(Members.Log, Members.NegativeMember()) == number;
    }

    public override void EndEpoch(RowMap map)
    {
        if (Members.IsSparse)
        {
            RootsIn(map).Rebuild(Members);
        }
    }

    public override void TakeOver(Accumulator former, IReadOnlyDictionary<long, uint> groups, RowMap map) =>
        RootsIn(map).TakeOver(Members, ((MemberAccumulator<TOrder>)former).Members.Log, groups);

    public override void AfterRestore(RowMap map) => RootsIn(map).Rebuild(Members);

    public override void Dispose()
    {
        _values.Dispose();
        base.Dispose();
    }

    private GroupRoots RootsIn(RowMap map) => new(map, GroupRecord.Number, Offset);
}
