using System.Runtime.InteropServices;
using CdcLake.Columnar;

namespace CdcLake.State.Rows;

internal sealed partial class RowCodec
{
    /// <summary>
    /// The order of two rows: by their first column, where that is equal by the second, and so on. Null is smallest, then NaN; text and binary by their bytes. 0 exactly when the
    /// rows have equal bytes.
    /// </summary>
    public int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var (startA, startB) = (0, 0);
        for (var i = 0; i < _types.Length; i++)
        {
            var (nullA, nullB) = (IsNull(a, i), IsNull(b, i));
            if (_types[i].Storage == StorageKind.Bytes)
            {
                var (endA, endB) = (MemoryMarshal.Read<int>(a[_offsets[i]..]), MemoryMarshal.Read<int>(b[_offsets[i]..]));
                var text = nullA || nullB ? 0 : a[(FixedSize + startA)..(FixedSize + endA)].SequenceCompareTo(b[(FixedSize + startB)..(FixedSize + endB)]);
                (startA, startB) = (endA, endB);
                if (text != 0)
                {
                    return text;
                }
            }

            var order = nullA || nullB ? nullB.CompareTo(nullA) : CompareFixed(_types[i].Storage, a[_offsets[i]..], b[_offsets[i]..]);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int CompareFixed(StorageKind storage, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => storage switch
    {
        StorageKind.Byte => a[0].CompareTo(b[0]),
        StorageKind.Int32 => MemoryMarshal.Read<int>(a).CompareTo(MemoryMarshal.Read<int>(b)),
        StorageKind.Int64 => MemoryMarshal.Read<long>(a).CompareTo(MemoryMarshal.Read<long>(b)),
        StorageKind.Int128 => MemoryMarshal.Read<Int128>(a).CompareTo(MemoryMarshal.Read<Int128>(b)),
        StorageKind.Float32 => MemoryMarshal.Read<float>(a).CompareTo(MemoryMarshal.Read<float>(b)),
        StorageKind.Float64 => MemoryMarshal.Read<double>(a).CompareTo(MemoryMarshal.Read<double>(b)),
        _ => 0,
    };
}
