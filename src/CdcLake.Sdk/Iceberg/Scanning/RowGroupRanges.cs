using CdcLake.Parquet.Format;
using CdcLake.Parquet.Reading;

namespace CdcLake.Iceberg.Scanning;

/// <summary>What the footer of a file says of the values of columns in a row group.</summary>
/// <param name="columns">Columns as they are read.</param>
internal sealed class RowGroupRanges(IReadOnlyList<ParquetColumn> columns)
{
    public ColumnRange Of(ParquetFooter footer, RowGroupLocation group, int fieldId)
    {
        if (columns.FirstOrDefault(c => c.FieldId == fieldId) is not { Nested: null } column || !footer.HasFieldIds || !footer.HasColumnOrders)
        {
            return ColumnRange.Unknown;
        }

        for (var i = 0; i < footer.Leaves.Count; i++)
        {
            if (footer.Leaves[i].FieldId != fieldId)
            {
                continue;
            }

            var (leaf, chunk) = (footer.Leaves[i], group.Chunks[i]);
            if (!leaf.IsFlat || chunk.Statistics is not { } statistics)
            {
                return ColumnRange.Unknown;
            }

            var (min, max) = ChunkBounds.Of(leaf, column.Type, statistics);
            return new ColumnRange(
                FilterValue.Of(min, column.Type), FilterValue.Of(max, column.Type), statistics.Nulls != 0 && leaf.IsOptional, statistics.Nulls is null || statistics.Nulls < group.Rows);
        }

        return column.Missing is null ? ColumnRange.AllNull : ColumnRange.Unknown;
    }
}
