using System.Text;

namespace CdcLake.Columnar.Collations;

/// <summary>By code points, as if spaces without end followed: <c>utf8mb4_bin</c>.</summary>
internal sealed class PaddedBytesCollation(string name) : TextCollation(name)
{
    private const byte Space = (byte)' ';

    public override void AppendKey(ReadOnlySpan<byte> text, KeyBuffer key)
    {
        text = text.TrimEnd(Space);
        var padding = new SpacePadding(Space);
        while (!text.IsEmpty)
        {
            var run = text.IndexOf(Space);
            var word = run < 0 ? text : text[..run];
            if (!word.IsEmpty)
            {
                padding.Flush(key, word[0]);
                key.Append(word);
            }

            text = text[word.Length..];
            if (!text.IsEmpty)
            {
                padding.Add();
                text = text[1..];
            }
        }

        padding.End(key);
    }

    public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, (KeyBuffer A, KeyBuffer B) scratch)
    {
        var common = a.CommonPrefixLength(b);
        return common < a.Length && common < b.Length ? a[common].CompareTo(b[common])
            : common < a.Length ? CompareToSpaces(a[common..])
            : -CompareToSpaces(b[common..]);
    }

    public override bool AreSame(Rune a, Rune b) => a == b;

    private static int CompareToSpaces(ReadOnlySpan<byte> rest)
    {
        var other = rest.IndexOfAnyExcept(Space);
        return other < 0 ? 0 : rest[other].CompareTo(Space);
    }
}
