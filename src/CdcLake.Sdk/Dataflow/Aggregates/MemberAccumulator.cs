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
            Rebuild(map);
        }
    }

    public override void TakeOver(Accumulator former, IReadOnlyDictionary<long, uint> groups, RowMap map)
    {
        foreach (var group in groups.Values)
        {
            map.Field<uint>(group, Offset) = 0;
        }

        var log = ((MemberAccumulator<TOrder>)former).Members.Log;
        for (var member = log.Next(0); member != 0; member = log.Next(member))
        {
            if (groups.TryGetValue(MemberHeaps<TOrder>.GroupOf(log, member), out var group))
            {
                Members.AddFrom(log, member, map.Field<long>(group, GroupRecord.Number), ref map.Field<uint>(group, Offset));
            }
        }
    }

    public override void AfterRestore(RowMap map) => Rebuild(map);

    public override void Dispose()
    {
        _values.Dispose();
        base.Dispose();
    }

    private void Rebuild(RowMap map)
    {
        var groups = new Dictionary<long, uint>();
        for (var group = map.Next(0); group != 0; group = map.Next(group))
        {
            groups.Add(map.Field<long>(group, GroupRecord.Number), group);
            map.Field<uint>(group, Offset) = 0;
        }

        var old = Members.BeginRewrite();
        for (var member = old.Next(0); member != 0; member = old.Next(member))
        {
            var number = MemberHeaps<TOrder>.GroupOf(old, member);
            if (number < 0)
            {
                continue;
            }

            if (!groups.TryGetValue(number, out var group))
            {
                throw new CheckpointException("A value of an aggregate belongs to no group. Delete the checkpoint folder: the pipeline rebuilds it from the source.");
            }

            Members.Readd(old, member, ref map.Field<uint>(group, Offset));
            old.ReleaseBefore(member);
        }

        old.Clear();
    }
}
