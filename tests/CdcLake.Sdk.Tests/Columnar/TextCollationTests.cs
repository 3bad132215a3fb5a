using System.Text;
using CdcLake.Columnar.Collations;

namespace CdcLake.Tests.Columnar;

/// <summary>What collations must be like whatever their weights are, and some of what MySQL's manual says of them. CollationTests asks a server for the rest.</summary>
public sealed class TextCollationTests
{
    private static readonly string[] Pieces =
        ["a", "A", "b", "á", "a\u0301", "ß", "ss", "SS", " ", "  ", "\u00A0", "\t", "\0", "\u0001", "z", "Z", "9", "-", "é", "ø", "ﬁ", "fi", "한", "\u1112\u1161\u11AB", "漢", "字", "😀", "😁", "\u0327", "ﷺ"];

    private static readonly string[] Names =
    [
        "utf8mb4_0900_ai_ci", "utf8mb4_0900_as_ci", "utf8mb4_0900_as_cs", "utf8mb4_0900_bin", "utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_unicode_520_ci", "utf8mb4_bin",
        "utf8mb3_general_ci", "latin1_swedish_ci", "latin1_bin", "ascii_general_ci", "ascii_bin", "binary",
    ];

    private readonly (KeyBuffer A, KeyBuffer B) _scratch = (new KeyBuffer(), new KeyBuffer());

    public static TheoryData<string> Collations => [.. Names];

    [Theory]
    [MemberData(nameof(Collations))]
    public void Keys_have_the_order_of_texts_and_none_begins_another(string name)
    {
        var collation = TextCollation.Of(name);
        var random = new Random(12);
        var texts = Enumerable.Range(0, 400).Select(_ => Text(random)).Concat(Pieces).Append("").ToList();
        var keys = texts.ConvertAll(t => KeyOf(collation, t));
        for (var i = 0; i < texts.Count; i++)
        {
            for (var j = 0; j < texts.Count; j++)
            {
                var order = Math.Sign(collation.Compare(Encoding.UTF8.GetBytes(texts[i]), Encoding.UTF8.GetBytes(texts[j]), _scratch));
                Assert.True(order == Math.Sign(keys[i].AsSpan().SequenceCompareTo(keys[j])), $"{name}: \"{texts[i]}\" and \"{texts[j]}\" compare as {order}, their keys do not");
                Assert.True(order == 0 || !keys[j].AsSpan().StartsWith(keys[i]), $"{name}: the key of \"{texts[i]}\" begins that of \"{texts[j]}\"");
            }
        }
    }

    [Theory]
    [InlineData("utf8mb4_0900_ai_ci", "a", "Á", 0)]
    [InlineData("utf8mb4_0900_ai_ci", "ß", "SS", 0)]
    [InlineData("utf8mb4_0900_ai_ci", "a", "a ", -1)]
    [InlineData("utf8mb4_0900_as_ci", "a", "A", 0)]
    [InlineData("utf8mb4_0900_as_ci", "a", "á", -1)]
    [InlineData("utf8mb4_0900_as_cs", "a", "A", -1)]
    [InlineData("utf8mb4_0900_as_cs", "A", "b", -1)]
    [InlineData("utf8mb4_0900_bin", "A", "a", -1)]
    [InlineData("utf8mb4_0900_bin", "a", "a ", -1)]
    [InlineData("utf8mb4_bin", "a", "a  ", 0)]
    [InlineData("utf8mb4_bin", "a\t", "a", -1)]
    [InlineData("utf8mb4_general_ci", "ß", "s", 0)]
    [InlineData("utf8mb4_general_ci", "a ", "A", 0)]
    [InlineData("utf8mb4_general_ci", "a\t", "a", -1)]
    [InlineData("utf8mb4_unicode_ci", "ß", "ss", 0)]
    [InlineData("utf8mb4_unicode_ci", "a", "A   ", 0)]
    [InlineData("latin1_swedish_ci", "a", "å", -1)]
    [InlineData("latin1_swedish_ci", "z", "å", -1)]
    [InlineData("latin1_swedish_ci", "ü", "Y", 0)]
    [InlineData("ascii_general_ci", "MySQL", "mysql ", 0)]
    [InlineData("binary", "a", "A", 1)]
    public void Texts_compare_as_the_manual_says(string name, string a, string b, int order)
    {
        var (x, y) = (Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
        Assert.Equal(order, Math.Sign(TextCollation.Of(name).Compare(x, y, _scratch)));
        Assert.Equal(-order, Math.Sign(TextCollation.Of(name).Compare(y, x, _scratch)));
    }

    [Theory]
    [InlineData("utf8mb4_bin", "utf8mb4_general_ci", "utf8mb4_bin")]
    [InlineData("utf8mb4_0900_ai_ci", "latin1_swedish_ci", "utf8mb4_0900_ai_ci")]
    [InlineData("latin1_swedish_ci", "binary", "binary")]
    [InlineData("ascii_bin", "utf8mb4_general_ci", "utf8mb4_general_ci")]
    public void Texts_of_two_collations_compare_by_the_one_that_wins(string left, string right, string winner)
    {
        Assert.Equal(winner, TextCollation.Combine(TextCollation.Of(left), TextCollation.Of(right))!.Name);
        Assert.Equal(winner, TextCollation.Combine(TextCollation.Of(right), TextCollation.Of(left))!.Name);
    }

    [Fact]
    public void Collations_that_do_not_go_together_are_told_when_they_are_used()
    {
        var mixed = TextCollation.Combine(TextCollation.Of("utf8mb4_general_ci"), TextCollation.Of("utf8mb4_0900_ai_ci"))!;
        var error = Assert.Throws<UnsupportedTypeException>(() => mixed.For("The join"));
        Assert.Contains("utf8mb4_general_ci and utf8mb4_0900_ai_ci", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_of_ASCII_text_are_as_long_as_the_text()
    {
        Assert.Equal(12, KeyOf(TextCollation.Of("utf8mb4_0900_ai_ci"), "Hello, you!").Length); // and one that ends it
        Assert.Equal(13, KeyOf(TextCollation.Of("utf8mb4_general_ci"), "Hello,you?!").Length);
    }

    private static byte[] KeyOf(TextCollation collation, string text)
    {
        var key = new KeyBuffer();
        collation.AppendKey(Encoding.UTF8.GetBytes(text), key);
        return key.Bytes.ToArray();
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(0, 7)).Select(_ => Pieces[random.Next(Pieces.Length)]));
}
