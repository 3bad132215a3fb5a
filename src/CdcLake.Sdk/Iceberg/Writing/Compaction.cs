using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Rows of several data files, written into fewer without those that were dead when it began. It reads only committed files and writes only new ones, so it may run
/// beside everything that happens to the table. What it wrote is removed when it is disposed of before somebody took the files over. Used once.
/// </summary>
internal sealed class Compaction : IAsyncDisposable
{
    private readonly TableLayout _layout;
    private readonly TableVersion _version;
    private readonly IcebergSinkSettings _settings;
    private readonly FileNames _names;
    private readonly FilePartition _partition;
    private readonly WrittenFiles _written;
    private readonly LiveFiles _outputs = new();
    private readonly List<RowLocation> _origins = [];
    private readonly DataFile[] _data;

    /// <param name="layout">Columns.</param>
    /// <param name="version">The table.</param>
    /// <param name="files">Committed data files of one partition, at least one.</param>
    /// <param name="settings">Sizes and codec.</param>
    public Compaction(TableLayout layout, TableVersion version, IReadOnlyList<LiveFile> files, IcebergSinkSettings settings)
    {
        _layout = version.Table.Metadata.HasRowLineage ? layout.WithRowLineage() : layout;
        _version = version;
        _settings = settings;
        _names = new FileNames(version.Table.Metadata);
        _partition = FilePartition.Of(files[0].File!, version.Table.Metadata.DefaultSpecId);
        _written = new WrittenFiles(version.Table.Files);
        Inputs = [.. files.Select(f => new CompactionInput(f, f.Deleted.Copy()))];
        _data = [.. files.Select(f => f.File!)]; // what the stream makes of the files meanwhile is no matter here
    }

    /// <summary>The files that were read, in that order.</summary>
    public IReadOnlyList<CompactionInput> Inputs { get; private set; }

    /// <summary>That of the snapshot which was read: equality deletes that are newer still hide rows of the outputs.</summary>
    public long SequenceNumber => _version.Table.Metadata.CurrentSnapshot?.SequenceNumber ?? 0;

    /// <summary>The files that were written: the inputs' rows that lived, by key as far as the memory reached.</summary>
    public IReadOnlyList<DataFile> Outputs => [.. _outputs.All.Select(f => f.File!)];

    /// <summary>Writes the files.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_settings.DeleteMode == IcebergDeleteMode.Equality)
        {
            await ResolveAsync(cancellationToken).ConfigureAwait(false);
        }

        var writer = new DataFileWriter(_layout, _version.Table.Files, _names, _partition, _outputs, _written, _settings);
        await using var _ = writer.ConfigureAwait(false);
        var buffer = new SortBuffer(_layout);
        var sortBytes = _layout.Order.IsDeclared ? Math.Max(_settings.SortBytes, _settings.MemoryBudgetBytes) : _settings.SortBytes;
        var lineage = _data.Select(f => _layout.HasRowLineage ? _version.Files.EntryOf(f) : null).ToArray();
        var rows = new int[DataFileReader.BatchRows];
        var reader = new DataFileReader(_version.Table);
        for (var i = 0; i < _data.Length; i++)
        {
            await foreach (var batch in reader.ReadAsync(_data[i], _layout.Moved, cancellationToken).ConfigureAwait(false))
            {
                using var owned = batch;
                RowLineage.Resolve(batch, lineage[i]);
                var live = Inputs[i].Deleted.SelectLive(batch.FirstRow, batch.Count, rows);
                buffer.Add(batch.Columns, rows.AsSpan(0, live), Inputs[i].File.Ordinal, batch.FirstRow);
                if (buffer.Bytes >= sortBytes)
                {
                    await WriteAsync(buffer, writer, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await WriteAsync(buffer, writer, cancellationToken).ConfigureAwait(false);
        await writer.CloseAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The files are somebody else's from now on.</summary>
    public IReadOnlyList<string> HandOver() => _written.Detach();

    /// <summary>Where the rows of the outputs lay, one after the other.</summary>
    public IReadOnlyList<RowLocation> Origins => _origins;

    public async ValueTask DisposeAsync() => await _written.DeleteAllAsync().ConfigureAwait(false);

    /// <summary>Finds the rows that equality deletes hide, of which a sink that writes them keeps no account.</summary>
    private async Task ResolveAsync(CancellationToken cancellationToken)
    {
        var paths = _data.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var exact = await DeletedRows.LoadAsync(_version.Table, _version.Files, new LiveFiles(), cancellationToken, e => paths.Contains(e.File.Path)).ConfigureAwait(false);
        var deleted = exact.All.ToDictionary(f => f.File!.Path, f => f.Deleted, StringComparer.Ordinal);
        Inputs = [.. Inputs.Zip(_data, (i, f) => i with { Deleted = deleted[f.Path] })];
    }

    private async Task WriteAsync(SortBuffer buffer, DataFileWriter writer, CancellationToken cancellationToken)
    {
        var order = buffer.Order();
        writer.Run++;
        for (var start = 0; start < order.Length; start += DataFileReader.BatchRows)
        {
            var some = order.AsMemory(start, Math.Min(DataFileReader.BatchRows, order.Length - start));
            await writer.AppendAsync(buffer.Columns, some, cancellationToken).ConfigureAwait(false);
        }

        _origins.AddRange(order.Select(i => buffer.Origins[i]));
        buffer.Clear();
    }
}

/// <summary>A file that is compacted.</summary>
/// <param name="File">The file; the stream goes on to delete rows of it.</param>
/// <param name="Deleted">Its rows that were dead when the compaction began.</param>
internal sealed record CompactionInput(LiveFile File, PositionSet Deleted);
