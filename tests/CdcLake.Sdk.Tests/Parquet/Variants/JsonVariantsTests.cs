using System.Text;
using CdcLake.Compression;
using CdcLake.Parquet.Variants;
using CdcLake.Tests.Shared;

namespace CdcLake.Tests.Parquet.Variants;

/// <summary>Variants that JSON documents become. That other implementations read them alike is shown by VariantTableTests of the integration tests.</summary>
public sealed class JsonVariantsTests
{
    // Names of {} : version 1, sorted; none; the end of none.
    private const string NoNames = "110000";

    [Theory]
    [InlineData("null", "00")]
    [InlineData("true", "04")]
    [InlineData("false", "08")]
    [InlineData("7", "0C07")]
    [InlineData("-128", "0C80")]
    [InlineData("128", "108000")]
    [InlineData("-32769", "14FF7FFFFF")]
    [InlineData("2147483648", "180000008000000000")]
    [InlineData("-9223372036854775808", "180000000000000080")]
    [InlineData("9223372036854775808", "280000000000000000800000000000000000")]
    [InlineData("18446744073709551615", "2800FFFFFFFFFFFFFFFF0000000000000000")]
    [InlineData("1.50", "200296000000")]
    [InlineData("-0.000000001", "2009FFFFFFFF")]
    [InlineData("0.0000000001", "240A0100000000000000")]
    [InlineData("1234567890.5", "2401391CDCDF02000000")]
    [InlineData("0.0000000000000000001", "281301000000000000000000000000000000")]
    [InlineData("1e20", "1C408CB5781DAF1544")]
    [InlineData("-0.0", "1C0000000000000080")]
    [InlineData("\"n/a\"", "0D6E2F61")]
    [InlineData("\"\"", "01")]
    [InlineData("[]", "030000")]
    [InlineData("[1, null]", "03020002030C0100")]
    [InlineData("{}", "020000")]
    public void Values_have_the_bytes_of_the_specification(string json, string expected)
    {
        using var variants = new JsonVariants("doc");
        variants.Encode(Encoding.UTF8.GetBytes(json));
        Assert.Equal((NoNames, expected), (Convert.ToHexString(variants.Metadata), Convert.ToHexString(variants.Value)));
    }

    [Fact]
    public void Fields_are_named_in_the_order_of_their_bytes_and_lie_in_that_of_the_document()
    {
        using var variants = new JsonVariants("doc");
        variants.Encode("""{"b": 1, "aa": {"b": 2}}"""u8);
        Assert.Equal("1102" + "000203" + "616162", Convert.ToHexString(variants.Metadata));
        Assert.Equal("0202" + "0001" + "020009" + "0C01" + "0201" + "01" + "0002" + "0C02", Convert.ToHexString(variants.Value));
    }

