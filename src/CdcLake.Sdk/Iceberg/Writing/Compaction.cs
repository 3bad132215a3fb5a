using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Rows of several data files, written into fewer without those that were dead when it began. It reads only committed files and writes only new ones, so it may run
/// beside everything that happens to the table. What it wrote is removed when it is disposed of before somebody took the files over. Used once.
/// </summary>
internal sealed class Compaction : IAsyncDisposable
{
    private readonly TableLayout _layout;
    private readonly FileIO _store;
    private readonly IcebergSinkSettings _settings;
    private readonly FileNames _names;
    private readonly FilePartition _partition;
    private readonly WrittenFiles _written;
    private readonly LiveFiles _outputs = new();
    private readonly DataFile[] _data;

    /// <param name="layout">Columns.</param>
    /// <param name="table">Whose files they are.</param>
    /// <param name="files">Committed data files of one partition, at least one.</param>
    /// <param name="settings">Sizes and codec.</param>
    public Compaction(TableLayout layout, CatalogTable table, IReadOnlyList<LiveFile> files, IcebergSinkSettings settings)
    {
        _layout = layout;
        _store = table.Files;
        _settings = settings;
        _names = new FileNames(table.Metadata);
        _partition = FilePartition.Of(files[0].File!, table.Metadata.DefaultSpecId);
        _written = new WrittenFiles(table.Files);
        Inputs = [.. files.Select(f => new CompactionInput(f, f.Deleted.Copy()))];
        _data = [.. files.Select(f => f.File!)]; // what the stream makes of the files meanwhile is no matter here
    }

    /// <summary>The files that were read, in that order.</summary>
    public IReadOnlyList<CompactionInput> Inputs { get; }

    /// <summary>The files that were written: the inputs' rows that lived, in their order.</summary>
    public IReadOnlyList<DataFile> Outputs => [.. _outputs.All.Select(f => f.File!)];

    /// <summary>Writes the files.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var writer = new DataFileWriter(_layout, _store, _names, _partition, _outputs, _written, _settings);
        await using var _ = writer.ConfigureAwait(false);
        var rows = new int[DataFileReader.BatchRows];
        for (var i = 0; i < _data.Length; i++)
        {
            await foreach (var batch in DataFileReader.ReadAsync(_store, _data[i], _layout.Parquet, cancellationToken).ConfigureAwait(false))
            {
                using var owned = batch;
                var live = Inputs[i].Deleted.SelectLive(batch.FirstRow, batch.Count, rows);
                if (live > 0)
                {
                    await writer.AppendAsync(batch.Columns, rows.AsMemory(0, live), cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await writer.CloseAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The files are somebody else's from now on.</summary>
    public IReadOnlyList<string> HandOver() => _written.Detach();

    /// <summary>Where the rows of the outputs lay, one after the other.</summary>
    public IEnumerable<RowLocation> Origins()
    {
        for (var i = 0; i < _data.Length; i++)
        {
            for (var position = 0L; position < _data[i].RecordCount; position++)
            {
                if (!Inputs[i].Deleted.Contains(position))
                {
                    yield return new RowLocation(Inputs[i].File.Ordinal, (uint)position);
                }
            }
        }
    }

    public async ValueTask DisposeAsync() => await _written.DeleteAllAsync().ConfigureAwait(false);
}

/// <summary>A file that is compacted.</summary>
/// <param name="File">The file; the stream goes on to delete rows of it.</param>
/// <param name="Deleted">Its rows that were dead when the compaction began.</param>
internal sealed record CompactionInput(LiveFile File, PositionSet Deleted);
