using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

// A record of a value: how often it is there (4 bytes), 1 when it is on the list of values that may be gone (4 bytes); number of the group (8 bytes), the encoded value.

/// <summary>COUNT(DISTINCT): all values of each group, counted; the group's record has the number of different ones.</summary>
internal sealed class DistinctAccumulator : Accumulator
{
    private const int Times = 0;
    private const int Listed = 4;

    private readonly int _input;
    private readonly RowCodec _codec;
    private readonly RowMap _values = new(8);
    private readonly EncodedRows _encoded = new();
    private readonly EncodedRows _members = new();
    private readonly List<uint> _zeros = [];
    private byte[] _member = new byte[64];
    private int[] _rows = [];
    private uint[] _references = [];
    private long _negative;

    public DistinctAccumulator(AggregateCall call, Schema input)
    {
        _input = call.Input;
        _codec = new RowCodec(input, [call.Input]);
    }

    public override int Size => sizeof(long);

    public override bool NeedsNumber => true;

    public override IReadOnlyList<IStateStore> State => [_values];

    public override void Begin(ChangeBatch batch) => _codec.Encode(batch, _encoded);

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        if (_rows.Length < groups.Length)
        {
            var size = Math.Max(groups.Length, ChangeBatch.TargetRows);
            (_rows, _references) = (new int[size], new uint[size]);
        }

        var nulls = batch[_input].HasNulls ? batch[_input].Nulls[first..] : default;
        var count = 0;
        _members.Clear();
        for (var i = 0; i < groups.Length; i++)
        {
            if (nulls.IsEmpty || nulls[i] == 0)
            {
                _members.Append(Member(map.Field<long>(groups[i], GroupRecord.Number), _encoded[first + i]));
                _rows[count++] = i;
            }
        }

        _members.ComputeHashes();
        var references = _references.AsSpan(0, count);
        _values.FindOrAdd(_members, references);
        for (var i = 0; i < count; i++)
        {
            map.Field<long>(groups[_rows[i]], Offset) += Count(references[i], batch.Weights[first + _rows[i]]);
        }
    }

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var values = ((FixedColumn<long>)into).AppendUninitialized(groups.Length);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = map.Field<long>(groups[i], Offset);
        }
    }

    public override bool IsNegative(uint group, RowMap map)
    {
        var number = map.Field<long>(group, GroupRecord.Number);
        for (var at = _negative == 0 ? 0 : _values.Next(0); at != 0; at = _values.Next(at))
        {
            if (_values.Field<int>(at, Times) < 0 && BinaryPrimitives.ReadInt64LittleEndian(_values.KeyOf(at)) == number)
            {
                return true;
            }
        }

        return false;
    }

    public override void EndEpoch(RowMap map)
    {
        foreach (var value in _zeros)
        {
            _values.Field<int>(value, Listed) = 0;
            if (_values.Field<int>(value, Times) == 0)
            {
                _values.Remove(value);
            }
        }

        _zeros.Clear();
        if (_values.IsSparse)
        {
            _values.Compact();
        }
    }

    public override void TakeOver(Accumulator former, TakenGroups groups, RowMap map)
    {
        var values = ((DistinctAccumulator)former)._values;
        for (var value = values.Next(0); value != 0; value = values.Next(value))
        {
            var member = values.KeyOf(value);
            if (groups.ByNumber.TryGetValue(BinaryPrimitives.ReadInt64LittleEndian(member), out var group))
            {
                _values.Add(Member(map.Field<long>(group, GroupRecord.Number), member[sizeof(long)..]), values.PrefixOf(value));
            }
        }
    }

    public override void AfterRestore(RowMap map) => _values.AfterRestore();

    public override void Dispose()
    {
        _encoded.Dispose();
        _members.Dispose();
        base.Dispose();
    }

    /// <summary>Counts a value; says by how much the number of different ones changes.</summary>
    private int Count(uint value, int weight)
    {
        ref var times = ref _values.Field<int>(value, Times);
        var before = times;
        times = checked(before + weight);
        _negative += (times < 0 ? 1 : 0) - (before < 0 ? 1 : 0);
        _values.Touch(value);
        if (times == 0 && _values.Field<int>(value, Listed) == 0)
        {
            // Not removed at once: the rest of the batch may refer to it.
            _values.Field<int>(value, Listed) = 1;
            _zeros.Add(value);
        }

        return (times != 0 ? 1 : 0) - (before != 0 ? 1 : 0);
    }

    private ReadOnlySpan<byte> Member(long group, ReadOnlySpan<byte> value)
    {
        var length = sizeof(long) + value.Length;
        if (_member.Length < length)
        {
            _member = new byte[length * 2];
        }

        BinaryPrimitives.WriteInt64LittleEndian(_member, group);
        value.CopyTo(_member.AsSpan(sizeof(long)));
        return _member.AsSpan(0, length);
    }
}
