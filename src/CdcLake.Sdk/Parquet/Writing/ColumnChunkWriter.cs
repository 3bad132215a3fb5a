using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Parquet.Encodings;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Writing;

// Body of a V1 data page of a flat column, before compression:
//
//   optional column only   4 bytes   length of the levels, little endian
//                          n         definition levels, RLE hybrid of one bit: 1 = value, 0 = null
//   deeper column          the same  with as many bits as the highest level needs
//   values                           PLAIN, or 1 byte bit width + RLE hybrid of dictionary indices; nulls take no place
//
// In a V2 page the levels have no length before them, since the header has it, and only the values are compressed.
//
// Source: parquet-format/README.md, "Data Pages".

/// <summary>Collects the rows of one column, closes pages as they fill, and keeps them until the row group ends.</summary>
internal abstract class ColumnChunkWriter : IDisposable
{
    private const int LevelsPrefix = 4;

    private byte[] _nulls = [];
    private byte[] _levels = []; // of columns with more than one kind of null
    private int _rows;
    private int _nullRows;
    private long _chunkNulls;
    private long _fileNulls;
    private long _fileRows;
    private long _fileSize;

    protected ColumnChunkWriter(ParquetColumn column, ParquetWriterOptions options, Scratch scratch)
    {
        Column = column;
        Options = options;
        Scratch = scratch;
        Pages = new ChunkPages(scratch, options.Codec);
        Bloom = options.BloomFilters.TryGetValue(column.FieldId, out var bloom) ? new BloomFilter(bloom) : null;
    }

    public ParquetColumn Column { get; }

    /// <summary>Finished pages of the current chunk.</summary>
    public ChunkPages Pages { get; }

    /// <summary>Bytes of values in the page that is still open, before encoding.</summary>
    public abstract int OpenBytes { get; }

    /// <summary>Gets each value, where the column has one.</summary>
    protected BloomFilter? Bloom { get; }

    protected ParquetWriterOptions Options { get; }

    /// <summary>True when the chunk may have a dictionary.</summary>
    protected bool AllowsDictionary => Options.DictionaryBytes > 0 && !Options.WithoutDictionary.Contains(Column.FieldId);

    protected Scratch Scratch { get; }

    /// <summary>Appends rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> − 1 of <paramref name="source"/>.</summary>
    /// <exception cref="SchemaMismatchException">A required column holds a null.</exception>
    public void Append(Column source, int start, int count)
    {
        var end = start + count;
        while (start < end)
        {
            var step = AppendValues(source, start, Math.Min(end - start, Options.PageRows - _rows));
            var nulls = ReserveNulls(step);
            if (source.HasNulls)
            {
                source.Nulls.Slice(start, step).CopyTo(nulls);
                CountNulls(nulls);
            }
            else
            {
                nulls.Clear();
            }

            start += step;
            Advance(step);
        }
    }

    /// <summary>Appends the rows <paramref name="rows"/> of <paramref name="source"/> in that order.</summary>
    /// <exception cref="SchemaMismatchException">A required column holds a null.</exception>
    public void Append(Column source, ReadOnlySpan<int> rows)
    {
        while (!rows.IsEmpty)
        {
            var step = AppendValues(source, rows[..Math.Min(rows.Length, Options.PageRows - _rows)]);
            var nulls = ReserveNulls(step);
            if (source.HasNulls)
            {
                var mask = source.Nulls;
                for (var i = 0; i < step; i++)
                {
                    nulls[i] = mask[rows[i]];
                }

                CountNulls(nulls);
            }
            else
            {
                nulls.Clear();
            }

            rows = rows[step..];
            Advance(step);
        }
    }

    /// <summary>Appends all rows of <paramref name="source"/>, of a column with several kinds of null.</summary>
    /// <param name="source">Rows; null where the level is below that of a value.</param>
    /// <param name="levels">Definition level of each.</param>
    public void Append(Column source, ReadOnlySpan<byte> levels)
    {
        for (var start = 0; start < levels.Length;)
        {
            var step = AppendValues(source, start, Math.Min(levels.Length - start, Options.PageRows - _rows));
            var nulls = ReserveNulls(step);
            Pooled.Grow(ref _levels, _rows + step, _rows);
            levels.Slice(start, step).CopyTo(_levels.AsSpan(_rows));
            for (var i = 0; i < step; i++)
            {
                nulls[i] = (byte)(levels[start + i] < Column.MaxDefinition ? 1 : 0);
            }

            CountNulls(nulls);
            start += step;
            Advance(step);
        }
    }

