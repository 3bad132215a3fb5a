using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Tests.Parquet.Oracles;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Parquet;

public sealed class ParquetFuzzTests
{
    private const int Cases = 6000;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(30, 2)]
    public async Task Mutated_files_are_read_or_refused_with_a_catalog_error(int nullShare, int seed)
    {
        var columns = Tables.Columns(nullShare);
        var data = columns.Select((c, i) => Tables.Make(c.Type, 60, nullShare, i % 2 == 0 ? 3 : 0, i)).ToArray();
        var (file, _) = await Tables.WriteAsync(columns, data, 60, new ParquetWriterOptions { PageRows = 25 });
        var random = new Random(seed);
        var refused = 0;
        for (var i = 0; i < Cases / 2; i++)
        {
            refused += await IsRefusedAsync(Mutate(file, random), columns) ? 1 : 0;
        }

        Assert.InRange(refused, Cases / 4, Cases / 2);
    }

    [Theory]
    [InlineData("pyarrow-v1-snappy-dictionary")]
    [InlineData("pyarrow-v2-none-decimal-integers")]
    [InlineData("clickhouse-gzip")]
    public async Task Mutated_pages_without_checksums_are_read_or_refused(string name)
    {
        var file = await File.ReadAllBytesAsync(ForeignFilesTests.PathOf(name));
        ParquetColumn[] columns;
        await using (var reader = await ParquetReader.OpenAsync(name, new MemoryStream(file)))
        {
            columns = [.. reader.Columns];
        }

        var random = new Random(7);
        for (var i = 0; i < Cases / 4; i++)
        {
            var mutant = file.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                mutant[random.Next(4, mutant.Length - 3000)] = random.Next(3) switch { 0 => 0, 1 => 255, _ => (byte)random.Next(256) };
            }

            await IsRefusedAsync(mutant, columns);
        }
    }

    [Theory]
    [InlineData("delta", Arrow.Compression.Uncompressed, Arrow.ParquetDataPageVersion.V1)]
    [InlineData("delta", Arrow.Compression.Uncompressed, Arrow.ParquetDataPageVersion.V2)]
    [InlineData("delta length", Arrow.Compression.Uncompressed, Arrow.ParquetDataPageVersion.V2)]
    [InlineData("split", Arrow.Compression.Uncompressed, Arrow.ParquetDataPageVersion.V1)]
    [InlineData("dictionary", Arrow.Compression.Zstd, Arrow.ParquetDataPageVersion.V2)]
    [InlineData("dictionary", Arrow.Compression.Lz4, Arrow.ParquetDataPageVersion.V1)]
    [InlineData("delta", Arrow.Compression.Brotli, Arrow.ParquetDataPageVersion.V1)]
    public async Task Mutated_pages_of_other_encodings_and_codecs_are_read_or_refused(
        string encoding, Arrow.Compression codec, Arrow.ParquetDataPageVersion version)
    {
        var columns = Tables.Columns(20);
        ArrowColumn[] layouts = [.. columns.Select(ArrowColumn.Unusual)];
        var data = columns.Select((c, i) => Tables.Make(c.Type, 80, 20, 0, i)).ToArray();
        using var properties = ArrowFilesTests.Properties(layouts, encoding, codec, version, hasChecksums: false);
        var file = ArrowWriter.Write(layouts, data, 80, properties);
        var footer = BitConverter.ToInt32(file, file.Length - 8) + 8;
        var random = new Random(13);
        for (var i = 0; i < Cases / 4; i++)
        {
            var mutant = file.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                mutant[random.Next(4, mutant.Length - footer)] = random.Next(3) switch { 0 => 0, 1 => 255, _ => (byte)random.Next(256) };
            }

            await IsRefusedAsync(mutant, columns);
        }
    }

    [Fact]
    public async Task Every_truncation_is_refused()
    {
        ParquetColumn[] columns = [new("v", 1, false, DataType.String), new("w", 2, true, DataType.Int64)];
        var data = columns.Select((c, i) => Tables.Make(c.Type, 100, c.Required ? 0 : 20, 5, i)).ToArray();
        var (file, _) = await Tables.WriteAsync(columns, data, 60, new ParquetWriterOptions { PageRows = 25 });
        for (var length = 0; length < file.Length; length++)
        {
            Assert.True(await IsRefusedAsync(file[..length], columns), $"{length} bytes");
        }
    }

    private static byte[] Mutate(byte[] file, Random random)
    {
        var mutant = file.ToArray();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            // Half of the hits go to the footer, which is the smaller part but decides more.
            var at = random.Next(2) == 0 ? random.Next(mutant.Length) : mutant.Length - 1 - random.Next(Math.Min(mutant.Length, 2500));
            mutant[at] = random.Next(3) switch
            {
                0 => (byte)(mutant[at] ^ (1 << random.Next(8))),
                1 => (byte)random.Next(256),
                _ => random.Next(2) == 0 ? (byte)0 : (byte)255,
            };
        }

        return mutant;
    }

    private static async Task<bool> IsRefusedAsync(byte[] file, ParquetColumn[] columns)
    {
        try
        {
            await using var reader = await ParquetReader.OpenAsync("mutant.parquet", new MemoryStream(file));
            await foreach (var batch in reader.ReadAsync(columns, 50))
            {
                batch.Dispose();
            }

            return false;
        }
        catch (CatalogException e)
        {
            Assert.Contains("mutant.parquet", e.Message, StringComparison.Ordinal);
            return true;
        }
    }
}
