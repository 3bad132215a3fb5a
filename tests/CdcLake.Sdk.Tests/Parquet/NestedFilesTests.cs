using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using Arrow = ParquetSharp;
using Net = global::Parquet;

namespace CdcLake.Tests.Parquet;

/// <summary>Structs, lists and maps that Arrow C++ and Parquet.Net write are read as the JSON that System.Text.Json makes of the same objects.</summary>
public sealed class NestedFilesTests
{
    private const int Rows = 700;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<Arrow.ParquetDataPageVersion, Arrow.Compression, bool> ArrowFiles()
    {
        var data = new TheoryData<Arrow.ParquetDataPageVersion, Arrow.Compression, bool>();
        foreach (var version in new[] { Arrow.ParquetDataPageVersion.V1, Arrow.ParquetDataPageVersion.V2 })
        {
            foreach (var codec in new[] { Arrow.Compression.Uncompressed, Arrow.Compression.Zstd, Arrow.Compression.Brotli })
            {
                data.Add(version, codec, true);
                data.Add(version, codec, false);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ArrowFiles))]
    public async Task Lists_of_Arrow_come_back_as_arrays(Arrow.ParquetDataPageVersion version, Arrow.Compression codec, bool hasDictionary)
    {
        var random = new Random(71);
        var numbers = Some(random, () => List(random, () => random.Next(3) == 0 ? (int?)null : random.Next(50)));
        var texts = Some(random, () => List(random, () => random.Next(5) == 0 ? null : "text " + random.Next(20)));
        var deep = Some(random, () => List(random, () => random.Next(6) == 0 ? null : List(random, () => List(random, () => (double?)random.Next(9) / 4))));
        var flat = Enumerable.Range(0, Rows).ToArray();
        var file = Write(version, codec, hasDictionary, numbers, texts, deep, flat);

        await using var reader = await ParquetReader.OpenAsync("arrow.parquet", new MemoryStream(file));
        Assert.Equal((3, 4), (reader.Footer.RowGroups.Count, reader.Columns.Count));
        await foreach (var batch in reader.ReadAsync(reader.Columns, 97, new Between(350, 420, leaf: 3)))
        {
            using var owned = batch;
            for (var row = 0; row < batch.Count; row++)
            {
                Assert.Equal((batch.FirstRow + row, Text(deep[batch.FirstRow + row])), (((FixedColumn<int>)batch.Columns[3]).Values[row], Cell(batch.Columns[2], row)));
            }
        }

        var read = await Tables.ReadAsync(reader, reader.Columns, 97);
        for (var row = 0; row < Rows; row++)
        {
            Assert.Equal((row, Text(numbers[row])), (row, Cell(read[0], row)));
            Assert.Equal((row, Text(texts[row])), (row, Cell(read[1], row)));
            Assert.Equal((row, Text(deep[row])), (row, Cell(read[2], row)));
            Assert.Equal(row, ((FixedColumn<int>)read[3]).Values[row]);
        }
    }

    [Fact]
    public async Task Objects_of_Parquet_Net_come_back_as_objects()
    {
        var random = new Random(72);
        var people = Enumerable.Range(0, Rows).Select(i => Person.Of(random, i)).ToList();
        using var stream = new MemoryStream();
        await Net.Serialization.ParquetSerializer.SerializeAsync(people, stream, new Net.ParquetOptions { RowGroupSize = 300 });

        await using var reader = await ParquetReader.OpenAsync("net.parquet", new MemoryStream(stream.ToArray()));
        var columns = reader.Columns.ToDictionary(c => c.Name);
        string[] names = ["Home", "Tags", "Scores", "Items"];
        var read = await Tables.ReadAsync(reader, [.. names.Select(n => columns[n])], 97);
        for (var row = 0; row < Rows; row++)
        {
            var person = people[row];
            object?[] expected = [person.Home, person.Tags, person.Scores, person.Items];
            for (var i = 0; i < names.Length; i++)
            {
                Assert.Equal((row, names[i], Text(expected[i])), (row, names[i], Cell(read[i], row)));
            }
        }
    }

    [Fact]
    public async Task Part_of_a_struct_is_read_with_what_the_file_lacks()
    {
        var random = new Random(73);
        var people = Enumerable.Range(0, Rows).Select(i => Person.Of(random, i)).ToList();
        using var stream = new MemoryStream();
        await Net.Serialization.ParquetSerializer.SerializeAsync(people, stream);
        await using var reader = await ParquetReader.OpenAsync("net.parquet", new MemoryStream(stream.ToArray()));

        NestedField Value(string name, object? missing = null) => new(NestedKind.Value, name, 0, name == "Number" ? DataType.Int64 : DataType.String, []) { Missing = missing };
        ParquetColumn Home(params NestedField[] fields) =>
            new("Home", 0, false, DataType.String) { Nested = new NestedField(NestedKind.Struct, "Home", 0, default, [.. fields]) };
        var read = await Tables.ReadAsync(reader, [Home(Value("Number"), Value("Floor", "2nd"u8.ToArray())), Home(Value("Gone"))], 97); // the one is widened, the others are not there
        for (var row = 0; row < Rows; row++)
        {
            var home = people[row].Home;
            Assert.Equal(home is null ? null : $"{{\"Number\":{home.Number},\"Floor\":\"2nd\"}}", Cell(read[0], row));
            Assert.Equal(home is null ? null : "{\"Gone\":null}", Cell(read[1], row));
        }
    }