    /// <summary>Closes the open page and the dictionary; the chunk's bytes are then complete in <see cref="Pages"/>.</summary>
    public ChunkFooter Finish()
    {
        ClosePage();
        CloseDictionary();
        var statistics = TakeStatistics(_chunkNulls);
        var footer = new ChunkFooter
        {
            Column = Column,
            Codec = Options.Codec,
            Statistics = HasBounds ? statistics : statistics with { Min = null, Max = null },
            Pages = Pages.Entries,
            ValueCount = Pages.Rows,
            UncompressedSize = Pages.UncompressedSize,
            CompressedSize = Pages.CompressedSize,
            DictionaryEncodedPages = Pages.DictionaryEncodedPages,
            PageType = Options.HasPagesV2 ? PageType.DataV2 : PageType.DataV1,
            BloomFilter = Bloom?.Take(),
        };
        _fileNulls += _chunkNulls;
        _fileRows += Pages.Rows;
        _fileSize += Pages.CompressedSize;
        _chunkNulls = 0;
        return footer;
    }

    /// <summary>Metrics over all finished chunks.</summary>
    public ParquetColumnMetrics Metrics() => new(Column.FieldId, _fileSize, _fileRows, _fileNulls, FileNans, FileBounds);

    public virtual void Dispose()
    {
        Pages.Dispose();
        Pooled.Return(ref _nulls);
        Pooled.Return(ref _levels);
    }

    /// <summary>NaN values of all finished chunks; null for types without.</summary>
    protected abstract long? FileNans { get; }

    protected abstract ParquetBounds? FileBounds { get; }

    /// <summary>Takes values that are not null into the open page; returns how many rows fitted, at least one.</summary>
    protected abstract int AppendValues(Column source, int start, int count);

    /// <inheritdoc cref="AppendValues(Column, int, int)"/>
    protected abstract int AppendValues(Column source, ReadOnlySpan<int> rows);

    /// <summary>Bytes that <see cref="EncodeValues"/> may need for the open page.</summary>
    protected abstract int MaxEncodedLength { get; }

    /// <summary>Encodes the values of the open page and forgets them; returns bytes and encoding, and the page's extremes for the column index.</summary>
    protected abstract EncodedValues EncodeValues(Span<byte> destination);

    /// <summary>Writes the dictionary page if a data page refers to it, and forgets the dictionary.</summary>
    protected abstract void CloseDictionary();

    /// <summary>Statistics of the chunk; those of the next one start afresh.</summary>
    protected abstract ChunkStatistics TakeStatistics(long nulls);

    private Span<byte> ReserveNulls(int rows)
    {
        Pooled.Grow(ref _nulls, _rows + rows, _rows);
        return _nulls.AsSpan(_rows, rows);
    }

    private void CountNulls(ReadOnlySpan<byte> nulls)
    {
        var count = nulls.Count((byte)1);
        if (count > 0 && Column.Required)
        {
            throw new SchemaMismatchException(
                $"Column \"{Column.Name}\" (field {Column.FieldId}) does not allow nulls, but a row has one. Make the column nullable in the table, or filter such rows out.");
        }

        _nullRows += count;
    }

    private void Advance(int rows)
    {
        _rows += rows;
        if (_rows >= Options.PageRows || OpenBytes >= Options.PageBytes)
        {
            ClosePage();
        }
    }

    private bool HasBounds => !Options.WithoutBounds.Contains(Column.FieldId);

    private int LevelWidth => RleEncoder.WidthFor(Column.MaxDefinition + 1);

    private int EncodeLevels(Span<byte> target)
    {
        if (Column.Depth is null)
        {
            return _nullRows == 0 ? RleEncoder.EncodeRun(_rows, 1, target) : RleEncoder.EncodePresence(_nulls.AsSpan(0, _rows), target);
        }

        var levels = Scratch.Indices(_rows);
        for (var i = 0; i < levels.Length; i++)
        {
            levels[i] = _levels[i];
        }

        return RleEncoder.Encode(levels, LevelWidth, target);
    }

    private void ClosePage()
    {
        if (_rows == 0)
        {
            return;
        }

        var prefix = Options.HasPagesV2 || Column.Required ? 0 : LevelsPrefix;
        var body = Scratch.Body(checked(prefix + (Column.Required ? 0 : RleEncoder.MaxLength(_rows, LevelWidth)) + MaxEncodedLength));
        var levels = Column.Required ? 0 : EncodeLevels(body[prefix..]);
        if (prefix > 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(body, levels);
        }

        var values = EncodeValues(body[(prefix + levels)..]);
        values = HasBounds ? values : values with { Min = null, Max = null };
        var page = body[..(prefix + levels + values.Length)];
        if (Options.HasPagesV2)
        {
            Pages.AddDataV2(page, levels, _rows, _nullRows, values);
        }
        else
        {
            Pages.AddData(page, _rows, _nullRows, values);
        }

        _chunkNulls += _nullRows;
        _rows = 0;
        _nullRows = 0;
    }
}

/// <summary>The outcome of encoding the values of one page.</summary>
/// <param name="Length">Bytes written.</param>
/// <param name="Encoding">PLAIN or RLE_DICTIONARY.</param>
/// <param name="Min">PLAIN bytes of the smallest value for the column index, or null.</param>
/// <param name="Max">PLAIN bytes of the largest value for the column index, or null.</param>
internal readonly record struct EncodedValues(int Length, PageEncoding Encoding, byte[]? Min, byte[]? Max);
