using System.Buffers.Binary;
using CdcLake.Common;
using CdcLake.Compression;

namespace CdcLake.Parquet.Encodings;

// DELTA_LENGTH_BYTE_ARRAY   lengths as DELTA_BINARY_PACKED, then all values without separators
// DELTA_BYTE_ARRAY          lengths of what each value shares with the one before, as DELTA_BINARY_PACKED; then the rest of each value as
//                           DELTA_LENGTH_BYTE_ARRAY
//
// Source: parquet-format/Encodings.md, "Delta-length byte array" and "Delta Strings".

/// <summary>Decodes byte arrays whose lengths, and possibly common beginnings, are kept apart, into PLAIN ones.</summary>
internal sealed class DeltaByteArrays : IDisposable
{
    private const int LengthPrefix = sizeof(int);
    private const int MaxBytes = 1 << 30;

    private long[] _lengths = [];
    private long[] _shared = [];

    /// <summary>Decodes values of any length (<paramref name="fixedLength"/> 0, each behind its length) or of one length; returns the bytes written.</summary>
    /// <param name="source">The encoded values.</param>
    /// <param name="sharesPrefixes">True for DELTA_BYTE_ARRAY.</param>
    /// <param name="fixedLength">Bytes of each value, or 0.</param>
    /// <param name="limit">Most values to expect.</param>
    /// <param name="plain">Pooled; grows as needed.</param>
    /// <exception cref="CorruptDataException">Malformed or cut off.</exception>
    public int Decode(ReadOnlySpan<byte> source, bool sharesPrefixes, int fixedLength, int limit, ref byte[] plain)
    {
        var position = 0;
        var count = sharesPrefixes ? DeltaBinaryPacked.Decode(source, ref position, limit, ref _shared) : -1;
        var rests = DeltaBinaryPacked.Decode(source, ref position, limit, ref _lengths);
        if (sharesPrefixes && count != rests)
        {
            throw new CorruptDataException("Page values", position, $"{count} beginnings and {rests} ends of values");
        }

        var lengths = _lengths.AsSpan(0, rests);
        var shared = sharesPrefixes ? _shared.AsSpan(0, rests) : default;
        var prefix = fixedLength == 0 ? LengthPrefix : 0;
        var total = Check(lengths, shared, source.Length - position, prefix, position);
        Pooled.Grow(ref plain, total, 0);
        var written = 0;
        var before = default(Span<byte>);
        for (var i = 0; i < lengths.Length; i++)
        {
            var kept = shared.IsEmpty ? 0 : (int)shared[i];
            var length = kept + (int)lengths[i];
            if (kept > before.Length || (fixedLength > 0 && length != fixedLength))
            {
                throw new CorruptDataException("Page values", position, $"a value of {length} bytes, {kept} of them from one of {before.Length}");
            }

            var value = plain.AsSpan(written + prefix, length);
            if (prefix > 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(plain.AsSpan(written), length);
            }

            before[..kept].CopyTo(value);
            source.Slice(position, length - kept).CopyTo(value[kept..]);
            position += length - kept;
            written += prefix + length;
            before = value;
        }

        return written;
    }

    public void Dispose()
    {
        Pooled.Return(ref _lengths);
        Pooled.Return(ref _shared);
    }

    /// <summary>The bytes of all values with their prefixes, after every length was found possible.</summary>
    private static int Check(ReadOnlySpan<long> lengths, ReadOnlySpan<long> shared, int available, int prefix, int position)
    {
        var own = 0L;
        var total = (long)prefix * lengths.Length;
        for (var i = 0; i < lengths.Length; i++)
        {
            var kept = shared.IsEmpty ? 0 : shared[i];
            if (lengths[i] < 0 || lengths[i] > available - own || kept is < 0 or > MaxBytes)
            {
                throw new CorruptDataException("Page values", position, $"a value of {lengths[i]} bytes behind {kept}, {available - own} left");
            }

            own += lengths[i];
            total += lengths[i] + kept;
        }

        return total <= MaxBytes
            ? (int)total
            : throw new CorruptDataException("Page values", position, $"{total} bytes of values in one page");
    }
}
