using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Shredding;
using CdcLake.Parquet.Variants;
using CdcLake.Tests.Parquet.Variants;
using CdcLake.Tests.Shared;

namespace CdcLake.Tests.Parquet.Shredding;

/// <summary>Variants whose fields have columns of their own: nothing tells them from others when they are read. That other implementations read them is shown by VariantTableTests of the integration tests.</summary>
public sealed class ShreddedVariantsTests
{
    private const int Sample = 60;

    private static readonly ParquetColumn[] Documents =
    [
        new("id", 1, Required: true, DataType.Int32),
        new("doc", 2, Required: false, DataType.String) { IsVariant = true },
        new("must", 3, Required: true, DataType.String) { IsVariant = true },
    ];

    private static readonly ParquetColumn[] Encoded = [.. Documents.Select(c => c.IsVariant ? c with { Type = DataType.Binary } : c)];

    [Fact]
    public async Task Documents_and_their_bits_are_those_of_a_file_that_is_not_shredded()
    {
        var random = new Random(61);
        for (var round = 0; round < Proof.Rounds(15, 300); round++)
        {
            var data = Data(random, random.Next(2, 40), rows: 400);
            var options = new ParquetWriterOptions { PageRows = random.Next(20, 500), PageBytes = random.Next(1000, 100_000), RowGroupBytes = random.Next(2) == 0 ? 30_000 : 1 << 27, DictionaryBytes = random.Next(2) * 100_000 };
            var (plain, _) = await Tables.WriteAsync(Documents, data, random.Next(1, 200), options);
            var (file, metrics) = await Tables.WriteAsync(Documents, data, random.Next(1, 200), options with { VariantSampleRows = Sample });
            Assert.Equal([400, 400, 400], metrics.Columns.Select(c => (int)c.ValueCount));
            Assert.Equal([0, data[1].Nulls.Count((byte)1), 0], metrics.Columns.Select(c => (int)c.NullCount));
            await using var ours = await ParquetReader.OpenAsync("shredded.parquet", new MemoryStream(file));
            await using var other = await ParquetReader.OpenAsync("plain.parquet", new MemoryStream(plain));
            Assert.Equal(Enumerable.Repeat(8, 2), ours.Footer.Root.Children.Skip(1).Select(c => c.Leaves().Count(l => ours.Footer.Leaves[l].Name == VariantLeaves.TypedValue)));
            Tables.AssertEqual(data, await Tables.ReadAsync(ours, Documents, 41));
            var encoded = await Tables.ReadAsync(other, Encoded, 53);
            Tables.AssertEqual(encoded, await Tables.ReadAsync(ours, Encoded, 53));

            var (moved, _) = await Tables.WriteAsync(Encoded, encoded, 97, options with { VariantSampleRows = Sample });
            await using var again = await ParquetReader.OpenAsync("moved.parquet", new MemoryStream(moved));
            Tables.AssertEqual(encoded, await Tables.ReadAsync(again, Encoded, 53));
        }
    }

    [Fact]
    public async Task Same_rows_give_the_same_file_however_they_come()
    {
        var data = Data(new Random(62), 10, rows: 500);
        var options = new ParquetWriterOptions { VariantSampleRows = Sample };
        var (first, _) = await Tables.WriteAsync(Documents, data, 1, options);
        foreach (var batch in new[] { 7, Sample, 500 })
        {
            Assert.Equal(first, (await Tables.WriteAsync(Documents, data, batch, options)).File);
        }
    }

    [Fact]
    public async Task File_of_fewer_rows_than_are_looked_at_is_shredded_too()
    {
        var data = Data(new Random(63), int.MaxValue, rows: 30);
        var (file, _) = await Tables.WriteAsync(Documents, data, 10, new ParquetWriterOptions { VariantSampleRows = 1000 });
        await using var reader = await ParquetReader.OpenAsync("few.parquet", new MemoryStream(file));
        Assert.Contains(reader.Footer.Leaves, l => l.Name == VariantLeaves.TypedValue);
        Tables.AssertEqual(data, await Tables.ReadAsync(reader, Documents, 41));
    }

    [Theory]
    [InlineData("""{"a": 1, "b": "x"}|{"a": -70000, "b": null}|{"b": "y"}""", "{a: Int64, b: String}")]
    [InlineData("""{"a": {"b": {"c": true}}}|{}""", "{a: {b: {c: Boolean}}}")]
    [InlineData("""{"p": 1.50}|{"p": 123456789012345678.25}""", "{p: Decimal(38,2)}")]
    [InlineData("""{"p": 1.50}|{"p": 2.25}""", "{p: Decimal(18,2)}")]
    [InlineData("""{"p": 1.50, "q": 1}|{"p": 2.5, "q": 1}""", "{q: Int64}")]
    [InlineData("""{"p": 1, "q": 1}|{"p": "2", "q": 1}""", "{q: Int64}")]
    [InlineData("""{"p": [1], "q": 1e20}|{"p": [], "q": 2e20}""", "{q: Float64}")]
    [InlineData("""{"p": {"a": 1}, "q": 1}|{"p": 1, "q": 1}""", "{q: Int64}")]
    [InlineData("""{"p": null}""", "none")]
    [InlineData("""{"": 1}""", "none")]
    [InlineData("1|2", "Int64")]
    [InlineData("""{"a": 1}|[1]""", "none")]
    [InlineData("null|{}", "none")]
    public void Columns_are_made_of_fields_with_one_type(string documents, string expected) => Assert.Equal(expected, Print(ShapeOf(documents.Split('|'))));

