using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>All values of each group, counted, in heaps whose roots lie in the group's record.</summary>
internal abstract class MemberAccumulator<TOrder> : Accumulator
    where TOrder : struct, IMemberOrder
{
    private const int SlotAhead = 16;
    private const int RecordAhead = 8;

    private readonly int _input;
    private readonly int _ends;
    private readonly EncodedRows _values = new();
    private uint[] _hashes = [];

    /// <param name="call">One of those that it answers.</param>
    /// <param name="input">Columns of the input.</param>
    /// <param name="ends">1 when only the first value of a group is asked for, 2 when the last is too.</param>
    protected MemberAccumulator(AggregateCall call, Schema input, int ends)
    {
        _input = call.Input;
        _ends = ends;
        Codec = new RowCodec(input, [call.Input]);
        Members = new MemberHeaps<TOrder>(ends);
    }

    /// <summary>Form of a value.</summary>
    protected RowCodec Codec { get; }

    protected MemberHeaps<TOrder> Members { get; }

    public override int Size => _ends * sizeof(uint);

    public override bool NeedsNumber => true;

    public override IReadOnlyList<IStateStore> State => [Members];

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
        var roots = RootsIn(map);
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
                Members.Apply(number, _values[first + i], _hashes[i], weights[i], roots[groups[i]]);
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

    public override void TakeOver(Accumulator former, TakenGroups groups, RowMap map) =>
        RootsIn(map).TakeOver(Members, ((MemberAccumulator<TOrder>)former).Members.Log, groups.ByNumber);

    public override void AfterRestore(RowMap map) => RootsIn(map).Rebuild(Members);

    public override void Dispose()
    {
        _values.Dispose();
        base.Dispose();
    }

    /// <summary>Where the roots of the groups lie.</summary>
    protected GroupRoots RootsIn(RowMap map) => new(map, GroupRecord.Number, Offset, _ends);
}
