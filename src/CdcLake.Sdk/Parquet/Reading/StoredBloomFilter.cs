using System.Buffers.Binary;
using System.IO.Hashing;
using CdcLake.Compression;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

// What it is made of: see Writing/BloomFilter. Its header, in Thrift's compact form: 1 numBytes, 2 algorithm, 3 hash, 4 compression, each of the latter a union whose only member, 1,
// is the one that exists.

/// <summary>The Bloom filter of a column chunk: tells of a value that the chunk has it not. Immutable.</summary>
internal sealed class StoredBloomFilter
{
    private const int MaxLength = 64 << 20;
    private const int MaxHeader = 64; // of writers that do not say how long the filter is
    private const int WordsPerBlock = 8;
    private const int BlockBytes = WordsPerBlock * sizeof(uint);

    private static readonly uint[] Salts = [0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31];

    private readonly ReadOnlyMemory<byte> _bits;

    private StoredBloomFilter(ReadOnlyMemory<byte> bits) => _bits = bits;

    /// <summary>Reads the filter of a chunk; null when it has none, or one of a kind that is not known: the rows can be read without.</summary>
    public static async ValueTask<StoredBloomFilter?> ReadAsync(FileBytes file, ChunkLocation chunk, CancellationToken cancellationToken)
    {
        var (offset, length) = (chunk.BloomFilter.Offset, chunk.BloomFilter.Length);
        if (offset <= 0 || offset >= file.Length || length is < 0 or > MaxLength || length > file.Length - offset)
        {
            return null;
        }

        var bytes = new byte[length > 0 ? length : (int)Math.Min(MaxHeader, file.Length - offset)];
        await file.ReadAsync(offset, bytes, cancellationToken).ConfigureAwait(false);
        if (SizesOf(bytes) is not (var header, var size) || size > MaxLength || header + size > file.Length - offset)
        {
            return null;
        }

        if (header + size > bytes.Length)
        {
            bytes = new byte[header + size];
            await file.ReadAsync(offset, bytes, cancellationToken).ConfigureAwait(false);
        }

        return new StoredBloomFilter(bytes.AsMemory(header, size));
    }

    /// <summary>False when certainly no row has the value.</summary>
    /// <param name="plain">Its PLAIN bytes, without length.</param>
    public bool MayHold(ReadOnlySpan<byte> plain)
    {
        var hash = XxHash64.HashToUInt64(plain);
        var block = _bits.Span.Slice((int)((hash >> 32) * (uint)(_bits.Length / BlockBytes) >> 32) * BlockBytes, BlockBytes);
        for (var i = 0; i < WordsPerBlock; i++)
        {
            if ((BinaryPrimitives.ReadUInt32LittleEndian(block[(i * sizeof(uint))..]) & (1u << (int)(((uint)hash * Salts[i]) >> 27))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Bytes of the header and of the bits; null when it is none that is known.</summary>
    private static (int Header, int Bits)? SizesOf(byte[] bytes)
    {
        try
        {
            var reader = new CompactReader(bytes, "Bloom filter");
            var size = 0;
            var known = 0;
            var outer = reader.BeginStruct();
            while (reader.NextField(out var id))
            {
                if (id == 1)
                {
                    size = reader.ReadI32();
                    continue;
                }

                var union = reader.BeginStructField();
                while (reader.NextField(out var member))
                {
                    known += id is >= 2 and <= 4 && member == 1 ? 1 : 0;
                    reader.Skip();
                }

                reader.EndStruct(union);
            }

            reader.EndStruct(outer);
            return known == 3 && size > 0 && size % BlockBytes == 0 ? (reader.Position, size) : null;
        }
        catch (CorruptDataException)
        {
            return null; // as if there were none
        }
    }
}
