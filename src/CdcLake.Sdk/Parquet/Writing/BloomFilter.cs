using System.Buffers.Binary;
using System.Numerics;

namespace CdcLake.Parquet.Writing;

// Split block Bloom filter: blocks of eight 32-bit words. A value's hash (XXH64, seed 0, of its PLAIN bytes without length) chooses a block by its upper half, and one bit
// of each word by its lower half times a salt. With half as many blocks a value belongs to the block at half the number, so a filter that is too large is folded: neighbours
// are put together. Source: parquet-format/BloomFilter.md.

/// <summary>Collects the values of a column chunk. Not thread-safe.</summary>
/// <param name="options">Its size.</param>
internal sealed class BloomFilter(Format.BloomFilterOptions options)
{
    private const int WordsPerBlock = 8;
    private const int BlockBytes = WordsPerBlock * sizeof(uint);

    private static readonly uint[] Salts = [0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31];

    private readonly uint[] _words = new uint[Math.Max(1, (int)BitOperations.RoundUpToPowerOf2((uint)options.MaxBytes / BlockBytes / 2 + 1)) * WordsPerBlock];
    private long _distinct;

    /// <summary>Adds a value by its hash.</summary>
    public void Add(ulong hash)
    {
        var block = (int)((hash >> 32) * (uint)(_words.Length / WordsPerBlock) >> 32) * WordsPerBlock;
        var isNew = false;
        for (var i = 0; i < WordsPerBlock; i++)
        {
            var bit = 1u << (int)(((uint)hash * Salts[i]) >> 27);
            isNew |= (_words[block + i] & bit) == 0;
            _words[block + i] |= bit;
        }

        _distinct += isNew ? 1 : 0;
    }

    /// <summary>The bits as a file has them; the filter is empty afterwards. Null when there were no values.</summary>
    public byte[]? Take()
    {
        if (_distinct == 0)
        {
            return null;
        }

        var words = _words.AsSpan();
        while (words.Length > WordsPerBlock && BytesFor(_distinct) <= words.Length / 2 * sizeof(uint))
        {
            words = Fold(words);
        }

        var bytes = new byte[words.Length * sizeof(uint)];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), words[i]);
        }

        Array.Clear(_words);
        _distinct = 0;
        return bytes;
    }

    private double BytesFor(long distinct) => -8.0 * distinct / Math.Log(1 - Math.Pow(options.Fpp, 1.0 / 8)) / 8;

    private static Span<uint> Fold(Span<uint> words)
    {
        for (var block = 0; block < words.Length / WordsPerBlock / 2; block++)
        {
            for (var i = 0; i < WordsPerBlock; i++)
            {
                words[(block * WordsPerBlock) + i] = words[(2 * block * WordsPerBlock) + i] | words[(((2 * block) + 1) * WordsPerBlock) + i];
            }
        }

        return words[..(words.Length / 2)];
    }
}
