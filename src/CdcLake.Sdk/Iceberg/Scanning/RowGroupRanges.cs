using CdcLake.Parquet.Format;
using CdcLake.Parquet.Reading;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Asks a scan's filter about row groups and pages of a file.</summary>
/// <param name="filter">The filter.</param>
/// <param name="columns">Columns as they are read.</param>
internal sealed class RowGroupRanges(ScanFilter filter, IReadOnlyList<ParquetColumn> columns) : IRowFilter
{
    public IReadOnlyCollection<int> LeavesOf(ParquetFooter footer) => LeavesOf(footer, filter.FieldIds());

    public IReadOnlyCollection<int> ProbedLeavesOf(ParquetFooter footer) => footer.HasFieldIds ? LeavesOf(footer, filter.ProbedFieldIds()) : [];

    public bool MayMatch(ParquetFooter footer, Func<int, (StoredStatistics Bounds, long Rows)?> boundsOf, Func<int, StoredBloomFilter?> valuesOf) =>
        filter.MayMatch(id => RangeOf(footer, id, boundsOf, valuesOf));

    private static IReadOnlyCollection<int> LeavesOf(ParquetFooter footer, IEnumerable<int> fieldIds) => [.. fieldIds.Distinct().Select(id => LeafOf(footer, id)).Where(l => l >= 0)];

    private ColumnRange RangeOf(ParquetFooter footer, int fieldId, Func<int, (StoredStatistics Bounds, long Rows)?> boundsOf, Func<int, StoredBloomFilter?> valuesOf)
    {
        if (columns.FirstOrDefault(c => c.FieldId == fieldId) is not { Nested: null, IsVariant: false } column || !footer.HasFieldIds)
        {
            return ColumnRange.Unknown;
        }

        var leaf = LeafOf(footer, fieldId);
        if (leaf < 0)
        {
            return column.Missing is null && footer.HasColumnOrders ? ColumnRange.AllNull : ColumnRange.Unknown;
        }

        var stored = footer.Leaves[leaf];
        var range = footer.HasColumnOrders && stored.IsFlat && boundsOf(leaf) is { } known ? RangeOf(stored, column, known) : ColumnRange.Unknown;
        return valuesOf(leaf) is { } values ? range with { MayHold = v => !StoredValue.TryEncode(v, stored, out var plain) || (plain is not null && values.MayHold(plain)) } : range;
    }

    private static ColumnRange RangeOf(SchemaLeaf stored, ParquetColumn column, (StoredStatistics Bounds, long Rows) known)
    {
        var (min, max) = ChunkBounds.Of(stored, column.Type, known.Bounds);
        var nulls = known.Bounds.Nulls;
        return new ColumnRange(
            FilterValue.Of(min, column.Type), FilterValue.Of(max, column.Type), nulls != 0 && stored.IsOptional, nulls is null || nulls < known.Rows);
    }

    private static int LeafOf(ParquetFooter footer, int fieldId)
    {
        for (var i = 0; i < footer.Leaves.Count; i++)
        {
            if (footer.Leaves[i].FieldId == fieldId)
            {
                return i;
            }
        }

        return -1;
    }
}
