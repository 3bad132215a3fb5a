using System.Text;

namespace CdcLake.Columnar.Collations;

/// <summary>A collation of which only the name is known, or two that do not go together. Columns of it may be copied, but not compared.</summary>
internal sealed class UnknownCollation(string name, string? other = null) : TextCollation(other is null ? name : $"{name} and {other}")
{
    public override bool IsKnown => false;

    public override TextCollation For(string what) => throw new UnsupportedTypeException(other is null
        ? $"{what} has to be compared, grouped or ordered by the collation {Name}, which this library does not have. Say that bytes decide, with SqlFunctions.Binary(text) or "
            + "StringComparison.Ordinal, where that is right, or give the column one of the collations that the README lists."
        : $"{what} brings together texts of two collations, {name} and {other}, and MySQL does not decide between them either. Say that bytes decide, with SqlFunctions.Binary(text) or "
            + "StringComparison.Ordinal, where that is right.");

    public override void AppendKey(ReadOnlySpan<byte> text, KeyBuffer key) => throw Unasked();

    public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, (KeyBuffer A, KeyBuffer B) scratch) => throw Unasked();

    public override bool AreSame(Rune a, Rune b) => throw Unasked();

    private InvalidOperationException Unasked() => new($"Nobody asked whether the collation {Name} is known.");
}