    [Theory]
    [InlineData(Arrow.ParquetDataPageVersion.V1)]
    [InlineData(Arrow.ParquetDataPageVersion.V2)]
    public async Task Mutated_nested_files_are_read_or_refused(Arrow.ParquetDataPageVersion version)
    {
        var random = new Random(74);
        var numbers = Some(random, () => List(random, () => random.Next(3) == 0 ? (int?)null : random.Next(50)));
        var texts = Some(random, () => List(random, () => "t" + random.Next(5)));
        var deep = Some(random, () => List(random, () => List(random, () => List(random, () => (double?)random.Next(9)))));
        var file = Write(version, Arrow.Compression.Uncompressed, true, numbers, texts, deep, Enumerable.Range(0, Rows).ToArray());
        var refused = 0;
        for (var i = 0; i < 800; i++)
        {
            var mutant = file.ToArray();
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                mutant[random.Next(2) == 0 ? random.Next(mutant.Length) : mutant.Length - 1 - random.Next(1500)] = (byte)random.Next(256);
            }

            try
            {
                await using var reader = await ParquetReader.OpenAsync("mutant.parquet", new MemoryStream(mutant));
                await foreach (var batch in reader.ReadAsync(reader.Columns, 50))
                {
                    batch.Dispose();
                }
            }
            catch (CatalogException e)
            {
                Assert.Contains("mutant.parquet", e.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.InRange(refused, 200, 800);
    }

    private static byte[] Write(
        Arrow.ParquetDataPageVersion version, Arrow.Compression codec, bool hasDictionary, int?[]?[] numbers, string?[]?[] texts, double?[]?[]?[]?[] deep, int[] flat)
    {
        using var stream = new MemoryStream();
        using var builder = new Arrow.WriterPropertiesBuilder();
        builder.Compression(codec).DataPageVersion(version).DataPagesize(900).EnableWritePageIndex();
        using var properties = (hasDictionary ? builder.EnableDictionary() : builder.DisableDictionary()).Build();
        Arrow.Column[] columns = [new Arrow.Column<int?[]>("numbers"), new Arrow.Column<string[]>("texts"), new Arrow.Column<double?[][][]>("deep"), new Arrow.Column<int>("flat")];
        using (var file = new Arrow.ParquetFileWriter(stream, columns, null, properties, keyValueMetadata: null, leaveOpen: true))
        {
            foreach (var part in Enumerable.Range(0, Rows).Chunk(300))
            {
                using var group = file.AppendRowGroup();
                Append(group, part, numbers!);
                Append(group, part, texts!);
                Append(group, part, deep!);
                Append(group, part, flat);
            }

            file.Close();
        }

        return stream.ToArray();

        static void Append<T>(Arrow.RowGroupWriter group, int[] rows, T[] values)
        {
            using var column = group.NextColumn();
            using var writer = column.LogicalWriter<T>();
            writer.WriteBatch(values.AsSpan(rows[0], rows.Length));
        }
    }

    private static T?[] Some<T>(Random random, Func<T> make)
        where T : class => [.. Enumerable.Range(0, Rows).Select(_ => random.Next(6) == 0 ? null : make())];

    private static T[] List<T>(Random random, Func<T> make) => [.. Enumerable.Range(0, random.Next(20) == 0 ? 60 : random.Next(4)).Select(_ => make())];

    private static string? Text(object? value) => value is null ? null : JsonSerializer.Serialize(value, Json);

    private static string? Cell(Column column, int row) => column.IsNull(row) ? null : Encoding.UTF8.GetString(((BytesColumn)column)[row]);

    public sealed class Person
    {
        public int Id { get; set; }

        public Address? Home { get; set; }

        public List<string>? Tags { get; set; }

        public Dictionary<string, long>? Scores { get; set; }

        public List<Item>? Items { get; set; }

        public static Person Of(Random random, int id) => new()
        {
            Id = id,
            Home = random.Next(4) == 0 ? null : new Address { Street = "\"Straße\" <" + random.Next(9) + ">", Number = random.Next(100), Open = random.Next(2) == 0 ? null : random.Next(2) == 0 },
            Tags = random.Next(4) == 0 ? null : [.. List(random, () => "tag " + random.Next(9))],
            Scores = random.Next(4) == 0 ? null : List(random, () => random.Next(30)).Distinct().ToDictionary(k => "k" + k, _ => (long)random.Next(1000) << 33),
            Items = random.Next(4) == 0 ? null : [.. List(random, () => new Item { Name = random.Next(3) == 0 ? null : "item", Sizes = [.. List(random, () => random.Next(9))] })],
        };
    }

    public sealed class Address
    {
        public string? Street { get; set; }

        public int Number { get; set; }

        public bool? Open { get; set; }
    }

    public sealed class Item
    {
        public string? Name { get; set; }

        public List<int>? Sizes { get; set; }
    }
}
