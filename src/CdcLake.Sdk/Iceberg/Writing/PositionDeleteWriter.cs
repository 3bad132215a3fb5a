using System.Buffers.Binary;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Transactions;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Writing;

/// <summary>Writes deleted rows of one or several data files into a position delete file.</summary>
internal sealed class PositionDeleteWriter
{
    private const int ChunkRows = 16_384;

    private readonly FileIO _store;
    private readonly FileNames _names;
    private readonly WrittenFiles _written;
    private readonly ParquetWriterOptions _options;

    public PositionDeleteWriter(FileIO store, FileNames names, WrittenFiles written, IcebergSinkSettings settings)
    {
        _store = store;
        _names = names;
        _written = written;
        _options = settings.ForDeletes([new("delete-type", "position")]);
    }

    /// <param name="partition">That of all the data files.</param>
    /// <param name="rows">Paths of data files, byte for byte as their manifest entries have them, ascending, each with deleted rows, ascending, at least one.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    public async Task<DataFile> WriteAsync(FilePartition partition, IReadOnlyList<(string Path, IEnumerable<long> Positions)> rows, CancellationToken cancellationToken)
    {
        var name = _names.NextDeletes(partition);
        _written.Add(name);
        var output = await _store.CreateAsync(name, cancellationToken).ConfigureAwait(false);
        await using var _ = output.ConfigureAwait(false);
        using var parquet = new ParquetWriter(PositionDeleteFile.Columns, output.WriteAsync, _options);
        var paths = new BytesColumn(DataType.String);
        var positions = new FixedColumn<long>(DataType.Int64);
        foreach (var (path, deleted) in rows)
        {
            await AppendAsync(parquet, paths, positions, Encoding.UTF8.GetBytes(path), deleted, cancellationToken).ConfigureAwait(false);
        }

        await FlushAsync(parquet, paths, positions, cancellationToken).ConfigureAwait(false);
        paths.Return();
        positions.Return();
        var metrics = await parquet.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await output.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return Describe(name, rows[0].Path, rows[^1].Path, metrics) with { SpecId = partition.SpecId, Partition = partition.Tuple };
    }

    private static async ValueTask AppendAsync(
        ParquetWriter parquet, BytesColumn paths, FixedColumn<long> positions, byte[] path, IEnumerable<long> deleted, CancellationToken cancellationToken)
    {
        foreach (var position in deleted)
        {
            paths.Append(path);
            positions.Append(position);
            if (positions.Count == ChunkRows)
            {
                await FlushAsync(parquet, paths, positions, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask FlushAsync(ParquetWriter parquet, BytesColumn paths, FixedColumn<long> positions, CancellationToken cancellationToken)
    {
        if (positions.Count > 0)
        {
            await parquet.AppendAsync([paths, positions], 0, positions.Count, cancellationToken).ConfigureAwait(false);
            paths.Clear();
            positions.Clear();
        }
    }

    private static DataFile Describe(string path, string firstTarget, string lastTarget, ParquetFileMetrics metrics)
    {
        var bounds = metrics.Columns.First(c => c.FieldId == PositionDeleteFile.PositionFieldId).Bounds
            ?? throw new InvalidOperationException($"Position delete file {path} has no smallest position although it has rows.");
        return new DataFile
        {
            Content = FileContent.PositionDeletes,
            Path = path,
            RecordCount = metrics.RecordCount,
            FileSize = metrics.FileLength,
            SplitOffsets = metrics.SplitOffsets,
            ReferencedDataFile = firstTarget == lastTarget ? firstTarget : null,
            Columns =
            [
                new ColumnMetrics(PositionDeleteFile.PositionFieldId)
                {
                    Size = metrics.Columns.First(c => c.FieldId == PositionDeleteFile.PositionFieldId).ColumnSize,
                    Lower = Number(bounds.Lower),
                    Upper = Number(bounds.Upper),
                },
                new ColumnMetrics(PositionDeleteFile.PathFieldId)
                {
                    Size = metrics.Columns.First(c => c.FieldId == PositionDeleteFile.PathFieldId).ColumnSize,
                    Lower = Encoding.UTF8.GetBytes(firstTarget),
                    Upper = Encoding.UTF8.GetBytes(lastTarget),
                },
            ],
        };
    }

    private static byte[] Number(ParquetValue value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)value.Integer);
        return bytes;
    }
}
