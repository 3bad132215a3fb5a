using System.Collections.Immutable;
using System.Diagnostics;
using CdcLake.Columnar;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Shredding;
using CdcLake.Parquet.Writing;

namespace CdcLake.Parquet;

// File: "PAR1" | row groups (per column: [dictionary page] data pages) | column indexes | offset indexes | footer | footer length (4, LE) | "PAR1"
// Source: parquet-format/README.md, "File Format".

/// <summary>
/// Writes one Parquet file of flat columns and variants, shredded where that is asked for: V1 pages, PLAIN or dictionary encoded as each column chunk pays, with statistics, page indexes and checksums.
/// Appending encodes on the calling thread; output happens when a row group ends. A row group's compressed pages are held in pooled memory until then.
/// Not thread-safe. Disposing without <see cref="CompleteAsync"/> leaves an unreadable beginning of a file, which the caller discards.
/// </summary>
internal sealed class ParquetWriter : IDisposable
{
    private IReadOnlyList<ParquetColumn> _columns;
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> _output;
    private readonly ParquetWriterOptions _options;
    private readonly Scratch _scratch;
    private ColumnChunkWriter[] _chunks = []; // of a variant two, or more where it is shredded
    private VariantSplitter?[] _variants = [];
    private HeldRows? _held; // until it is known how variants are written
    private readonly List<RowGroupFooter> _rowGroups = [];
    private long _written;
    private long _groupRows;

    /// <param name="columns">At least one; names and field ids are unique.</param>
    /// <param name="output">Receives the file in order; each piece is only valid during its call.</param>
    /// <param name="options">Sizes and codec; defaults when null.</param>
    public ParquetWriter(
        IReadOnlyList<ParquetColumn> columns,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output,
        ParquetWriterOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(columns.Count, nameof(columns));
        _columns = columns;
        _output = output;
        _options = options ?? new ParquetWriterOptions();
        _scratch = new Scratch(_options);
        if (_options.VariantSampleRows > 0 && columns.Any(c => c.IsVariant))
        {
            _held = new HeldRows(_options.VariantSampleRows);
        }
        else
        {
            Open();
        }
    }

    /// <summary>Rows appended so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Bytes the file would have if it ended now, without its footer: written, compressed in memory, and the open pages uncompressed.</summary>
    public long EstimatedLength
    {
        get
        {
            var length = _written + (_held?.ByteSize ?? 0);
            foreach (var chunk in _chunks)
            {
                length += chunk.Pages.CompressedSize + chunk.OpenBytes;
            }

            return length;
        }
    }

    /// <summary>Appends rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> − 1.</summary>
    /// <param name="columns">As many as the file has, in its order, with the storage of their types; only read.</param>
    /// <param name="start">First row.</param>
    /// <param name="count">Rows; 0 does nothing.</param>
    /// <param name="cancellationToken">Stops the output of a full row group; the file is then lost.</param>
    /// <exception cref="SchemaMismatchException">A required column holds a null.</exception>
    /// <exception cref="ArithmeticOverflowException">A decimal has more digits than its type.</exception>
    /// <exception cref="UnsupportedTypeException">A document has something that no variant holds.</exception>
    public ValueTask AppendAsync(ReadOnlySpan<Column> columns, int start, int count, CancellationToken cancellationToken = default)
    {
        Debug.Assert(columns.Length == _columns.Count, "the caller maps its columns to those of the file");
        RowCount += count;
        if (_held is { } held)
        {
            held.Add(columns, start, count);
            return held.AreEnough ? EndHolding(cancellationToken) : ValueTask.CompletedTask;
        }

        return Append(columns, start, count, cancellationToken);
    }

    private ValueTask Append(ReadOnlySpan<Column> columns, int start, int count, CancellationToken cancellationToken)
    {
        for (int i = 0, chunk = 0; i < columns.Length; i++, chunk++)
        {
            if (_variants[i] is { } variant)
            {
                variant.Take(columns[i], start, count);
                chunk = Append(variant, chunk);
            }
            else
            {
                _chunks[chunk].Append(columns[i], start, count);
            }
        }

        return RowsAppended(count, cancellationToken);
    }

    /// <summary>Appends the rows <paramref name="rows"/>, in that order.</summary>
    /// <inheritdoc cref="AppendAsync(ReadOnlySpan{Column}, int, int, CancellationToken)"/>
    public ValueTask AppendAsync(ReadOnlySpan<Column> columns, ReadOnlySpan<int> rows, CancellationToken cancellationToken = default)
    {
        Debug.Assert(columns.Length == _columns.Count, "the caller maps its columns to those of the file");
        RowCount += rows.Length;
        if (_held is { } held)
        {
            held.Add(columns, rows);
            return held.AreEnough ? EndHolding(cancellationToken) : ValueTask.CompletedTask;
        }

        for (int i = 0, chunk = 0; i < columns.Length; i++, chunk++)
        {
            if (_variants[i] is { } variant)
            {
                variant.Take(columns[i], rows);
                chunk = Append(variant, chunk);
            }
            else
            {
                _chunks[chunk].Append(columns[i], rows);
            }
        }

        return RowsAppended(rows.Length, cancellationToken);
    }

