using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>All of a group's values in order, as one list.</summary>
internal sealed class CollectAccumulator(AggregateCall call, Schema input) : MemberAccumulator<BytesOrder>(call, input, ends: 1)
{
    private const int ValueOffset = 5; // behind null bits and length

    private readonly List<uint> _found = [];
    private Comparison<uint>? _order;

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var roots = RootsIn(map);
        _order ??= (a, b) => BytesOrder.Compare(Members.ValueOf(a), Members.ValueOf(b));
        foreach (var group in groups)
        {
            _found.Clear();
            if (Members.First(roots[group], 0) is var root && root != 0)
            {
                Members.Collect(root, _found);
            }

            if (_found.Count == 0)
            {
                into.AppendNull();
                continue;
            }

            _found.Sort(_order);
            Append((BytesColumn)into);
        }
    }

    private void Append(BytesColumn into)
    {
        long size = 0;
        foreach (var member in _found)
        {
            size += (long)Members.CountOf(member) * (sizeof(int) + Members.ValueOf(member).Length - ValueOffset);
        }

        var target = into.AppendUninitialized(size);
        foreach (var member in _found)
        {
            var value = Members.ValueOf(member)[ValueOffset..];
            for (var times = Members.CountOf(member); times > 0; times--)
            {
                BinaryPrimitives.WriteInt32LittleEndian(target, value.Length);
                value.CopyTo(target[sizeof(int)..]);
                target = target[(sizeof(int) + value.Length)..];
            }
        }
    }
}