    [Fact]
    public void Rare_fields_have_no_column_and_their_number_is_bounded()
    {
        Assert.Equal("{a: Int64, b: Int64}", Print(ShapeOf([.. Enumerable.Range(0, 100).Select(i => i switch { < 9 => """{"a": 1, "c": 1}""", < 19 => """{"a": 1, "b": 1}""", _ => """{"a": 1}""" })])));
        Assert.Equal(100, ShapeOf([$"{{{string.Join(", ", Enumerable.Range(0, 3000).Select(i => $"\"f{i}\": 1"))}}}"])!.Fields.Count);
    }

    [Fact]
    public async Task Bounds_are_those_of_the_fields_whose_values_are_all_in_columns()
    {
        string[] documents =
        [
            """{"n": 5, "it's": {"d": 1.50, "mixed": 1}, "text": "b", "ok": false, "x": 1e20}""",
            """{"n": 70000, "it's": {"d": -3.25, "mixed": 2}, "text": "abcdefghijklmnopqrstuvwxyz", "ok": true, "x": -2.5e30}""",
            """{"n": null, "text": "zzzzzzzzzzzzzzzzzzzz", "more": 9}""",
            """{"n": -1, "it's": {"d": 0.00, "mixed": "3"}}""",
        ];
        var doc = new BytesColumn(DataType.String);
        doc.AppendNull();
        Array.ForEach(documents, d => doc.Append(Encoding.UTF8.GetBytes(d)));
        ParquetColumn[] columns = [new("doc", 2, Required: false, DataType.String) { IsVariant = true }];
        var (_, metrics) = await Tables.WriteAsync(columns, [doc], 2, new ParquetWriterOptions { VariantSampleRows = 3, PageRows = 2 });
        var (lower, upper) = VariantBounds.Of(metrics.Columns[0].Fields, 16)!.Value;
        Assert.Equal("""{"$['it\\'s']['d']": -3.25, "$['n']": -1, "$['ok']": false, "$['text']": "abcdefghijklmnop", "$['x']": -2.5e30}""", Text(lower));
        Assert.Equal("""{"$['it\\'s']['d']": 1.50, "$['n']": 70000, "$['ok']": true, "$['text']": "zzzzzzzzzzzzzzz{", "$['x']": 1e20}""", Text(upper));
        Assert.Null(VariantBounds.Of([], 16));
    }

    [Fact]
    public void Path_of_a_field_is_escaped() => Assert.Equal(
        @"$['a']['b.c']['\'\\\n\u0001']", VariantBounds.PathOf([.. new[] { "a", "b.c", "'\\\n\u0001" }.Select(Encoding.UTF8.GetBytes)]));

    private static string Text(byte[] bound)
    {
        using var printer = new VariantPrinter();
        for (var end = 3; end < bound.Length; end++)
        {
            // Metadata has no length of its own: it ends where its last name does.
            try
            {
                var names = new VariantNames(bound.AsSpan(0, end));
                if (new VariantValue(bound.AsSpan(end)).Length == bound.Length - end)
                {
                    return Encoding.UTF8.GetString(printer.Print(names, bound.AsSpan(end)));
                }
            }
            catch (CdcLake.Compression.CorruptDataException)
            {
                // not there
            }
        }

        throw new InvalidOperationException("No variant.");
    }

    private static ShreddedType? ShapeOf(string[] documents)
    {
        var sample = new VariantSample();
        using var variants = new JsonVariants("doc");
        foreach (var document in documents)
        {
            variants.Encode(Encoding.UTF8.GetBytes(document));
            sample.Add(new VariantNames(variants.Metadata), new VariantValue(variants.Value));
        }

        return sample.Shape();
    }

    private static string Print(ShreddedType? type) => type switch
    {
        null => "none",
        { Leaf: { Kind: TypeKind.Decimal } leaf } => $"Decimal({leaf.Precision},{leaf.Scale})",
        { Leaf: { } leaf } => leaf.Kind.ToString(),
        _ => $"{{{string.Join(", ", type.Fields.Select(f => $"{f.Text}: {Print(f.Type)}"))}}}",
    };

    private static Column[] Data(Random random, int others, int rows)
    {
        var (id, doc, must) = (new FixedColumn<int>(DataType.Int32), new BytesColumn(DataType.String), new BytesColumn(DataType.String));
        for (var row = 0; row < rows; row++)
        {
            var unlike = row < Sample ? int.MaxValue : others; // what is looked at is of one kind
            id.Append(row);
            must.Append(Encoding.UTF8.GetBytes(RandomDocuments.NextRecord(random, unlike)));
            if (random.Next(10) == 0)
            {
                doc.AppendNull();
            }
            else
            {
                doc.Append(Encoding.UTF8.GetBytes(RandomDocuments.NextRecord(random, unlike)));
            }
        }

        return [id, doc, must];
    }
}
