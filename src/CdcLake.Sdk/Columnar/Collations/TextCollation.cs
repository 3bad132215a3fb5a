using System.Collections.Concurrent;
using System.Text;

namespace CdcLake.Columnar.Collations;

/// <summary>
/// How a text column compares, as MySQL does it: which texts are equal, and which come first. Immutable; one for all users.
/// </summary>
internal abstract class TextCollation
{
    private static readonly ConcurrentDictionary<string, TextCollation> Known = new(StringComparer.Ordinal);

    protected TextCollation(string name) => Name = name;

    /// <summary>By bytes, which in UTF-8 is by code points: for those who ask for it, and for all that is no text of a MySQL column.</summary>
    public static TextCollation Bytes { get; } = new BytesCollation("binary");

    /// <summary>MySQL's name, such as <c>utf8mb4_0900_ai_ci</c>.</summary>
    public string Name { get; }

    /// <summary>True when texts are equal only when their bytes are, and ordered by them: then there is nothing to compute.</summary>
    public virtual bool IsBytes => false;

    /// <summary>False when nothing is known of it but its name; then the other members throw.</summary>
    public virtual bool IsKnown => true;

    /// <summary>True when only one code point equals itself: MySQL's <c>_bin</c>.</summary>
    public bool IsBinary => IsBytes || Name.EndsWith("_bin", StringComparison.Ordinal);

    /// <summary>Character set of the texts.</summary>
    public string Charset => Name.Split('_')[0];

    /// <summary>The collation that MySQL calls so.</summary>
    public static TextCollation Of(string name) => Known.GetOrAdd(name, Create);

    /// <summary>Two collations that do not go together.</summary>
    public static TextCollation Mixed(TextCollation left, TextCollation right) => new UnknownCollation(left.Name, right.Name);

    /// <summary>
    /// Appends the key of a text: two texts are equal when their keys are, and in the order of their keys' bytes. No key is the beginning of another one, so that
    /// keys one behind the other, and what follows them, are in order too.
    /// </summary>
    public abstract void AppendKey(ReadOnlySpan<byte> text, KeyBuffer key);

    /// <summary>Negative when <paramref name="a"/> comes first, 0 when the two are equal.</summary>
    /// <param name="a">A text.</param>
    /// <param name="b">Another one.</param>
    /// <param name="scratch">Two buffers, which it may overwrite.</param>
    public abstract int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, (KeyBuffer A, KeyBuffer B) scratch);

    /// <summary>Whether two characters are the same to LIKE, which looks at each alone.</summary>
    public abstract bool AreSame(Rune a, Rune b);

    /// <summary>What two expressions compare by, as MySQL decides it: bytes where they were asked for, a Unicode set before another one, a binary collation before others of its set.</summary>
    public static TextCollation? Combine(TextCollation? left, TextCollation? right)
    {
        if (left is null || right is null || left.Name == right.Name)
        {
            return left ?? right;
        }

        if (ReferenceEquals(left, Bytes) || ReferenceEquals(right, Bytes))
        {
            return Bytes;
        }

        var (a, b) = (IsUnicode(left), IsUnicode(right));
        if (a != b)
        {
            return a ? left : right;
        }

        return left.Charset == right.Charset && left.IsBinary != right.IsBinary ? (left.IsBinary ? left : right) : Mixed(left, right);
    }

    /// <summary>This collation, for something that has to compare by it.</summary>
    /// <param name="what">For the message: <c>"name" of appdb.users</c>.</param>
    /// <exception cref="UnsupportedTypeException">It is not known.</exception>
    public virtual TextCollation For(string what) => this;

    public override string ToString() => Name;

    private static bool IsUnicode(TextCollation collation) => collation.Charset.StartsWith("utf", StringComparison.Ordinal) || collation.Charset == "ucs2";

    private static TextCollation Create(string name) => name switch
    {
        "binary" => Bytes,
        "utf8mb4_0900_bin" => new BytesCollation(name),
        "utf8mb4_bin" or "utf8mb3_bin" or "utf8_bin" or "ascii_bin" => new PaddedBytesCollation(name),
        "utf8mb4_0900_ai_ci" => new WeightedCollation(name, "utf8mb4_0900_as_cs", 1, isPadded: false),
        "utf8mb4_0900_as_ci" => new WeightedCollation(name, "utf8mb4_0900_as_cs", 2, isPadded: false),
        "utf8mb4_0900_as_cs" => new WeightedCollation(name, name, 3, isPadded: false),
        "utf8mb4_unicode_ci" => new WeightedCollation(name, name, 1, isPadded: true, isOfFirstPlane: true),
        "utf8mb3_general_ci" or "utf8_general_ci" => new WeightedCollation(name, "utf8mb4_general_ci", 1, isPadded: true),
        "utf8mb3_unicode_ci" or "utf8_unicode_ci" => new WeightedCollation(name, "utf8mb4_unicode_ci", 1, isPadded: true),
        "utf8mb3_unicode_520_ci" or "utf8_unicode_520_ci" => new WeightedCollation(name, "utf8mb4_unicode_520_ci", 1, isPadded: true),
        _ when CollationTables.Names.Contains(name) => new WeightedCollation(name, name, 1, isPadded: true),
        _ => new UnknownCollation(name),
    };
}
