using System.Text;
using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Json;
using CdcLake.Testing.Tables;

namespace CdcLake.Tests.MySql.Binlog.Json;

/// <summary>Changes of partial updates, as the log holds them; the integration tests take them from a server.</summary>
public sealed class JsonDiffTests
{
    private static readonly (string, object?)[] Document =
        [("a", 1L), ("arr", new object?[] { (short)1, "two", null, -70000 }), ("obj", new (string, object?)[] { ("x", true), ("q\"\u00FC", 2.5) })];

    [Theory]
    [InlineData(0, "$.a", "{\"a\": \"new\", \"arr\": [1, \"two\", null, -70000], \"obj\": {\"x\": true, \"q\\\"ü\": 2.5}}")]
    [InlineData(0, "$.arr[3]", "{\"a\": 1, \"arr\": [1, \"two\", null, \"new\"], \"obj\": {\"x\": true, \"q\\\"ü\": 2.5}}")]
    [InlineData(0, "$.obj.\"q\\\"\\u00fc\"", "{\"a\": 1, \"arr\": [1, \"two\", null, -70000], \"obj\": {\"x\": true, \"q\\\"ü\": \"new\"}}")]
    [InlineData(0, "$", "\"new\"")]
    [InlineData(1, "$.arr[0]", "{\"a\": 1, \"arr\": [\"new\", 1, \"two\", null, -70000], \"obj\": {\"x\": true, \"q\\\"ü\": 2.5}}")]
    [InlineData(1, "$.arr[9]", "{\"a\": 1, \"arr\": [1, \"two\", null, -70000, \"new\"], \"obj\": {\"x\": true, \"q\\\"ü\": 2.5}}")]
    [InlineData(1, "$.obj.b", "{\"a\": 1, \"arr\": [1, \"two\", null, -70000], \"obj\": {\"b\": \"new\", \"x\": true, \"q\\\"ü\": 2.5}}")]
    [InlineData(1, "$.zz", "{\"a\": 1, \"zz\": \"new\", \"arr\": [1, \"two\", null, -70000], \"obj\": {\"x\": true, \"q\\\"ü\": 2.5}}")]
    [InlineData(2, "$.arr[1]", "{\"a\": 1, \"arr\": [1, null, -70000], \"obj\": {\"x\": true, \"q\\\"ü\": 2.5}}")]
    [InlineData(2, "$.arr[last]", "{\"a\": 1, \"arr\": [1, \"two\", null], \"obj\": {\"x\": true, \"q\\\"ü\": 2.5}}")]
    [InlineData(0, "$.arr[last-3]", "{\"a\": 1, \"arr\": [\"new\", \"two\", null, -70000], \"obj\": {\"x\": true, \"q\\\"ü\": 2.5}}")]
    [InlineData(2, "$.obj", "{\"a\": 1, \"arr\": [1, \"two\", null, -70000]}")]
    public void Change_gives_the_document_of_the_server(byte operation, string path, string expected)
    {
        foreach (var isLarge in new[] { false, true })
        {
            Assert.Equal(expected, Apply(JsonDocuments.Of(Document, isLarge), Change(operation, path)));
            Assert.Equal(expected, ApplyToText(JsonDocuments.Of(Document, isLarge), Change(operation, path)));
        }
    }

    [Fact]
    public void Changes_are_applied_one_after_the_other() => Assert.Equal(
        "{\"arr\": [1, [\"new\"], -70000], \"obj\": {\"x\": true, \"q\\\"ü\": 2.5}}",
        Apply(JsonDocuments.Of(Document), [.. Change(2, "$.arr[1]"), .. Change(0, "$.arr[1]", Array.Empty<object?>()), .. Change(1, "$.arr[1][0]"), .. Change(2, "$.a")]));

    [Theory]
    [InlineData(0, "$.none")]
    [InlineData(0, "$.arr[4]")]
    [InlineData(0, "$.a.b")]
    [InlineData(1, "$.a")]
    [InlineData(1, "$.a[0]")]
    [InlineData(2, "$.arr[4]")]
    [InlineData(2, "$")]
    [InlineData(3, "$.a")]
    [InlineData(0, "a")]
    [InlineData(0, "$.")]
    [InlineData(0, "$.\"a")]
    [InlineData(0, "$[x]")]
    [InlineData(0, "$[-1]")]
    [InlineData(0, "$.arr[last-4]")]
    [InlineData(0, "$.arr[last+1]")]
    public void Change_that_does_not_fit_is_refused(byte operation, string path)
    {
        Assert.Throws<MySqlProtocolException>(() => Apply(JsonDocuments.Of(Document), Change(operation, path)));
        Assert.Throws<MySqlProtocolException>(() => ApplyToText(JsonDocuments.Of(Document), Change(operation, path)));
    }

