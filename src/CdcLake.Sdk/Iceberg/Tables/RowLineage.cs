using System.Collections.Immutable;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Tables;

// Two columns that a data file of format 3 may have (Iceberg specification, "Row Lineage"):
//
//   id           name                            null means
//   2147483540   _row_id                         first_row_id of the file + row number
//   2147483539   _last_updated_sequence_number   data sequence number of the file
//
// A new row has null, or no such column. A row that moves to another file takes its values along.

/// <summary>What rows of format 3 keep when they move to another data file.</summary>
internal static class RowLineage
{
    public const int RowIdFieldId = 2147483540;
    public const int LastUpdatedFieldId = 2147483539;

    /// <summary>The columns, behind those of the table.</summary>
    public static ImmutableArray<ParquetColumn> Columns { get; } =
    [
        new ParquetColumn("_row_id", RowIdFieldId, Required: false, DataType.Int64),
        new ParquetColumn("_last_updated_sequence_number", LastUpdatedFieldId, Required: false, DataType.Int64),
    ];

    /// <summary>Fills in what rows inherit from their file, so that they keep it elsewhere.</summary>
    /// <param name="batch">Rows of the file; the last columns are <see cref="Columns"/>.</param>
    /// <param name="source">Its entry; null while it is not part of the table. Its rows have nothing to inherit then, and neither have those of a file whose format was just raised.</param>
    public static void Resolve(ParquetBatch batch, ManifestEntry? source)
    {
        if (source?.File.FirstRowId is { } first)
        {
            var columns = batch.Columns;
            columns[^2] = Fill((FixedColumn<long>)columns[^2], first + batch.FirstRow, 1);
            columns[^1] = Fill((FixedColumn<long>)columns[^1], source.Sequence, 0);
        }
    }

    private static FixedColumn<long> Fill(FixedColumn<long> column, long value, long step)
    {
        var filled = new FixedColumn<long>(column.Type);
        var values = filled.AppendUninitialized(column.Count);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = column.IsNull(i) ? value : column.Values[i];
            value += step;
        }

        column.Return();
        return filled;
    }
}
