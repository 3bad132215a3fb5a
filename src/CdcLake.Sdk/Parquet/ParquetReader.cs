using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Reading;

namespace CdcLake.Parquet;

/// <summary>
/// Reads columns of one Parquet file: V1 and V2 pages of every encoding that writers use; compressed by any codec that <see cref="Codec.IsReadable"/>.
/// Structs, lists, maps and variants become JSON. Of each column one page is in memory at a time, and the rows of a batch. Not thread-safe: one reading at a time.
/// </summary>
internal sealed class ParquetReader : IAsyncDisposable
{
    /// <summary>Rows of a batch unless the caller asks for another number.</summary>
    public const int DefaultBatchRows = ChangeBatch.TargetRows;

    private const int Tail = 8; // footer length and magic
    private const int Magic = 4;
    private const int FirstRead = 64 << 10; // most footers fit
    private const long BatchBytes = 64 << 20; // rows of long values come in smaller batches

    private readonly string _name;
    private readonly FileBytes _file;

    private ParquetReader(string name, FileBytes file, ParquetFooter footer)
    {
        _name = name;
        _file = file;
        Footer = footer;
    }

    public long RowCount => Footer.RowCount;

    /// <summary>Key and value pairs of the footer.</summary>
    public IReadOnlyDictionary<string, string> KeyValues => Footer.KeyValues;

    public ParquetFooter Footer { get; }

    /// <summary>The columns that can be read, with the types they have by themselves; those with values of unknown types are left out. Structs, lists, maps and
    /// variants are text. A field id of 0 stands for none.</summary>
    public IReadOnlyList<ParquetColumn> Columns => [.. Footer.Root.Children.Select(NaturalColumn).OfType<ParquetColumn>()];

