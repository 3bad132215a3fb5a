using System.Text;

namespace CdcLake.Columnar.Collations;

/// <summary>By the weights of characters: all of the first level, where these are equal all of the second, and so on.</summary>
internal sealed class WeightedCollation : TextCollation
{
    private const byte EndOfLevel = 0;

    private readonly Lazy<WeightLevel[]> _levels;
    private readonly bool _isPadded;
    private readonly bool _isOfFirstPlane;

    /// <param name="name">MySQL's name.</param>
    /// <param name="table">The table of weights.</param>
    /// <param name="levels">How many of its levels count.</param>
    /// <param name="isPadded">PAD SPACE: as if spaces without end followed.</param>
    /// <param name="isOfFirstPlane">Characters beyond U+FFFF have one weight for all, but are not the same to LIKE.</param>
    public WeightedCollation(string name, string table, int levels, bool isPadded, bool isOfFirstPlane = false)
        : base(name)
    {
        _levels = new(() => CollationTables.Load(table)[..levels]);
        _isPadded = isPadded;
        _isOfFirstPlane = isOfFirstPlane;
    }

    public override void AppendKey(ReadOnlySpan<byte> text, KeyBuffer key)
    {
        foreach (var level in _levels.Value)
        {
            if (_isPadded)
            {
                AppendPadded(text, level, key);
            }
            else
            {
                Append(text, level, key);
                key.Append(EndOfLevel);
            }
        }
    }

    public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, (KeyBuffer A, KeyBuffer B) scratch)
    {
        // What is equal at the start weighs the same, so that only the rest decides.
        var common = a.CommonPrefixLength(b);
        if (common == a.Length && common == b.Length)
        {
            return 0;
        }

        while (IsInside(a, common) || IsInside(b, common))
        {
            common--;
        }

        a = a[common..];
        b = b[common..];
        return CompareAscii(a, b) is { } order ? order : CompareKeys(a, b, scratch);
    }

    public override bool AreSame(Rune a, Rune b)
    {
        if (a == b)
        {
            return true;
        }

        if (_isOfFirstPlane && !(a.IsBmp && b.IsBmp))
        {
            return false;
        }

        Span<byte> x = stackalloc byte[6], y = stackalloc byte[6];
        foreach (var level in _levels.Value)
        {
            if (!level[a.Value, x].SequenceEqual(level[b.Value, y]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsInside(ReadOnlySpan<byte> text, int at) => at < text.Length && (text[at] & 0xC0) == 0x80;

    /// <summary>The order where characters that have one weight each decide it at the first level; else null.</summary>
    private int? CompareAscii(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var weights = _levels.Value[0].SimpleAscii;
        var i = 0;
        for (; i < a.Length && i < b.Length; i++)
        {
            var (x, y) = (Simple(weights, a[i]), Simple(weights, b[i]));
            if (x == 0 || y == 0)
            {
                return null;
            }

            if (x != y)
            {
                return x.CompareTo(y);
            }
        }

        var rest = a.Length > b.Length ? a[i..] : b[i..];
        var sign = a.Length > b.Length ? 1 : -1;
        if (_isPadded)
        {
            rest = rest.TrimStart((byte)' ');
        }

        if (rest.IsEmpty)
        {
            return _levels.Value.Length == 1 ? 0 : null;
        }

        var next = Simple(weights, rest[0]);
        return next == 0 ? null : _isPadded ? (next == weights[' '] ? null : sign * next.CompareTo(weights[' '])) : sign;
    }

    private static byte Simple(ReadOnlySpan<byte> weights, byte character) => character < weights.Length ? weights[character] : (byte)0;

    private int CompareKeys(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, (KeyBuffer A, KeyBuffer B) scratch)
    {
        scratch.A.Clear();
        scratch.B.Clear();
        AppendKey(a, scratch.A);
        AppendKey(b, scratch.B);
        return scratch.A.Bytes.SequenceCompareTo(scratch.B.Bytes);
    }

    private static void Append(ReadOnlySpan<byte> text, WeightLevel level, KeyBuffer key)
    {
        Span<byte> scratch = stackalloc byte[6];
        var ascii = level.SimpleAscii;
        while (!text.IsEmpty)
        {
            var run = text.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
            run = run < 0 ? text.Length : run;
            var target = key.Room(run);
            for (var i = 0; i < run; i++)
            {
                var weight = ascii[text[i]];
                if (weight == 0)
                {
                    key.Shorten(run - i);
                    run = i;
                    break;
                }

                target[i] = weight;
            }

            text = text[run..];
            if (!text.IsEmpty)
            {
                Rune.DecodeFromUtf8(text, out var rune, out var used);
                key.Append(level[rune.Value, scratch]);
                text = text[used..];
            }
        }
    }

    private static void AppendPadded(ReadOnlySpan<byte> text, WeightLevel level, KeyBuffer key)
    {
        Span<byte> scratch = stackalloc byte[6];
        var ascii = level.SimpleAscii;
        var space = ascii[' '];
        var padding = new SpacePadding(space);
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var rune, out var used);
            text = text[used..];
            for (var weights = level[rune.Value, scratch]; !weights.IsEmpty; weights = weights[WeightLevel.LengthOf(weights[0])..])
            {
                if (weights[0] == space)
                {
                    padding.Add();
                    continue;
                }

                padding.Flush(key, weights[0]);
                key.Append(weights[..WeightLevel.LengthOf(weights[0])]);
            }
        }

        padding.End(key);
    }
}
