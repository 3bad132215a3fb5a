using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Tables;

/// <summary>The columns of a table as batches, Iceberg and Parquet see them. Immutable.</summary>
internal sealed class TableLayout
{
    /// <summary>Columns that get metrics; Iceberg's default <c>write.metadata.metrics.max-inferred-column-defaults</c>. Key columns always do.</summary>
    private const int MaxMetricsColumns = 100;

    private readonly Dictionary<int, DataType> _typeOfField = [];

    /// <param name="columns">Columns of the batches, in the table's order.</param>
    /// <param name="key">Ordinals of the upsert key.</param>
    /// <param name="schema">The table's schema, which has these columns.</param>
    public TableLayout(Schema columns, IReadOnlyList<int> key, IcebergSchema schema)
    {
        Columns = columns;
        Key = [.. key];
        Schema = schema;
        Parquet = [.. schema.Fields.Select((f, i) => new ParquetColumn(ParquetName(f.Name), f.Id, f.Required, columns[i].Type, DefaultValue.Of(f, columns[i].Type)))];
        for (var i = 0; i < schema.Fields.Length; i++)
        {
            if (i < MaxMetricsColumns || key.Contains(i))
            {
                _typeOfField[schema.Fields[i].Id] = columns[i].Type;
            }
        }
    }

    public Schema Columns { get; }

    public ImmutableArray<int> Key { get; }

    public IcebergSchema Schema { get; }

    /// <summary>All columns, in the table's order.</summary>
    public ImmutableArray<ParquetColumn> Parquet { get; }

    /// <summary>The manifest entry of a finished data file.</summary>
    public DataFile DataFileOf(string path, ParquetFileMetrics metrics) => new()
    {
        Path = path,
        RecordCount = metrics.RecordCount,
        FileSize = metrics.FileLength,
        SplitOffsets = metrics.SplitOffsets,
        SortOrderId = SortOrder.Unsorted.OrderId,
        Columns = [.. metrics.Columns.OrderBy(c => c.FieldId).Select(MetricsOf)],
    };

    private ColumnMetrics MetricsOf(ParquetColumnMetrics column) => _typeOfField.TryGetValue(column.FieldId, out var type)
        ? new ColumnMetrics(column.FieldId)
        {
            Size = column.ColumnSize,
            ValueCount = column.ValueCount,
            NullCount = column.NullCount,
            NanCount = column.NanCount,
            Lower = column.Bounds is { } low ? SingleValue.Lower(type, low.Lower) : null,
            Upper = column.Bounds is { } high ? SingleValue.Upper(type, high.Upper) : null,
        }
        : new ColumnMetrics(column.FieldId) { Size = column.ColumnSize };

    /// <summary>A column name as Avro would allow it, which Iceberg's writers use in files too: other characters as <c>_x</c> and their hex code.</summary>
    internal static string ParquetName(string name)
    {
        var result = new System.Text.StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsAsciiLetter(c) || c == '_' || (i > 0 && char.IsAsciiDigit(c)))
            {
                result.Append(c);
            }
            else
            {
                result.Append('_').Append(char.IsAsciiDigit(c) ? c.ToString() : "x" + ((int)c).ToString("X", CultureInfo.InvariantCulture));
            }
        }

        return result.ToString();
    }
}
