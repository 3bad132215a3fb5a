using System.Buffers.Binary;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Reading;

namespace CdcLake.Tests.Parquet;

/// <summary>Rows whose whole number in a column lies between two others.</summary>
internal sealed class Between(long low, long high, int leaf = 0) : IRowFilter
{
    public IReadOnlyCollection<int> LeavesOf(ParquetFooter footer) => [leaf];

    public bool MayMatch(ParquetFooter footer, Func<int, (StoredStatistics Bounds, long Rows)?> boundsOf, Func<int, StoredBloomFilter?> valuesOf) =>
        boundsOf(leaf) is not { } known || (known.Bounds.Nulls != known.Rows && !(Number(known.Bounds.Min) > high) && !(Number(known.Bounds.Max) < low));

    private static long? Number(byte[]? bound) => bound switch
    {
        { Length: 8 } => BinaryPrimitives.ReadInt64LittleEndian(bound),
        { Length: 4 } => BinaryPrimitives.ReadInt32LittleEndian(bound),
        _ => null,
    };
}
