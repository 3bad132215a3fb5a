using System.Collections.Frozen;
using CdcLake.Columnar;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Writing;

/// <summary>Writes rows of one partition into data files, one after the other, each closed at the target size. Not thread-safe.</summary>
internal sealed class DataFileWriter : IAsyncDisposable
{
    private readonly TableLayout _layout;
    private readonly FileIO _store;
    private readonly FileNames _names;
    private readonly FilePartition _partition;
    private readonly LiveFiles _files;
    private readonly WrittenFiles _written;
    private readonly IcebergSinkSettings _settings;
    private readonly ParquetWriterOptions _options;
    private string _name = "";
    private IObjectWriter? _output;
    private ParquetWriter? _parquet;
    private readonly FixedColumn<long> _noLineage = new(DataType.Int64);
    private LiveFile? _file;
    private int _run;

    /// <param name="layout">Columns.</param>
    /// <param name="store">Where files go.</param>
    /// <param name="names">Names of new files.</param>
    /// <param name="partition">Where the files belong.</param>
    /// <param name="files">Gets each file when it is begun.</param>
    /// <param name="written">Gets the name of each file.</param>
    /// <param name="settings">Sizes and codec.</param>
    public DataFileWriter(TableLayout layout, FileIO store, FileNames names, FilePartition partition, LiveFiles files, WrittenFiles written, IcebergSinkSettings settings)
    {
        _layout = layout;
        _store = store;
        _names = names;
        _partition = partition;
        _files = files;
        _written = written;
        _settings = settings;
        _options = new ParquetWriterOptions
        {
            Codec = settings.Compression,
            CompressionLevel = settings.CompressionLevel,
            RowGroupBytes = settings.RowGroupBytes,
            PageBytes = settings.PageBytes,
            PageRows = settings.PageRows,
            DictionaryBytes = settings.DictionaryBytes,
            VariantSampleRows = settings.VariantSampleRows,
            HasPagesV2 = settings.HasPagesV2,
            WithoutDictionary = layout.Schema.Fields.Where(f => settings.WithoutDictionary.Contains(f.Name)).Select(f => f.Id).ToFrozenSet(),
            WithoutBounds = layout.Schema.Fields.Where(f => settings.WithoutBounds.Contains(f.Name)).Select(f => f.Id).ToFrozenSet(),
            BloomFilters = layout.Schema.Fields.Where(f => settings.BloomFilters.ContainsKey(f.Name)).ToDictionary(f => f.Id, f => settings.BloomFilters[f.Name]),
            KeyValues = [new("iceberg.schema", layout.Schema.ToJson())],
        };
    }

    /// <summary>The file that is being written, or null. Its rows cannot be read yet.</summary>
    public LiveFile? Open => _file;

    /// <summary>Where its files belong.</summary>
    public FilePartition Partition => _partition;

    /// <summary>
    /// The sorted run that the rows which are appended belong to, 1 or more; 0 for rows in no particular order. A file that has rows of one run alone is sorted and says so.
    /// </summary>
    public int Run { get; set; }

    /// <summary>Appends all rows of a batch to one file.</summary>
    /// <returns>Where the first row lies; the others follow.</returns>
    public async ValueTask<RowLocation> AppendAsync(ChangeBatch rows, CancellationToken cancellationToken)
    {
        var start = await BeginAsync(cancellationToken).ConfigureAwait(false);
        await _parquet!.AppendAsync(_layout.HasRowLineage ? Complete(rows.Columns.ToArray(), rows.Count) : rows.Columns, 0, rows.Count, cancellationToken).ConfigureAwait(false);
        await EndAsync(cancellationToken).ConfigureAwait(false);
        return start;
    }

    /// <summary>Appends some rows of columns to one file. Columns of <see cref="RowLineage"/> that the file has may be left out: the rows are new.</summary>
    /// <returns>Where the first of them lies; the others follow.</returns>
    public async ValueTask<RowLocation> AppendAsync(Column[] columns, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var start = await BeginAsync(cancellationToken).ConfigureAwait(false);
        await _parquet!.AppendAsync(Complete(columns, columns[0].Count), rows.Span, cancellationToken).ConfigureAwait(false);
        await EndAsync(cancellationToken).ConfigureAwait(false);
        return start;
    }

    /// <summary>Closes the open file, if there is one.</summary>
    public async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        if (_parquet is null)
        {
            return;
        }

        var metrics = await _parquet.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await _output!.CompleteAsync(cancellationToken).ConfigureAwait(false);
        _file!.File = _layout.DataFileOf(_name, metrics) with
        {
            SpecId = _partition.SpecId,
            Partition = _partition.Tuple,
            SortOrderId = _run > 0 && _layout.Order.IsDeclared ? _layout.Order.SortOrderId : _layout.Order.UnsortedId,
        };
        _file = null;
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _parquet?.Dispose();
        _parquet = null;
        if (_output is { } output)
        {
            _output = null;
            await output.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<RowLocation> BeginAsync(CancellationToken cancellationToken)
    {
        if (_parquet is null)
        {
            _name = _names.NextData(_partition);
            _written.Add(_name);
            _output = await _store.CreateAsync(_name, cancellationToken).ConfigureAwait(false);
            _parquet = new ParquetWriter(_layout.Written, _output.WriteAsync, _options);
            _file = _files.Begin();
            _run = Run;
        }

        _run = _run == Run ? _run : 0;

        return new RowLocation(_file!.Ordinal, checked((uint)_parquet.RowCount));
    }

    private Column[] Complete(Column[] columns, int rows)
    {
        if (columns.Length == _layout.Parquet.Length)
        {
            return columns;
        }

        _noLineage.AppendRepeated(null, Math.Max(0, rows - _noLineage.Count));
        return [.. columns, _noLineage, _noLineage];
    }

    private ValueTask EndAsync(CancellationToken cancellationToken) =>
        _parquet!.EstimatedLength >= _settings.TargetFileSizeBytes ? CloseAsync(cancellationToken) : ValueTask.CompletedTask;
}
