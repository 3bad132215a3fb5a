using CdcLake.Parquet.Format;
using CdcLake.Parquet.Reading;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Asks a scan's filter about row groups and pages of a file.</summary>
/// <param name="filter">The filter.</param>
/// <param name="columns">Columns as they are read.</param>
internal sealed class RowGroupRanges(ScanFilter filter, IReadOnlyList<ParquetColumn> columns) : IRowFilter
{
    public IReadOnlyCollection<int> LeavesOf(ParquetFooter footer) => [.. filter.FieldIds().Distinct().Select(id => LeafOf(footer, id)).Where(l => l >= 0)];

    public bool MayMatch(ParquetFooter footer, Func<int, (StoredStatistics Bounds, long Rows)?> boundsOf) => filter.MayMatch(id => RangeOf(footer, id, boundsOf));

    private ColumnRange RangeOf(ParquetFooter footer, int fieldId, Func<int, (StoredStatistics Bounds, long Rows)?> boundsOf)
    {
        if (columns.FirstOrDefault(c => c.FieldId == fieldId) is not { Nested: null } column || !footer.HasFieldIds || !footer.HasColumnOrders)
        {
            return ColumnRange.Unknown;
        }

        var leaf = LeafOf(footer, fieldId);
        if (leaf < 0)
        {
            return column.Missing is null ? ColumnRange.AllNull : ColumnRange.Unknown;
        }

        if (!footer.Leaves[leaf].IsFlat || boundsOf(leaf) is not { } known)
        {
            return ColumnRange.Unknown;
        }

        var (min, max) = ChunkBounds.Of(footer.Leaves[leaf], column.Type, known.Bounds);
        var nulls = known.Bounds.Nulls;
        return new ColumnRange(
            FilterValue.Of(min, column.Type), FilterValue.Of(max, column.Type), nulls != 0 && footer.Leaves[leaf].IsOptional, nulls is null || nulls < known.Rows);
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
