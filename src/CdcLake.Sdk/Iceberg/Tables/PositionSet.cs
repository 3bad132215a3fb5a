using System.Numerics;

namespace CdcLake.Iceberg.Tables;

/// <summary>Rows of one file that are deleted: one bit for each row up to the last deleted one. Not thread-safe.</summary>
internal sealed class PositionSet
{
    private const int WordBits = 64;
    private ulong[] _words = [];

    /// <summary>Deleted rows.</summary>
    public long Count { get; private set; }

    /// <summary>A copy that stays as it is.</summary>
    public PositionSet Copy() => new() { _words = [.. _words], Count = Count };

    public bool Contains(long position)
    {
        var word = position / WordBits;
        return word < _words.Length && (_words[word] >> (int)(position % WordBits) & 1) != 0;
    }

    /// <summary>Deletes a row. False: it was deleted already.</summary>
    public bool Add(long position)
    {
        var word = (int)(position / WordBits);
        Reserve(word);
        var bit = 1UL << (int)(position % WordBits);
        if ((_words[word] & bit) != 0)
        {
            return false;
        }

        _words[word] |= bit;
        Count++;
        return true;
    }

    /// <summary>Deletes <paramref name="count"/> rows from <paramref name="first"/> on; those that are deleted already stay so.</summary>
    public void AddRange(long first, long count)
    {
        for (var (at, end) = (first, first + count); at < end;)
        {
            var bits = (int)Math.Min(WordBits - (at % WordBits), end - at);
            AddWord(at / WordBits, ulong.MaxValue >> (WordBits - bits) << (int)(at % WordBits));
            at += bits;
        }
    }

    /// <summary>Deletes those of 64 rows whose bits are set, the lowest bit being row 64 × <paramref name="word"/>.</summary>
    public void AddWord(long word, ulong bits)
    {
        if (bits != 0)
        {
            Reserve((int)word);
            Count += BitOperations.PopCount(bits & ~_words[word]);
            _words[word] |= bits;
        }
    }

    /// <summary>64 rows each, a bit set for a deleted one; none are deleted behind the last word.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>All rows but those that this set has and <paramref name="other"/> lacks.</summary>
    /// <param name="other">Another set of rows of the same file.</param>
    /// <param name="rows">Rows of the file.</param>
    public PositionSet AllButThoseBeyond(PositionSet other, long rows)
    {
        var result = new PositionSet();
        for (var word = 0L; word * WordBits < rows; word++)
        {
            var bits = WordAt(word) & ~other.WordAt(word);
            var last = rows - (word * WordBits);
            result.AddWord(word, ~bits & (last >= WordBits ? ulong.MaxValue : (1UL << (int)last) - 1));
        }

        return result;
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

    private ulong WordAt(long word) => word < _words.Length ? _words[word] : 0;

    private void Reserve(int word)
    {
        if (word >= _words.Length)
        {
            Array.Resize(ref _words, Math.Max(word + 1, Math.Min(_words.Length * 2, 1 << 26)));
        }
    }
}
