using System.Buffers.Binary;
using CdcLake.Common;
using CdcLake.Compression;
using CdcLake.Parquet.Encodings;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

/// <summary>
/// Turns pages of the encodings that we never write into PLAIN ones, so that every type reads them: one more copy of a page, which foreign files are worth.
/// </summary>
internal sealed class PlainTranscoder : IDisposable
{
    private readonly PhysicalType _physical;
    private readonly int _width; // bytes of a value; 0 = any number
    private readonly DeltaByteArrays _byteArrays = new();
    private byte[] _plain = [];
    private long[] _numbers = [];

    public PlainTranscoder(PhysicalType physical, int fixedLength)
    {
        _physical = physical;
        _width = physical switch
        {
            PhysicalType.Int32 or PhysicalType.Float => sizeof(int),
            PhysicalType.Int64 or PhysicalType.Double => sizeof(long),
            PhysicalType.FixedLenByteArray => fixedLength,
            _ => 0,
        };
    }

    /// <summary>The PLAIN values of the last page, from index 0 on; overwritten by the next one.</summary>
    public byte[] Plain => _plain;

    /// <summary>Transcodes the values of a page; returns their bytes in <see cref="Plain"/>.</summary>
    /// <param name="encoding">Number of the encoding, as in the file.</param>
    /// <param name="source">The values.</param>
    /// <param name="rows">Rows of the page: values are not more.</param>
    /// <exception cref="CorruptDataException">Malformed or cut off.</exception>
    /// <exception cref="UnsupportedPartException">The encoding is not known, or not for this physical type.</exception>
    public int Transcode(int encoding, ReadOnlySpan<byte> source, int rows)
    {
        switch ((PageEncoding)encoding)
        {
            case PageEncoding.DeltaBinaryPacked when _physical is PhysicalType.Int32 or PhysicalType.Int64:
                return Numbers(source, rows);
            case PageEncoding.DeltaLengthByteArray when _physical == PhysicalType.ByteArray:
                return _byteArrays.Decode(source, sharesPrefixes: false, 0, rows, ref _plain);
            case PageEncoding.DeltaByteArray when _physical is PhysicalType.ByteArray or PhysicalType.FixedLenByteArray:
                return _byteArrays.Decode(source, sharesPrefixes: true, _width, rows, ref _plain);
            case PageEncoding.ByteStreamSplit when _width > 0:
                Pooled.Grow(ref _plain, source.Length, 0);
                ByteStreamSplit.Decode(source, _width, _plain.AsSpan(0, source.Length));
                return source.Length;
            default:
                throw new UnsupportedPartException($"{SpecNames.Of(_physical)} values encoded as {SpecNames.OfEncoding(encoding)}");
        }
    }

    public void Dispose()
    {
        _byteArrays.Dispose();
        Pooled.Return(ref _plain);
        Pooled.Return(ref _numbers);
    }

    private int Numbers(ReadOnlySpan<byte> source, int rows)
    {
        var position = 0;
        var count = DeltaBinaryPacked.Decode(source, ref position, rows, ref _numbers);
        var numbers = _numbers.AsSpan(0, count);
        Pooled.Grow(ref _plain, count * _width, 0);
        var plain = _plain.AsSpan(0, count * _width);
        for (var i = 0; i < numbers.Length; i++)
        {
            if (_width == sizeof(int))
            {
                BinaryPrimitives.WriteInt32LittleEndian(plain[(4 * i)..], (int)numbers[i]);
            }
            else
            {
                BinaryPrimitives.WriteInt64LittleEndian(plain[(8 * i)..], numbers[i]);
            }
        }

        return plain.Length;
    }
}
