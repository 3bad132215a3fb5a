using System.Runtime.CompilerServices;

namespace CdcLake.Iceberg.Index;

/// <summary>Says of most keys that are not in a run that they are not: a Bloom filter of four bits within one word for each key, 1.5 bytes a key, wrong for about 3 of 100.</summary>
/// <param name="keys">Keys that it is made for.</param>
internal sealed class KeyBloom(long keys)
{
    private const int KeysOfTwoWords = 11; // 12 bits a key

    private readonly ulong[] _words = new ulong[WordsFor(keys)];

    public long Bytes => _words.LongLength * sizeof(ulong);

    /// <summary>Bytes of a filter for so many keys.</summary>
    public static long BytesFor(long keys) => WordsFor(keys) * sizeof(ulong);

    public void Add(ulong hash) => _words[WordOf(hash)] |= BitsOf(hash);

    public bool MayContain(ulong hash)
    {
        var bits = BitsOf(hash);
        return (_words[WordOf(hash)] & bits) == bits;
    }

    private static long WordsFor(long keys) => 1 + (keys * 2 / KeysOfTwoWords);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong BitsOf(ulong hash) => 1UL << (int)(hash & 63) | 1UL << (int)(hash >> 6 & 63) | 1UL << (int)(hash >> 12 & 63) | 1UL << (int)(hash >> 18 & 63);

    /// <summary>In the order of hashes, so that sorted keys meet neighbouring words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long WordOf(ulong hash) => (long)Math.BigMul(hash, (ulong)_words.LongLength, out _);
}