    [Fact]
    public void Changes_give_the_same_text_whether_the_document_or_its_text_is_known()
    {
        var (applied, refused) = (0, 0);
        for (var seed = 0; seed < Proof.Rounds(usual: 2000, full: 100_000); seed++)
        {
            var random = new Random(seed);
            var document = JsonDocuments.Of(Value(random, 4), isLarge: random.Next(2) == 0);
            byte[] changes = [.. Enumerable.Range(0, random.Next(1, 4)).SelectMany(_ => Change((byte)random.Next(3), Path(random), Value(random, 1)))];
            string expected;
            try
            {
                expected = Apply(document, changes);
            }
            catch (MySqlProtocolException)
            {
                Assert.Throws<MySqlProtocolException>(() => ApplyToText(document, changes));
                refused++;
                continue;
            }

            Assert.Equal(expected, ApplyToText(document, changes));
            applied++;
        }

        Assert.True(applied > 100 && refused > 100);
    }

    [Fact]
    public void Damaged_changes_are_refused_in_bounded_time_and_memory()
    {
        var random = new Random(3);
        var document = JsonDocuments.Of(Document);
        byte[] changes = [.. Change(1, "$.arr[0]", Document), .. Change(0, "$.obj.x"), .. Change(2, "$.a")];
        for (var round = 0; round < 20_000; round++)
        {
            var (left, right) = ((byte[])document.Clone(), (byte[])changes.Clone());
            var hit = random.Next(2) == 0 ? left : right;
            hit[random.Next(hit.Length)] = (byte)random.Next(256);
            try
            {
                Assert.InRange(Apply(left, right).Length, 1, 4000);
            }
            catch (MySqlProtocolException)
            {
                // As it should.
            }
        }
    }

    private static readonly string[] Names = ["a", "b", "\"", "\\", "\n", "\u0001", "ü", "kk", "", "long name, with a comma: and }"];

    private static object? Value(Random random, int depth) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(-100_000, 100_000),
        3 => random.Next(-1000, 1000) / 4.0,
        4 => Names[random.Next(Names.Length)] + "]}",
        5 => (short)random.Next(10),
        6 => Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1)).ToArray(),
        _ => random.GetItems(Names, random.Next(5)).Distinct().OrderBy(n => Encoding.UTF8.GetByteCount(n)).ThenBy(n => n, StringComparer.Ordinal).Select(n => (n, Value(random, depth - 1))).ToArray(),
    };

    private static string Path(Random random) => "$" + string.Concat(Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(3) switch
    {
        0 => $"[{random.Next(3)}]",
        1 => random.Next(4) == 0 ? "[last]" : "[0]",
        _ => "." + System.Text.Json.JsonSerializer.Serialize(Names[random.Next(Names.Length)]),
    }));

    private static string ApplyToText(byte[] document, byte[] changes)
    {
        using var column = new ChangeBatch(new CdcLake.Columnar.Schema([new Field("doc", DataType.String, true)]));
        var text = new JsonPrinter().Print(document).ToArray();
        var said = new JsonText();
        JsonChange.WriteDocument(changes, said);
        return DocumentChanges.TryApply(text, new JsonPrinter().Print(said.Written), column.Bytes(0), new JsonText())
            ? Encoding.UTF8.GetString(column.Bytes(0)[0])
            : throw new MySqlProtocolException("It does not fit.");
    }

    private static byte[] Change(byte operation, string path, object? value = null)
    {
        var name = Encoding.UTF8.GetBytes(path);
        var document = JsonDocuments.Of(value ?? "new");
        return [operation, (byte)name.Length, .. name, .. operation == 2 ? [] : (byte[])[.. document.Length < 251 ? (byte[])[(byte)document.Length] : [0xFC, (byte)document.Length, (byte)(document.Length >> 8)], .. document]];
    }

    private static string Apply(byte[] document, byte[] changes)
    {
        var changed = new JsonText();
        JsonDiff.Apply(document, changes, changed);
        return Encoding.UTF8.GetString(new JsonPrinter().Print(changed.Written));
    }
}
