using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Writing;

// Equality delete file (Iceberg specification, "Equality Delete Files"): Parquet with the key columns under the table's field ids. It hides rows of earlier commits with
// these keys, in the partition that it belongs to under its spec, or everywhere when its spec has no fields.

/// <summary>
/// Names rows that a commit replaces or deletes by their key, so that nobody has to know where they lie. A key goes into the partition of its old row under every spec that
/// data files have. Rows of the open commit itself, which such deletes do not reach, are hidden by position. Not thread-safe.
/// </summary>
internal sealed class EqualityDeletesWriter : IDeletedRowsWriter, IAsyncDisposable
{
    private readonly TableSession _session;
    private readonly TableLayout _layout;
    private readonly TableLayout _keys;
    private readonly FileNames _names;
    private readonly WrittenFiles _written;
    private readonly IDeletedRowsWriter _positions;
    private readonly IcebergSinkSettings _settings;
    private readonly ParquetWriterOptions _options;
    private readonly Dictionary<FilePartition, OpenFile> _open = [];
    private readonly List<DataFile> _closed = [];
    private List<PartitionRouter>? _routers;
    private int[] _all = [];

    /// <param name="session">The table.</param>
    /// <param name="layout">Its columns and key.</param>
    /// <param name="names">Names of new files.</param>
    /// <param name="written">Gets the name of each file.</param>
    /// <param name="positions">Hides rows of the open commit.</param>
    /// <param name="settings">Sizes and codec.</param>
    public EqualityDeletesWriter(TableSession session, TableLayout layout, FileNames names, WrittenFiles written, IDeletedRowsWriter positions, IcebergSinkSettings settings)
    {
        _session = session;
        _layout = layout;
        _names = names;
        _written = written;
        _positions = positions;
        _settings = settings;
        ImmutableArray<IcebergField> fields = [.. layout.Key.Select(k => layout.Schema.Fields[k])];
        _keys = new TableLayout(
            layout.KeySchema, [.. Enumerable.Range(0, fields.Length)], new IcebergSchema(layout.Schema.SchemaId, fields, []), Metadata.Properties);
        _options = settings.ForDeletes(
            [new("delete-type", "equality"), new("delete-field-ids", string.Join(", ", fields.Select(f => f.Id.ToString(CultureInfo.InvariantCulture)))), new("iceberg.schema", _keys.Schema.ToJson())]);
    }

    /// <summary>Rows that deletes which were written here hide, and of which nobody knows where they lie.</summary>
    public long Hidden { get; private set; }

    /// <summary>Those of them that the next commit adds.</summary>
    public long Pending { get; private set; }

    private TableMetadata Metadata => _session.Version.Table.Metadata;

    /// <summary>Hides rows of earlier commits.</summary>
    /// <param name="old">The rows, all columns; they stay the caller's.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    public async ValueTask AppendAsync(ChangeBatch old, CancellationToken cancellationToken)
    {
        var columns = old.Columns.ToArray();
        var keys = _layout.Key.Select(k => columns[k]).ToArray();
        foreach (var router in _routers ??= RoutersOf(_session.Version))
        {
            foreach (var (partition, rows) in router.IsPartitioned ? router.Route(columns, All(old.Count).Span) : [(router.Only, All(old.Count))])
            {
                await (await OpenAsync(partition, cancellationToken).ConfigureAwait(false)).Parquet.AppendAsync(keys, rows.Span, cancellationToken).ConfigureAwait(false);
            }
        }

        Hidden += old.Count;
        Pending += old.Count;
    }

    public async Task WriteAsync(List<LiveFile> touched, SnapshotChange changes, CancellationToken cancellationToken)
    {
        await CloseAsync(cancellationToken).ConfigureAwait(false);
        changes.AddedDeletes.AddRange(_closed);
        await _positions.WriteAsync(touched, changes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The table has what was written.</summary>
    public void Committed()
    {
        _closed.Clear();
        _routers = null;
        Pending = 0;
    }

    /// <summary>So many of the hidden rows are gone, or their places are known now.</summary>
    public void Found(long rows) => Hidden -= rows;

    /// <summary>No row of earlier commits counts any more: what was written so far is of no use.</summary>
    public async ValueTask ForgetAsync(CancellationToken cancellationToken)
    {
        await CloseAsync(cancellationToken).ConfigureAwait(false);
        foreach (var file in _closed)
        {
            await _session.Version.Table.Files.DeleteAsync(file.Path, cancellationToken).ConfigureAwait(false);
        }

        _closed.Clear();
        (Hidden, Pending) = (0, 0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _open.Values)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }

        _open.Clear();
    }

    /// <summary>One delete file without partition is enough for all; else each spec that data files have needs its own.</summary>
    private List<PartitionRouter> RoutersOf(TableVersion version)
    {
        var used = version.Files.Manifests.Where(m => m.Manifest.Content == ManifestContent.Data).Select(m => m.Manifest.PartitionSpecId).ToHashSet();
        var specs = Metadata.PartitionSpecs.Where(s => used.Contains(s.SpecId)).ToList();
        var global = specs.Find(s => s.IsGlobal);
        return [.. (global is null ? specs : [global]).Select(s => new PartitionRouter(s, _layout.Schema, _layout.Columns, $"Table {version.Table.Identifier}"))];
    }

    private async ValueTask<OpenFile> OpenAsync(FilePartition partition, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(partition, out var known))
        {
            return known;
        }

        if (_open.Count >= _settings.MaxOpenFiles)
        {
            await CloseAsync(cancellationToken).ConfigureAwait(false);
        }

        var name = _names.NextDeletes(partition);
        _written.Add(name);
        var output = await _session.Version.Table.Files.CreateAsync(name, cancellationToken).ConfigureAwait(false);
        var file = new OpenFile(name, output, new ParquetWriter(_keys.Written, output.WriteAsync, _options));
        _open.Add(partition, file);
        return file;
    }

    private async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        _closed.AddRange(await Uploads.FinishAsync(_open, f => FinishAsync(f.Key, f.Value, cancellationToken)).ConfigureAwait(false));
        await DisposeAsync().ConfigureAwait(false);
    }

    private async Task<DataFile> FinishAsync(FilePartition partition, OpenFile file, CancellationToken cancellationToken)
    {
        var metrics = await file.Parquet.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await file.Output.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return _keys.DataFileOf(file.Name, metrics) with
        {
            Content = FileContent.EqualityDeletes,
            SortOrderId = _layout.Order.UnsortedId,
            EqualityIds = [.. _keys.Schema.Fields.Select(f => f.Id)],
            SpecId = partition.SpecId,
            Partition = partition.Tuple,
        };
    }

    private ReadOnlyMemory<int> All(int count)
    {
        if (_all.Length < count)
        {
            _all = [.. Enumerable.Range(0, count)];
        }

        return _all.AsMemory(0, count);
    }

    private sealed record OpenFile(string Name, IObjectWriter Output, ParquetWriter Parquet) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Parquet.Dispose();
            await Output.DisposeAsync().ConfigureAwait(false);
        }
    }
}
