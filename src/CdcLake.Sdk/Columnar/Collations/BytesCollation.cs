using System.Text;

namespace CdcLake.Columnar.Collations;

/// <summary>By bytes, every one of them.</summary>
internal sealed class BytesCollation(string name) : TextCollation(name)
{
    public override bool IsBytes => true;

    /// <remarks>A byte 0 is followed by FF, and 00 01 ends the key.</remarks>
    public override void AppendKey(ReadOnlySpan<byte> text, KeyBuffer key)
    {
        for (var zero = text.IndexOf((byte)0); zero >= 0; zero = text.IndexOf((byte)0))
        {
            key.Append(text[..(zero + 1)]);
            key.Append(0xFF);
            text = text[(zero + 1)..];
        }

        key.Append(text);
        key.Append([0, 1]);
    }

    public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, (KeyBuffer A, KeyBuffer B) scratch) => a.SequenceCompareTo(b);

    public override bool AreSame(Rune a, Rune b) => a == b;
}
