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
    private readonly Dictionary<int, (DataType Type, MetricsMode Mode)> _metrics;

    /// <param name="columns">Columns of the batches, in the table's order.</param>
    /// <param name="key">Ordinals of the upsert key.</param>
    /// <param name="schema">The table's schema, which has these columns.</param>
    /// <param name="properties">The table's: which metrics manifests get; Iceberg's defaults when null.</param>
    public TableLayout(Schema columns, IReadOnlyList<int> key, IcebergSchema schema, IReadOnlyDictionary<string, string>? properties = null)
    {
        _metrics = [];
        Columns = columns;
        Key = [.. key];
        Schema = schema;
        Order = RowOrder.ByKey(Key);
        Parquet = [.. schema.Fields.Select((f, i) => new ParquetColumn(f.Name, f.Id, f.Required, columns[i].Type, DefaultValue.Of(f, columns[i].Type)) { IsVariant = f.Type.IsVariant })];
        var modes = new MetricsModes(properties ?? ImmutableDictionary<string, string>.Empty);
        for (var i = 0; i < schema.Fields.Length; i++)
        {
            _metrics[schema.Fields[i].Id] = (columns[i].Type, modes.Of(schema.Fields[i].Name, i, key.Contains(i)));
        }
    }

    private TableLayout(TableLayout other, ImmutableArray<ParquetColumn> columns)
    {
        (Columns, Key, Schema, Order, Parquet) = (other.Columns, other.Key, other.Schema, other.Order, columns);
        _metrics = new(other._metrics);
        foreach (var column in columns.Skip(other.Parquet.Length))
        {
            _metrics[column.FieldId] = (column.Type, MetricsMode.Counts); // bounds would leave out what null stands for
        }
    }

    /// <summary>In which order rows of a sorted file stand.</summary>
    public RowOrder Order { get; init; }

    /// <summary>Columns of the table.</summary>
    public Schema Columns { get; }

    /// <summary>Ordinals of the upsert key in them.</summary>
    public ImmutableArray<int> Key { get; }

    /// <summary>Columns of the upsert key.</summary>
    public Schema KeySchema => new(Key.Select(k => Columns[k]));

    public IcebergSchema Schema { get; }

    /// <summary>All columns, in the table's order, and behind them those of <see cref="RowLineage"/> where files have them.</summary>
    public ImmutableArray<ParquetColumn> Parquet { get; }

    /// <summary><see cref="Parquet"/> as rows are read that move to another file: variants keep their bits, whoever wrote them.</summary>
    public ImmutableArray<ParquetColumn> Moved => [.. Parquet.Select(c => c.IsVariant ? c with { Type = DataType.Binary } : c)];

    /// <summary><see cref="Parquet"/> under the names that they get in files.</summary>
    public ImmutableArray<ParquetColumn> Written => [.. Parquet.Select(c => c with { Name = ParquetName(c.Name) })];

    /// <summary>True when files have the columns of <see cref="RowLineage"/>.</summary>
    public bool HasRowLineage => Parquet.Length > Columns.Count;

    /// <summary>The same columns in files that rows of other files move to.</summary>
    public TableLayout WithRowLineage() => HasRowLineage ? this : new TableLayout(this, Parquet.AddRange(RowLineage.Columns));

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

    private ColumnMetrics MetricsOf(ParquetColumnMetrics column)
    {
        var size = new ColumnMetrics(column.FieldId) { Size = column.ColumnSize };
        if (!_metrics.TryGetValue(column.FieldId, out var metrics) || !metrics.Mode.HasCounts)
        {
            return size;
        }

        var bounds = metrics.Mode.BoundLength > 0 ? column.Bounds : null;
        var fields = metrics.Mode.BoundLength > 0 ? VariantBounds.Of(column.Fields, metrics.Mode.BoundLength) : null;
        return size with
        {
            ValueCount = column.ValueCount,
            NullCount = column.NullCount,
            NanCount = column.NanCount,
            Lower = bounds is { } low ? SingleValue.Lower(metrics.Type, low.Lower, metrics.Mode.BoundLength) : fields?.Lower,
            Upper = bounds is { } high ? SingleValue.Upper(metrics.Type, high.Upper, metrics.Mode.BoundLength) : fields?.Upper,
        };
    }

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
