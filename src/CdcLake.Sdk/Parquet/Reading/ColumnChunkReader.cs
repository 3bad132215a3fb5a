using System.Buffers.Binary;
using System.IO.Hashing;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Compression;
using CdcLake.Parquet.Encodings;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

// Body of a V1 data page: see ColumnChunkWriter. Body of a V2 data page:
//
//   repetition levels   never compressed, no length in front; RLE hybrid of as many bits as they need; empty in flat columns
//   definition levels   never compressed, no length in front; RLE hybrid likewise
//   values              compressed unless the header says otherwise
//
// Source: parquet-format/README.md, "Data Pages".

/// <summary>
/// Reads one column of the row groups of a file in row order, a page at a time. A flat column has an entry for each row, others one for each value or
/// empty place, which levels tell apart.
/// </summary>
internal sealed class ColumnChunkReader : IDisposable
{
    private const int MaxHeader = 1 << 20; // long statistics may stand in a header
    private const int LevelsPrefix = 4;

    private readonly FileWindow _window;
    private readonly SchemaLeaf _leaf;
    private readonly BlockDecompressor _decompressor;
    private readonly PageValues _values;
    private byte[] _body = []; // of the current page, decompressed
    private byte[] _nulls = [];
    private ChunkLocation _chunk;
    private long _position;
    private long _valuesLeft; // in pages not yet loaded
    private int[] _scratch = [];
    private RleDecoder _repetition;
    private RleDecoder _definition;
    private bool _hasDictionary;

    /// <param name="file">The file.</param>
    /// <param name="leaf">The column in it.</param>
    /// <param name="type">Type of the columns to fill.</param>
    /// <param name="conversion">How stored values become that type.</param>
    /// <param name="decompressor">Only used during calls; columns that are read in turn may share it.</param>
    public ColumnChunkReader(FileBytes file, SchemaLeaf leaf, DataType type, Conversion conversion, BlockDecompressor decompressor)
    {
        _window = new FileWindow(file);
        _leaf = leaf;
        _decompressor = decompressor;
        _values = PageValues.Create(type, conversion);
    }

    /// <summary>Entries of the current page that were not read yet; 0 = <see cref="LoadPageAsync"/> is due, unless <see cref="IsAtEnd"/>.</summary>
    public int EntriesLeft { get; private set; }

    /// <summary>True behind the last entry of the chunk.</summary>
    public bool IsAtEnd => EntriesLeft == 0 && _valuesLeft == 0;

    /// <summary>Goes to the first page of a chunk.</summary>
    /// <exception cref="CorruptDataException">The chunk does not have one value per row.</exception>
    /// <exception cref="UnsupportedPartException">Its codec is not known, or it is encrypted.</exception>
    public void Start(ChunkLocation chunk, long rows)
    {
        if (!Codec.IsReadable(chunk.Codec))
        {
            throw new UnsupportedPartException($"{Where} is compressed with codec {SpecNames.OfCodec(chunk.Codec)}");
        }

        if (chunk.IsEncrypted)
        {
            throw new UnsupportedPartException($"{Where} is encrypted");
        }

        if (_leaf.IsFlat && chunk.Values != rows)
        {
            throw new CorruptDataException($"Column \"{_leaf.Name}\"", chunk.Offset, $"{chunk.Values} values for {rows} rows");
        }

        _position = chunk.Offset;
        _chunk = chunk;
        _valuesLeft = chunk.Values;
        _hasDictionary = false;
        EntriesLeft = 0;
    }