    [Fact]
    public void Long_texts_and_many_values_have_the_large_forms()
    {
        using var variants = new JsonVariants("doc");
        variants.Encode(Encoding.UTF8.GetBytes($"\"{new string('x', 64)}\""));
        Assert.StartsWith("4040000000" + "7878", Convert.ToHexString(variants.Value), StringComparison.Ordinal);
        variants.Encode(Encoding.UTF8.GetBytes($"[{string.Join(", ", Enumerable.Repeat("true", 255))}]"));
        Assert.StartsWith("03FF" + "000102", Convert.ToHexString(variants.Value), StringComparison.Ordinal);
        variants.Encode(Encoding.UTF8.GetBytes($"[{string.Join(", ", Enumerable.Repeat("true", 256))}]"));
        Assert.StartsWith("17" + "00010000" + "000001000200", Convert.ToHexString(variants.Value), StringComparison.Ordinal);
        variants.Encode(Encoding.UTF8.GetBytes($"{{{string.Join(", ", Enumerable.Range(1000, 300).Select(i => $"\"{i}\": 1"))}}}"));
        Assert.StartsWith("51" + "2C01" + "000004000800", Convert.ToHexString(variants.Metadata), StringComparison.Ordinal);
        Assert.StartsWith("56" + "2C010000" + "000001000200", Convert.ToHexString(variants.Value), StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_come_back_byte_by_byte_whatever_was_encoded_before()
    {
        using var variants = new JsonVariants("doc");
        using var printer = new VariantPrinter();
        var random = new Random(41);
        for (var round = 0; round < Proof.Rounds(3000, 100_000); round++)
        {
            var json = RandomDocuments.Next(random);
            variants.Encode(Encoding.UTF8.GetBytes(json));
            Assert.Equal(json, Encoding.UTF8.GetString(printer.Print(new VariantNames(variants.Metadata), variants.Value)));
            Assert.Equal(variants.Value.Length, new VariantValue(variants.Value).Length);
            using var fresh = new JsonVariants("doc");
            fresh.Encode(Encoding.UTF8.GetBytes(json));
            Assert.Equal((Convert.ToHexString(fresh.Metadata), Convert.ToHexString(fresh.Value)), (Convert.ToHexString(variants.Metadata), Convert.ToHexString(variants.Value)));
            CheckNames(new VariantNames(variants.Metadata), json);
        }
    }

    [Theory]
    [InlineData("{\"a\": 1, \"a\": 2}", "two fields of one name")]
    [InlineData("{\"a\": 1, \"\\u0061\": 2}", "two fields of one name")]
    [InlineData("", "no JSON")]
    [InlineData("[1, 2", "no JSON")]
    [InlineData("[] []", "no JSON")]
    [InlineData("{\"a\" 1}", "no JSON")]
    [InlineData("[\"\\ud800\"]", "no JSON")]
    public void What_no_variant_holds_is_refused_by_column_and_value(string json, string reason)
    {
        using var variants = new JsonVariants("doc");
        variants.Encode("{\"a\": 1}"u8);
        var error = Assert.Throws<UnsupportedTypeException>(() => variants.Encode(Encoding.UTF8.GetBytes(json)));
        Assert.Contains("Column \"doc\"", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        variants.Encode("{\"a\": 1}"u8);
        Assert.Equal("02010000020C01", Convert.ToHexString(variants.Value));
    }

    [Theory]
    [InlineData("123456789012345678901234567890123456789", true)]
    [InlineData("-123456789012345678901234567890123456789.5", true)]
    [InlineData("0.123456789012345678901234567890123456789", true)]
    [InlineData("1e400", true)]
    [InlineData("1e-400", true)]
    [InlineData("99999999999999999999999999999999999999", false)]
    [InlineData("0.00000000000000000000000000000000000001", false)]
    [InlineData("1e20", false)]
    [InlineData("0e7", false)]
    [InlineData("-0.0", false)]
    public void Number_that_no_variant_holds_is_its_text(string number, bool isText)
    {
        using var variants = new JsonVariants("doc");
        using var printer = new VariantPrinter();
        var document = Encoding.UTF8.GetBytes($$"""{"a": [{{number}}], "b": "\u00e9"}""");
        variants.Encode(document);
        var back = printer.Print(new VariantNames(variants.Metadata), variants.Value);
        Assert.Equal((isText, isText), (JsonNumbers.HasOneAsText(document), Encoding.UTF8.GetString(back).Contains($"[\"{number}\"]", StringComparison.Ordinal)));
        Assert.Equal((isText, isText ? number : ""), (JsonNumbers.MayHaveHadOne(back, out var text), Encoding.UTF8.GetString(text)));
    }

    [Theory]
    [InlineData("123456789012345678901234567890123456789x")]
    [InlineData("0123456789012345678901234567890123456789")]
    [InlineData("1.2.3456789012345678901234567890123456789")]
    [InlineData("12345678901234567890123456789012345678")]
    [InlineData("-")]
    [InlineData("e")]
    [InlineData("")]
    public void Text_that_was_no_such_number_is_told_from_one(string text) => Assert.False(JsonNumbers.MayHaveHadOne(Encoding.UTF8.GetBytes($"[\"{text}\"]"), out _));

    [Fact]
    public void Nothing_is_allocated_for_a_document()
    {
        using var variants = new JsonVariants("doc");
        using var printer = new VariantPrinter();
        byte[][] documents = [.. new[] { """{"id": 1, "price": 12.50, "tags": ["a", "b\n"]}""", """{"id": 2, "other": {"x": 1e20}}""", "[1, 2, 3]" }.Select(Encoding.UTF8.GetBytes)];
        Run(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                variants.Encode(documents[i % documents.Length]);
                printer.Print(new VariantNames(variants.Metadata), variants.Value);
            }
        }
    }

    [Fact]
    public void Damaged_variants_are_printed_or_refused_in_bounded_time_and_memory()
    {
        using var variants = new JsonVariants("doc");
        using var printer = new VariantPrinter();
        var random = new Random(43);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            variants.Encode(Encoding.UTF8.GetBytes(RandomDocuments.Next(random)));
            var (metadata, value) = (Damaged(variants.Metadata.ToArray(), random), Damaged(variants.Value.ToArray(), random));
            try
            {
                Assert.InRange(printer.Print(new VariantNames(metadata), value).Length, 0, 10_000_000);
            }
            catch (CorruptDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 5000, 20_000);
    }

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        var damaged = bytes[..random.Next(random.Next(2) == 0 ? bytes.Length : 1, bytes.Length + 1)];
        for (var hits = random.Next(3); hits > 0; hits--)
        {
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        }

        return damaged;
    }

    private static void CheckNames(VariantNames names, string json)
    {
        Assert.True(names.IsSorted);
        for (var i = 0; i < names.Count; i++)
        {
            Assert.True(i == 0 || names[i - 1].SequenceCompareTo(names[i]) < 0, json);
            Assert.Equal(i, names.IndexOf(names[i]));
        }
    }
}
