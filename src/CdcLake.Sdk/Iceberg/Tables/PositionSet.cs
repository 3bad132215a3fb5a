using System.Numerics;

namespace CdcLake.Iceberg.Tables;

/// <summary>Rows of one file that are deleted: one bit for each row up to the last deleted one. Not thread-safe.</summary>
internal sealed class PositionSet
{
    private const int WordBits = 64;
    private ulong[] _words = [];

    /// <summary>Deleted rows.</summary>
    public long Count { get; private set; }

    public bool Contains(long position)
    {
        var word = position / WordBits;
        return word < _words.Length && (_words[word] >> (int)(position % WordBits) & 1) != 0;
    }

    /// <summary>Deletes a row. False: it was deleted already.</summary>
    public bool Add(long position)
    {
        var word = (int)(position / WordBits);
        if (word >= _words.Length)
        {
            Array.Resize(ref _words, Math.Max(word + 1, Math.Min(_words.Length * 2, 1 << 26)));
        }

        var bit = 1UL << (int)(position % WordBits);
        if ((_words[word] & bit) != 0)
        {
            return false;
        }

        _words[word] |= bit;
        Count++;
        return true;
    }

    /// <summary>All deleted rows, ascending.</summary>
    public IEnumerable<long> Positions()
    {
        for (var word = 0; word < _words.Length; word++)
        {
            for (var bits = _words[word]; bits != 0; bits &= bits - 1)
            {
                yield return ((long)word * WordBits) + BitOperations.TrailingZeroCount(bits);
            }
        }
    }

    /// <summary>Fills <paramref name="rows"/> with the numbers, counted from <paramref name="first"/>, of those of <paramref name="count"/> rows that live.</summary>
    /// <returns>How many live.</returns>
    public int SelectLive(long first, int count, Span<int> rows)
    {
        var live = 0;
        for (var i = 0; i < count; i++)
        {
            rows[live] = i;
            live += Contains(first + i) ? 0 : 1;
        }

        return live;
    }
}
