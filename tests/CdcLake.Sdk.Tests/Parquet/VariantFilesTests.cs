using System.Text;
using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Tests.Parquet.Variants;

namespace CdcLake.Tests.Parquet;

/// <summary>Columns of variants in files: written as JSON and as they are encoded, read as both.</summary>
public sealed class VariantFilesTests
{
    private const int Rows = 700;

    private static readonly ParquetColumn[] Documents =
    [
        new("id", 1, Required: true, DataType.Int32),
        new("doc", 2, Required: false, DataType.String) { IsVariant = true },
        new("must", 3, Required: true, DataType.String) { IsVariant = true },
    ];

    private static readonly ParquetColumn[] Encoded = [.. Documents.Select(c => c.IsVariant ? c with { Type = DataType.Binary } : c)];

    [Theory]
    [InlineData(20_000)]
    [InlineData(90)]
    public async Task Documents_come_back_and_keep_their_bits_from_file_to_file(int pageRows)
    {
        var data = Data(new Random(51));
        var options = new ParquetWriterOptions { PageRows = pageRows, RowGroupBytes = 16 << 10 };
        var (file, metrics) = await Tables.WriteAsync(Documents, data, 97, options);
        Assert.Equal([1, 2, 3], metrics.Columns.Select(c => c.FieldId));
        Assert.Equal([Rows, Rows, Rows], metrics.Columns.Select(c => (int)c.ValueCount));
        Assert.Equal([0, data[1].Nulls.Count((byte)1), 0], metrics.Columns.Select(c => (int)c.NullCount));
        Assert.Equal([true, false, false], metrics.Columns.Select(c => c.Bounds is not null));

        await using var reader = await ParquetReader.OpenAsync("ours.parquet", new MemoryStream(file));
        Assert.True(reader.Footer.RowGroups.Count > 1);
        Assert.Equal([.. Documents.Select(c => (c.Name, c.FieldId, c.Required, c.IsVariant))], reader.Columns.Select(c => (c.Name, c.FieldId, c.Required, c.IsVariant)));
        Tables.AssertEqual(data, await Tables.ReadAsync(reader, Documents, 41));

        var encoded = await Tables.ReadAsync(reader, Encoded, 53);
        var (moved, _) = await Tables.WriteAsync(Encoded, encoded, 80, options);
        await using var again = await ParquetReader.OpenAsync("moved.parquet", new MemoryStream(moved));
        Tables.AssertEqual(encoded, await Tables.ReadAsync(again, Encoded, 53));
        Tables.AssertEqual(data, await Tables.ReadAsync(again, Documents, 53));
    }

    [Fact]
    public async Task Rows_are_found_behind_pages_that_are_passed_over()
    {
        var data = Data(new Random(52));
        var (file, _) = await Tables.WriteAsync(Documents, data, 97, new ParquetWriterOptions { PageRows = 50 });
        await using var reader = await ParquetReader.OpenAsync("ours.parquet", new MemoryStream(file));
        var read = 0;
        await foreach (var batch in reader.ReadAsync(Documents, 30, new Between(200, 260, leaf: 0)))
        {
            using var owned = batch;
            for (var row = 0; row < batch.Count; row++, read++)
            {
                Assert.Equal(((BytesColumn)data[2])[(int)batch.FirstRow + row].ToArray(), ((BytesColumn)batch.Columns[2])[row].ToArray());
            }
        }

        Assert.InRange(read, 61, Rows - 1);
    }

    [Fact]
    public async Task Null_in_a_required_variant_fails_the_write()
    {
        var data = Data(new Random(53));
        data[2] = data[1];
        await Assert.ThrowsAsync<SchemaMismatchException>(() => Tables.WriteAsync(Documents, data, 97));
    }

    [Fact]
    public async Task Text_is_no_variant_and_a_variant_no_text()
    {
        var data = Data(new Random(54));
        var plain = Documents.Select(c => c with { IsVariant = false }).ToArray();
        foreach (var (written, asked) in new[] { (Documents, plain), (plain, Documents) })
        {
            var (file, _) = await Tables.WriteAsync(written, data, 97);
            await using var reader = await ParquetReader.OpenAsync("ours.parquet", new MemoryStream(file));
            var error = await Assert.ThrowsAsync<CatalogException>(() => Tables.ReadAsync(reader, asked, 53));
            Assert.Contains("\"doc\"", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Mutated_files_are_read_or_refused_with_a_catalog_error()
    {
        var (file, _) = await Tables.WriteAsync(Documents, Data(new Random(55)), 97, new ParquetWriterOptions { Codec = CdcLake.Compression.CompressionCodec.Uncompressed });
        var random = new Random(56);
        var refused = 0;
        for (var i = 0; i < 400; i++)
        {
            var mutant = file.ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
            {
                mutant[random.Next(4, mutant.Length)] = (byte)random.Next(256);
            }

            try
            {
                await using var reader = await ParquetReader.OpenAsync("mutant", new MemoryStream(mutant));
                await Tables.ReadAsync(reader, Documents, 97);
            }
            catch (CatalogException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 200, 400);
    }

    private static Column[] Data(Random random)
    {
        var (id, doc, must) = (new FixedColumn<int>(DataType.Int32), new BytesColumn(DataType.String), new BytesColumn(DataType.String));
        for (var i = 0; i < Rows; i++)
        {
            id.Append(i);
            must.Append(Encoding.UTF8.GetBytes(RandomDocuments.Next(random)));
            if (random.Next(4) == 0)
            {
                doc.AppendNull();
            }
            else
            {
                doc.Append(Encoding.UTF8.GetBytes(RandomDocuments.Next(random)));
            }
        }

        return [id, doc, must];
    }
}