    /// <summary>Loads pages until one has rows.</summary>
    /// <exception cref="CorruptDataException">Malformed, or the chunk ends before its last row.</exception>
    public async ValueTask LoadPageAsync(CancellationToken cancellationToken)
    {
        while (EntriesLeft == 0)
        {
            var pageOffset = _position;
            var header = await ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
            await TakePageAsync(header, pageOffset, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask TakePageAsync(PageHeader header, long pageOffset, CancellationToken cancellationToken)
    {
        if (header.CompressedSize > End - _position)
        {
            throw new CorruptDataException($"Page of column \"{_leaf.Name}\"", pageOffset, $"{header.CompressedSize} bytes, {End - _position} left in the chunk");
        }

        await _window.EnsureAsync(_position, header.CompressedSize, End, cancellationToken).ConfigureAwait(false);
        try
        {
            TakePage(header, _window.At(_position, header.CompressedSize));
        }
        catch (CorruptDataException e)
        {
            throw new CorruptDataException($"Page of column \"{_leaf.Name}\"", pageOffset, e.Message);
        }
        catch (UnsupportedPartException e)
        {
            throw new UnsupportedPartException($"{Where} has {e.Message} (page at byte {pageOffset})");
        }

        _position += header.CompressedSize;
    }

    /// <summary>Goes to another data page of the chunk, without what lies between.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="entries">Entries from there to the end of the chunk.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async ValueTask SeekAsync(long offset, long entries, CancellationToken cancellationToken)
    {
        if (_position == _chunk.Offset && !_hasDictionary)
        {
            // The dictionary, which is not among the data pages, comes first.
            var header = await ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
            if (header.Type == PageType.Dictionary)
            {
                await TakePageAsync(header, _chunk.Offset, cancellationToken).ConfigureAwait(false);
            }
        }

        _position = offset;
        _valuesLeft = entries;
        EntriesLeft = 0;
    }

    /// <summary>Appends the next <paramref name="rows"/> rows of a flat column, at most <see cref="EntriesLeft"/>.</summary>
    public void Read(Column target, int rows)
    {
        ReadOnlySpan<byte> nulls = default;
        var present = rows;
        if (_leaf.IsOptional)
        {
            Pooled.Grow(ref _nulls, rows, 0);
            present = _leaf.MaxDefinition == 1 ? _definition.ReadPresence(_nulls.AsSpan(0, rows)) : ReadPresence(_nulls.AsSpan(0, rows));
            nulls = present == rows ? default : _nulls.AsSpan(0, rows);
        }

        _values.Read(target, rows, nulls, present);
        EntriesLeft -= rows;
    }

    /// <summary>Reads the levels of the next entries, at most <see cref="EntriesLeft"/>, and appends those of their values that are there.</summary>
    /// <param name="target">Gets the values without the empty places.</param>
    /// <param name="repetition">One level for each entry.</param>
    /// <param name="definition">One level for each entry.</param>
    public void ReadEntries(Column target, Span<byte> repetition, Span<byte> definition)
    {
        ReadLevels(ref _repetition, _leaf.MaxRepetition, repetition);
        ReadLevels(ref _definition, _leaf.MaxDefinition, definition);
        var present = definition.Count((byte)_leaf.MaxDefinition);
        _values.Read(target, present, default, present);
        EntriesLeft -= repetition.Length;
    }

    public void Dispose()
    {
        _values.Dispose();
        _window.Dispose();
        Pooled.Return(ref _body);
        Pooled.Return(ref _nulls);
        Pooled.Return(ref _scratch);
    }

    /// <summary>Null masks of a column inside groups: null where it or a group is.</summary>
    private int ReadPresence(Span<byte> nulls)
    {
        ReadLevels(ref _definition, _leaf.MaxDefinition, nulls);
        var present = 0;
        foreach (ref var level in nulls)
        {
            var isPresent = level == _leaf.MaxDefinition ? 1 : 0;
            present += isPresent;
            level = (byte)(1 - isPresent);
        }

        return present;
    }

    private void ReadLevels(ref RleDecoder decoder, int largest, Span<byte> levels)
    {
        if (largest == 0)
        {
            levels.Clear();
            return;
        }

        Pooled.Grow(ref _scratch, levels.Length, 0);
        var wide = _scratch.AsSpan(0, levels.Length);
        decoder.Read(wide);
        for (var i = 0; i < levels.Length; i++)
        {
            levels[i] = wide[i] <= largest ? (byte)wide[i] : throw new CorruptDataException($"Levels of column \"{_leaf.Name}\"", _position, $"level {wide[i]} of {largest}");
        }
    }

    private long End => _chunk.Offset + _chunk.Length;

    private CompressionCodec StoredAs => (CompressionCodec)_chunk.Codec;

    private string Where => $"column \"{_leaf.Name}\" ({SpecNames.Of(_leaf.Physical)})";

    private async ValueTask<PageHeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        for (var probe = 256; ; probe *= 8)
        {
            var available = (int)Math.Min(probe, End - _position);
            if (available == 0)
            {
                throw new CorruptDataException($"Column \"{_leaf.Name}\"", _position, $"no page left, {_valuesLeft} rows missing");
            }

            await _window.EnsureAsync(_position, available, End, cancellationToken).ConfigureAwait(false);
            try
            {
                var header = PageHeader.Read(_window.At(_position, available), out var length);
                _position += length;
                return header;
            }
            catch (CorruptDataException e)
            {
                if (available < probe || probe > MaxHeader)
                {
                    throw new CorruptDataException($"Page of column \"{_leaf.Name}\"", _position, e.Message);
                }
            }
        }
    }

    private void TakePage(PageHeader header, ReadOnlySpan<byte> stored)
    {
        if (header.Crc is { } crc && Crc32.HashToUInt32(stored) != crc)
        {
            throw new CorruptDataException("Page", 0, "its checksum does not match");
        }

        switch (header.Type)
        {
            case PageType.Dictionary:
                TakeDictionary(header, stored);
                break;
            case PageType.DataV1 or PageType.DataV2:
                if (header.Values > _valuesLeft)
                {
                    throw new CorruptDataException("Page", 0, $"{header.Values} rows where {_valuesLeft} are left");
                }

                TakeData(header, stored);
                _valuesLeft -= header.Values;
                EntriesLeft = header.Values;
                break;
            case PageType.Index:
                break;
            default:
                throw new CorruptDataException("Page", 0, $"unknown type {(int)header.Type}");
        }
    }

    private void TakeDictionary(PageHeader header, ReadOnlySpan<byte> stored)
    {
        if (_hasDictionary)
        {
            throw new CorruptDataException("Dictionary page", 0, "a second one");
        }

        if (header.Encoding is not ((int)PageEncoding.Plain or (int)PageEncoding.PlainDictionary))
        {
            throw new UnsupportedPartException($"a dictionary encoded as {SpecNames.OfEncoding(header.Encoding)}");
        }

        var body = Decompress(StoredAs, stored, header.UncompressedSize, 0);
        _values.SetDictionary(body, header.Values);
        _hasDictionary = true;
    }

    private void TakeData(PageHeader header, ReadOnlySpan<byte> stored)
    {
        if (header.Encoding is (int)PageEncoding.RleDictionary or (int)PageEncoding.PlainDictionary && !_hasDictionary)
        {
            throw new CorruptDataException("Page", 0, "it refers to a dictionary that is not there");
        }

        if (header.Type == PageType.DataV2)
        {
            TakeV2(header, stored);
            return;
        }

        Decompress(StoredAs, stored, header.UncompressedSize, 0);
        if (_leaf.IsOptional && header.LevelsEncoding != (int)PageEncoding.Rle)
        {
            throw new UnsupportedPartException($"definition levels encoded as {SpecNames.OfEncoding(header.LevelsEncoding)}");
        }

        var start = 0;
        _repetition = TakeLevels("Repetition levels", _leaf.MaxRepetition, header.UncompressedSize, ref start);
        _definition = TakeLevels("Definition levels", _leaf.MaxDefinition, header.UncompressedSize, ref start);
        _values.SetPage(header.Encoding, _body, start, header.UncompressedSize, header.Values);
    }

    /// <summary>Levels of a V1 page with their length in front; none where the only level is 0.</summary>
    private RleDecoder TakeLevels(string what, int largest, int end, ref int start)
    {
        if (largest == 0)
        {
            return default;
        }

        var left = end - start - LevelsPrefix;
        var length = left < 0 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(_body.AsSpan(start));
        if ((uint)length > (uint)Math.Max(0, left))
        {
            throw new CorruptDataException(what, start, $"length {length} in a page of {end} bytes");
        }

        var first = start + LevelsPrefix;
        start = first + length;
        return new RleDecoder(_body, first, start, RleEncoder.WidthFor(largest + 1));
    }

    private void TakeV2(PageHeader header, ReadOnlySpan<byte> stored)
    {
        if (header.RepetitionLength != 0 && _leaf.IsFlat)
        {
            throw new CorruptDataException("Page", 0, "repetition levels in a flat column");
        }

        var levels = header.RepetitionLength + header.DefinitionLength;
        Decompress(header.IsCompressed ? StoredAs : CompressionCodec.Uncompressed, stored[levels..], header.UncompressedSize - levels, levels);
        stored[..levels].CopyTo(_body);
        _repetition = new RleDecoder(_body, 0, header.RepetitionLength, RleEncoder.WidthFor(_leaf.MaxRepetition + 1));
        _definition = new RleDecoder(_body, header.RepetitionLength, levels, RleEncoder.WidthFor(_leaf.MaxDefinition + 1));
        _values.SetPage(header.Encoding, _body, levels, header.UncompressedSize, header.Values);
    }

    /// <summary>Decompresses into the page body, leaving <paramref name="offset"/> bytes in front.</summary>
    private ReadOnlySpan<byte> Decompress(CompressionCodec codec, ReadOnlySpan<byte> stored, int length, int offset)
    {
        if (stored.IsEmpty && length == 0)
        {
            Pooled.Grow(ref _body, offset, 0);
            return default;
        }

        Codec.CheckSizes(codec, stored.Length, length);
        Pooled.Grow(ref _body, checked(offset + length), 0);
        var body = _body.AsSpan(offset, length);
        _decompressor.Decompress(codec, stored, body);
        return body;
    }
}
