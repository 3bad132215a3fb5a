using System.Buffers.Binary;
using CdcLake.Columnar;

namespace CdcLake.Parquet.Format;

/// <summary>How the bounds of consecutive pages lie to each other; the numbers are <c>BoundaryOrder</c> in parquet.thrift.</summary>
internal enum BoundaryOrder
{
    Unordered = 0,
    Ascending = 1,
    Descending = 2,
}

/// <summary>Orders PLAIN bytes of single values as the column order TYPE_ORDER does.</summary>
internal static class TypeOrder
{
    /// <summary>The order of the pages that have bounds; one such page counts as ascending.</summary>
    public static BoundaryOrder Of(DataType type, IReadOnlyList<PageEntry> pages)
    {
        var ascending = true;
        var descending = true;
        PageEntry? previous = null;
        foreach (var page in pages)
        {
            if (page.Min is null)
            {
                continue;
            }

            if (previous is { } before)
            {
                var min = Compare(type, before.Min!, page.Min);
                var max = Compare(type, before.Max!, page.Max!);
                ascending &= min <= 0 && max <= 0;
                descending &= min >= 0 && max >= 0;
            }

            previous = page;
        }

        return ascending ? BoundaryOrder.Ascending : descending ? BoundaryOrder.Descending : BoundaryOrder.Unordered;
    }

    /// <summary>Negative, zero or positive as <paramref name="a"/> is smaller than, equal to or larger than <paramref name="b"/>.</summary>
    public static int Compare(DataType type, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => PhysicalTypes.Of(type) switch
    {
        PhysicalType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(a).CompareTo(BinaryPrimitives.ReadInt32LittleEndian(b)),
        PhysicalType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(a).CompareTo(BinaryPrimitives.ReadInt64LittleEndian(b)),
        PhysicalType.Float => BinaryPrimitives.ReadSingleLittleEndian(a).CompareTo(BinaryPrimitives.ReadSingleLittleEndian(b)),
        PhysicalType.Double => BinaryPrimitives.ReadDoubleLittleEndian(a).CompareTo(BinaryPrimitives.ReadDoubleLittleEndian(b)),
        PhysicalType.FixedLenByteArray => (a[0] >> 7) != (b[0] >> 7) ? (b[0] >> 7) - (a[0] >> 7) : a.SequenceCompareTo(b),
        _ => a.SequenceCompareTo(b),
    };
}