    /// <summary>Reads the footer.</summary>
    /// <param name="name">Name of the file for errors.</param>
    /// <param name="stream">Seekable; the reader takes it over, also when this fails.</param>
    /// <param name="names">Field ids for the columns of a file that has none; null: columns are then found by name.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="CatalogException">Not a Parquet file, damaged, or of a kind that is not supported.</exception>
    public static async Task<ParquetReader> OpenAsync(string name, Stream stream, FieldNames? names = null, CancellationToken cancellationToken = default)
    {
        var file = new FileBytes(stream);
        try
        {
            var footer = await ReadFooterAsync(file, cancellationToken).ConfigureAwait(false);
            return new ParquetReader(name, file, names?.ApplyTo(footer) ?? footer);
        }
        catch (CdcLakeException e) when (IsAboutTheFile(e))
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw Refused(name, e);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads the given columns of all rows, in file order.</summary>
    /// <param name="columns">Matched by field id, or by name when the file has no field ids. A column that the file lacks has its <see cref="ParquetColumn.Missing"/> value throughout; when that is null, it must not be required.
    /// The type may be wider than the stored one (int as long, float as double, a decimal of more digits).</param>
    /// <param name="batchRows">Most rows of a batch; fewer when rows are long.</param>
    /// <param name="filter">Row groups and pages for which it says false are passed over; null reads all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="CatalogException">Damaged, or a column cannot be read as the type asked for.</exception>
    public async IAsyncEnumerable<ParquetBatch> ReadAsync(
        IReadOnlyList<ParquetColumn> columns,
        int batchRows = DefaultBatchRows,
        IRowFilter? filter = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var fillers = new List<ColumnFiller>();
        using var decompressor = new BlockDecompressor();
        try
        {
            Open(columns, decompressor, fillers);
            var row = 0L;
            foreach (var group in Footer.RowGroups)
            {
                Start(group, fillers);
                var size = (int)Math.Clamp(BatchBytes / Math.Max(1, group.TotalBytes / Math.Max(1, group.Rows)), 1, batchRows);
                var at = 0L;
                foreach (var (first, count) in await RowSelection.OfAsync(_file, Footer, group, filter, cancellationToken).ConfigureAwait(false))
                {
                    await SkipAsync(fillers, first - at, cancellationToken).ConfigureAwait(false);
                    for (at = first; at < first + count;)
                    {
                        var batch = new ParquetBatch(row + at, (int)Math.Min(first + count - at, size), [.. columns.Select(column => Column.Create(column.Type))]);
                        await FillAsync(batch, fillers, cancellationToken).ConfigureAwait(false);
                        at += batch.Count;
                        yield return batch;
                    }
                }

                row += group.Rows;
            }
        }
        finally
        {
            foreach (var filler in fillers)
            {
                filler.Dispose();
            }
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static async Task<ParquetFooter> ReadFooterAsync(FileBytes file, CancellationToken cancellationToken)
    {
        if (file.Length < Magic + Tail)
        {
            throw new CorruptDataException("File", 0, $"{file.Length} bytes are too few for a Parquet file");
        }

        var end = new byte[(int)Math.Min(FirstRead, file.Length)];
        await file.ReadAsync(file.Length - end.Length, end, cancellationToken).ConfigureAwait(false);
        if (end.AsSpan(end.Length - Magic).SequenceEqual("PARE"u8))
        {
            throw new UnsupportedPartException("its footer is encrypted");
        }

        if (!end.AsSpan(end.Length - Magic).SequenceEqual("PAR1"u8))
        {
            throw new CorruptDataException("File", file.Length - Magic, "the last four bytes are not \"PAR1\": not a Parquet file, or not completely written");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(end.AsSpan(end.Length - Tail));
        if (length < 0 || length > file.Length - Tail - Magic)
        {
            throw new CorruptDataException("File", file.Length - Tail, $"footer length {length} in a file of {file.Length} bytes");
        }

        if (length > end.Length - Tail)
        {
            end = new byte[length + Tail];
            await file.ReadAsync(file.Length - end.Length, end, cancellationToken).ConfigureAwait(false);
        }

        return FooterReader.Read(end.AsSpan(end.Length - Tail - length, length), file.Length);
    }

    private ParquetColumn? NaturalColumn(SchemaNode node)
    {
        if (node.IsLeaf && !node.IsRepeated)
        {
            return TypeOf(node) is { } type ? new ParquetColumn(node.Name, node.FieldId ?? 0, !Footer.Leaves[node.Leaf].IsOptional, type) : null;
        }

        if (node.Annotation.Kind == AnnotationKind.Variant && !node.IsRepeated)
        {
            return new ParquetColumn(node.Name, node.FieldId ?? 0, node.Definition == 0, DataType.String) { IsVariant = true };
        }

        return NestedField.Of(node, TypeOf) is { } nested
            ? new ParquetColumn(node.Name, node.FieldId ?? 0, node.Definition == 0, DataType.String) { Nested = nested }
            : null;
    }

    private DataType? TypeOf(SchemaNode node) => Conversion.NaturalType(Footer.Leaves[node.Leaf]);

    private void Open(IReadOnlyList<ParquetColumn> columns, BlockDecompressor decompressor, List<ColumnFiller> fillers)
    {
        try
        {
            var opener = new ColumnOpener(_name, Footer, _file, decompressor);
            fillers.AddRange(columns.Select(opener.Open));
        }
        catch (UnsupportedPartException e)
        {
            throw Refused(_name, e);
        }
    }

    private void Start(RowGroupLocation group, List<ColumnFiller> fillers)
    {
        try
        {
            fillers.ForEach(f => f.Start(group));
        }
        catch (CdcLakeException e) when (IsAboutTheFile(e))
        {
            throw Refused(_name, e);
        }
    }

    private async ValueTask SkipAsync(List<ColumnFiller> fillers, long rows, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var filler in rows > 0 ? fillers : [])
            {
                await filler.SkipAsync(rows, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (CdcLakeException e) when (IsAboutTheFile(e))
        {
            throw Refused(_name, e);
        }
    }

    private async ValueTask FillAsync(ParquetBatch batch, List<ColumnFiller> fillers, CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 0; i < fillers.Count; i++)
            {
                batch.Columns[i].Reserve(batch.Count);
                await fillers[i].FillAsync(batch.Columns[i], batch.Count, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (CdcLakeException e) when (IsAboutTheFile(e))
        {
            batch.Dispose();
            throw Refused(_name, e);
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    private static bool IsAboutTheFile(CdcLakeException e) => e is CorruptDataException or UnsupportedPartException;

    private static CatalogException Refused(string name, CdcLakeException e) => e is UnsupportedPartException
        ? new CatalogException(
            $"Parquet file {name} cannot be read by this version of the library: {e.Message}. Have the engine that wrote it write it again with zstd, V1 pages and dictionary or plain encoding (rewrite_data_files does for a table).", e)
        : new CatalogException(
            $"Parquet file {name} cannot be read: {e.Message}. It is damaged. Restore it from a copy, or have its writer write it again.", e);
}