    /// <summary>Writes what is left and the footer. At least one row was appended; a table without rows has no file.</summary>
    public async Task<ParquetFileMetrics> CompleteAsync(CancellationToken cancellationToken = default)
    {
        if (RowCount == 0)
        {
            throw new InvalidOperationException("A Parquet file without rows is never written.");
        }

        if (_held is not null)
        {
            await EndHolding(cancellationToken).ConfigureAwait(false);
        }

        await EndRowGroupAsync(cancellationToken).ConfigureAwait(false);
        var tail = WriteTail();
        await WriteAsync(tail.Written, cancellationToken).ConfigureAwait(false);
        return new ParquetFileMetrics(
            RowCount,
            _written,
            [.. _rowGroups.Select(group => group.Offset)],
            Metrics());
    }

    public void Dispose()
    {
        foreach (var chunk in _chunks)
        {
            chunk.Dispose();
        }

        foreach (var variant in _variants)
        {
            variant?.Dispose();
        }

        _held?.Dispose();
        _scratch.Dispose();
    }

    private void Open()
    {
        _chunks = [.. _columns.SelectMany(c => c.IsVariant ? VariantLeaves.Of(c) : [c]).Select(column => ColumnChunkWriters.Create(column, _options, _scratch))];
        _variants = [.. _columns.Select(c => c.IsVariant ? new VariantSplitter(c) : null)];
    }

    /// <summary>Decides how variants are written, and writes the rows that were held.</summary>
    private ValueTask EndHolding(CancellationToken cancellationToken)
    {
        using var held = _held!;
        _held = null;
        _columns = held.Shape(_columns);
        Open();
        return Append(held.Columns, 0, held.Count, cancellationToken); // takes the rows before it returns
    }

    /// <returns>The last chunk of the variant.</returns>
    private int Append(VariantSplitter variant, int chunk)
    {
        _chunks[chunk].Append(variant.Metadata, 0, variant.Metadata.Count);
        if (variant.Root is null)
        {
            _chunks[++chunk].Append(variant.Value, 0, variant.Value.Count);
            return chunk;
        }

        foreach (var leaf in variant.Root.Leaves)
        {
            _chunks[++chunk].Append(leaf.Values, leaf.Levels);
        }

        return chunk;
    }

    private ImmutableArray<ParquetColumnMetrics> Metrics()
    {
        var metrics = ImmutableArray.CreateBuilder<ParquetColumnMetrics>(_columns.Count);
        for (int i = 0, chunk = 0; i < _columns.Count; i++, chunk++)
        {
            var column = _chunks[chunk].Metrics();
            if (_variants[i] is { } variant)
            {
                ParquetColumnMetrics[] values = [.. _chunks.Skip(chunk + 1).Take(variant.Root?.Leaves.Count ?? 1).Select(c => c.Metrics())];
                chunk += values.Length;
                column = column with { FieldId = _columns[i].FieldId, ColumnSize = column.ColumnSize + values.Sum(v => v.ColumnSize), Fields = variant.Root is { } root ? [.. ShreddedFields.Of(_columns[i].Shredded!, root, values)] : [] };
            }

            metrics.Add(column);
        }

        return metrics.MoveToImmutable();
    }

    private ValueTask RowsAppended(int rows, CancellationToken cancellationToken)
    {
        _groupRows += rows;
        var size = 0L;
        foreach (var chunk in _chunks)
        {
            size += chunk.Pages.UncompressedSize + chunk.OpenBytes;
        }

        return size >= _options.RowGroupBytes ? EndRowGroupAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    private async ValueTask EndRowGroupAsync(CancellationToken cancellationToken)
    {
        if (_groupRows == 0)
        {
            return;
        }

        if (_written == 0)
        {
            await WriteAsync("PAR1"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        }

        var offset = _written;
        var footers = new ChunkFooter[_chunks.Length];
        for (var i = 0; i < _chunks.Length; i++)
        {
            var pages = _chunks[i].Pages;
            footers[i] = _chunks[i].Finish();
            footers[i].DictionaryOffset = pages.DictionaryLength > 0 ? _written : null;
            footers[i].DataOffset = _written + pages.DictionaryLength;
            await pages.WriteToAsync(_output, cancellationToken).ConfigureAwait(false);
            _written += footers[i].CompressedSize;
            pages.Clear();
        }

        _rowGroups.Add(new RowGroupFooter(footers, _groupRows, offset));
        _groupRows = 0;
    }

    private CompactWriter WriteTail()
    {
        var writer = new CompactWriter();
        foreach (var chunk in _rowGroups.SelectMany(group => group.Chunks).Where(chunk => chunk.BloomFilter is not null))
        {
            var start = writer.Written.Length;
            IndexWriter.WriteBloomFilter(writer, chunk.BloomFilter!);
            chunk.BloomFilterOffset = _written + start;
            chunk.BloomFilterLength = writer.Written.Length - start;
        }

        foreach (var chunk in _rowGroups.SelectMany(group => group.Chunks))
        {
            var start = writer.Written.Length;
            if (IndexWriter.TryWriteColumnIndex(writer, chunk))
            {
                chunk.ColumnIndexOffset = _written + start;
                chunk.ColumnIndexLength = writer.Written.Length - start;
            }
        }

        foreach (var chunk in _rowGroups.SelectMany(group => group.Chunks))
        {
            var start = writer.Written.Length;
            IndexWriter.WriteOffsetIndex(writer, chunk);
            chunk.OffsetIndexOffset = _written + start;
            chunk.OffsetIndexLength = writer.Written.Length - start;
        }

        var footerStart = writer.Written.Length;
        FooterWriter.Write(writer, _columns, _rowGroups, _options.KeyValues);
        writer.WriteRawInt32(writer.Written.Length - footerStart);
        writer.WriteRaw("PAR1"u8);
        return writer;
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _output(bytes, cancellationToken).ConfigureAwait(false);
        _written += bytes.Length;
    }
}
