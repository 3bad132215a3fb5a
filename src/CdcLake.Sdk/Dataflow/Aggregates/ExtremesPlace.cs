using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

// In a group's prefix:
//
//   few values                                      many
//   how many (4)                                    -1
//   root of the chunks with the others (4)          root of the heap
//   the first in order (size of a value, 4 at least)   root of the heap of the other end (4); not there when one end is asked for
//   the last in order (likewise, 8 at least); not there when one end is asked for: then the first has 8 at least      number of the group (8)

/// <summary>Where <see cref="NumberExtremes{T, TOrder}"/> has what in the prefix of a group's record.</summary>
/// <param name="Offset">Where its part of the prefix begins.</param>
/// <param name="Ends">1 when only the first value of a group is asked for, 2 when the last is too.</param>
internal readonly record struct ExtremesPlace<T>(int Offset, int Ends)
    where T : unmanaged
{
    /// <summary>In place of how many values a group has: too many to have them in chunks.</summary>
    public const int Many = -1;

    /// <summary>Bytes of the prefix.</summary>
    public int Size => Last + Math.Max(sizeof(long), Unsafe.SizeOf<T>()) - Offset;

    /// <summary>Where the chunks of a group of few begin, or the heaps of one of many.</summary>
    public int Root => Offset + sizeof(int);

    // That of the first where one end is asked for.
    private int Last => First + ((Ends - 1) * Math.Max(sizeof(uint), Unsafe.SizeOf<T>()));

    private int First => Root + sizeof(uint);

    /// <summary>Where the number of a group of many is.</summary>
    public int Number => Last;

    /// <summary>How many values a group has, or <see cref="Many"/>.</summary>
    public ref int Count(RowMap map, uint group) => ref map.Field<int>(group, Offset);

    public bool IsMany(RowMap map, uint group) => Count(map, group) == Many;

    public ref uint RootOf(RowMap map, uint group) => ref map.Field<uint>(group, Root);

    public ref T FirstOf(RowMap map, uint group) => ref map.Field<T>(group, First);

    /// <summary>The last value of a group of few, where the first is when one end is asked for.</summary>
    public ref T LastOf(RowMap map, uint group) => ref map.Field<T>(group, Last);

    public ref long NumberOf(RowMap map, uint group) => ref map.Field<long>(group, Number);

    /// <summary>The group has no value, and is one of few again.</summary>
    public void Clear(RowMap map, uint group) => MemoryMarshal.CreateSpan(ref map.Field<byte>(group, Offset), Size).Clear();
}
