using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Compression;
using CdcLake.Parquet.Encodings;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

/// <summary>Decodes the values of one column chunk page by page into a column. One subclass per storage.</summary>
internal abstract class PageValues : IDisposable
{
    /// <summary>Bytes of a batch's strings beyond which reading is refused; they must be addressable by int.</summary>
    protected const int MaxBatchBytes = 1 << 30;

    private const int MaxIndexWidth = 32;
    private readonly PlainTranscoder _transcoder;
    private int[] _indices = [];

    protected PageValues(Conversion conversion) => _transcoder = new PlainTranscoder(conversion.Physical, conversion.FixedLength);

    /// <summary>The encoded values of the page.</summary>
    protected byte[] Body { get; private set; } = [];

    /// <summary>Where the next value of a PLAIN page starts in <see cref="Body"/>.</summary>
    protected int Position { get; set; }

    protected int End { get; private set; }

    protected bool UsesDictionary { get; private set; }

    protected RleDecoder Runs;

    /// <summary>A fresh decoder for values of <paramref name="type"/>.</summary>
    public static PageValues Create(DataType type, Conversion conversion) => type.Storage switch
    {
        _ when conversion.IsText => new TextPageValues(conversion),
        StorageKind.Byte => new BooleanPageValues(conversion),
        StorageKind.Int32 => new FixedPageValues<int>(conversion),
        StorageKind.Int64 => new FixedPageValues<long>(conversion),
        StorageKind.Int128 => new FixedPageValues<Int128>(conversion),
        StorageKind.Float32 => new FixedPageValues<float>(conversion),
        StorageKind.Float64 => new FixedPageValues<double>(conversion),
        _ => new BytesPageValues(conversion, type.Kind == TypeKind.String),
    };

    /// <summary>Decodes the dictionary page; its bytes are not needed afterwards.</summary>
    public abstract void SetDictionary(ReadOnlySpan<byte> body, int count);

    /// <summary>Goes on with another page of <paramref name="rows"/> rows, whose values lie in <paramref name="body"/> from <paramref name="start"/> to <paramref name="end"/>.</summary>
    /// <exception cref="CorruptDataException">Malformed.</exception>
    /// <exception cref="UnsupportedPartException">The encoding is not known, or not for these values.</exception>
    public virtual void SetPage(int encoding, byte[] body, int start, int end, int rows)
    {
        Body = body;
        Position = start;
        End = end;
        UsesDictionary = encoding is (int)PageEncoding.RleDictionary or (int)PageEncoding.PlainDictionary;
        if (UsesDictionary)
        {
            // A page of nulls only may leave the width out.
            var width = start < end ? body[start] : 0;
            if (width > MaxIndexWidth)
            {
                throw new CorruptDataException("Dictionary indices", 0, $"width of {width} bits");
            }

            Runs = new RleDecoder(body, Math.Min(start + 1, end), end, width);
        }
        else if (encoding == (int)PageEncoding.Plain)
        {
            StartPlain();
        }
        else if (!TrySetEncoding(encoding))
        {
            End = _transcoder.Transcode(encoding, body.AsSpan(start, end - start), rows);
            Body = _transcoder.Plain;
            Position = 0;
            StartPlain();
        }
    }

    /// <summary>Appends <paramref name="rows"/> rows to <paramref name="target"/>.</summary>
    /// <param name="target">Column with the storage of this decoder.</param>
    /// <param name="rows">Rows, nulls included.</param>
    /// <param name="nulls">One byte per row, 1 = null; empty when none is.</param>
    /// <param name="present">Rows that are not null.</param>
    /// <exception cref="CorruptDataException">The page holds fewer values, or an index is out of range.</exception>
    public abstract void Read(Column target, int rows, ReadOnlySpan<byte> nulls, int present);

    public virtual void Dispose()
    {
        _transcoder.Dispose();
        Pooled.Return(ref _indices);
    }

    /// <summary>Prepares for a PLAIN page.</summary>
    protected virtual void StartPlain()
    {
    }

    /// <summary>Takes over an encoding of its own beyond PLAIN and dictionary; false when there is no such.</summary>
    protected virtual bool TrySetEncoding(int encoding) => false;

    /// <summary>Decodes dictionary indices, all of them smaller than <paramref name="dictionaryCount"/>.</summary>
    protected ReadOnlySpan<int> ReadIndices(int count, int dictionaryCount)
    {
        Pooled.Grow(ref _indices, count, 0);
        var indices = _indices.AsSpan(0, count);
        Runs.Read(indices);
        foreach (var index in indices)
        {
            if ((uint)index >= (uint)dictionaryCount)
            {
                throw new CorruptDataException("Dictionary indices", 0, $"index {(uint)index} of a dictionary of {dictionaryCount}");
            }
        }

        return indices;
    }
}
