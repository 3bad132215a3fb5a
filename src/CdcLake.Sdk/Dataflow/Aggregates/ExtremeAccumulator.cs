using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>MIN and MAX: all values of each group, counted, in a heap whose root lies in the group's record.</summary>
internal sealed class ExtremeAccumulator<TOrder> : Accumulator
    where TOrder : struct, IMemberOrder
{
    private const int SlotAhead = 16;
    private const int RecordAhead = 8;

    private readonly int _input;
    private readonly RowCodec _codec;
    private readonly MemberHeaps<TOrder> _members = new();
    private readonly EncodedRows _values = new();
    private readonly EncodedRows _results = new();
    private uint[] _hashes = [];

    public ExtremeAccumulator(AggregateCall call, Schema input)
    {
        _input = call.Input;
        _codec = new RowCodec(input, [call.Input]);
    }

    // The root, and four bytes unused.
    public override int Size => 8;

    public override IStateStore State => _members;

    public override void Begin(ChangeBatch batch)
    {
        _codec.Encode(batch, _values);
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
                _members.PrefetchSlot(_hashes[i + SlotAhead]);
                _members.PrefetchRecord(_hashes[i + RecordAhead]);
            }

            if (nulls.IsEmpty || nulls[i] == 0)
            {
                var number = map.Field<long>(groups[i], GroupRecord.Number);
                _members.Apply(number, _values[first + i], _hashes[i], weights[i], ref map.Field<uint>(groups[i], Offset));
            }
        }
    }

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var at = 0;
        while (at < groups.Length)
        {
            // Runs of groups that have a value are decoded together.
            _results.Clear();
            var first = 0u;
            while (at < groups.Length && (first = _members.First(ref map.Field<uint>(groups[at], Offset))) != 0)
            {
                _results.Append(_members.ValueOf(first));
                at++;
            }

            if (_results.Count > 0)
            {
                _codec.Decode(_results, new ReadOnlySpan<Column>(ref into));
            }

            if (at < groups.Length)
            {
                into.AppendNull();
                at++;
            }
        }
    }

    public override bool IsNegative(uint group, RowMap map)
    {
        if (!_members.HasNegative)
        {
            return false;
        }

        var number = map.Field<long>(group, GroupRecord.Number);
        return MemberHeaps<TOrder>.GroupOf(_members.Log, _members.NegativeMember()) == number;
    }

    public override void EndEpoch(RowMap map)
    {
        if (_members.IsSparse)
        {
            Rebuild(map);
        }
    }

    public override void AfterRestore(RowMap map) => Rebuild(map);

    public override void Dispose()
    {
        _values.Dispose();
        _results.Dispose();
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

        var old = _members.BeginRewrite();
        for (var member = old.Next(0); member != 0; member = old.Next(member))
        {
            var number = MemberHeaps<TOrder>.GroupOf(old, member);
            if (number < 0)
            {
                continue;
            }

            if (!groups.TryGetValue(number, out var group))
            {
                throw new CheckpointException("A value of MIN or MAX belongs to no group. Delete the checkpoint folder: the pipeline rebuilds it from the source.");
            }

            _members.Readd(old, member, ref map.Field<uint>(group, Offset));
            old.ReleaseBefore(member);
        }
    }
}
