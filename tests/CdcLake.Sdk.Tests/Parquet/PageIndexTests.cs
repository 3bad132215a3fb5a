using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Tests.Parquet.Oracles;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Parquet;

/// <summary>Rows whose pages cannot hold what is wanted are passed over, in every column alike.</summary>
public sealed class PageIndexTests
{
    private const int Rows = 2400;

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    public async Task Wanted_rows_of_our_files_are_found_and_far_pages_are_not_read(int nullShare)
    {
        var (columns, data) = Make(nullShare);
        var (file, _) = await Tables.WriteAsync(columns, data, Rows, new ParquetWriterOptions { PageRows = 60, RowGroupBytes = 60_000 });
        await CheckAsync(file, columns, data, fewest: true);
    }

    [Theory]
    [InlineData(Arrow.ParquetDataPageVersion.V1, "dictionary")]
    [InlineData(Arrow.ParquetDataPageVersion.V2, "plain")]
    [InlineData(Arrow.ParquetDataPageVersion.V2, "delta")]
    public async Task Wanted_rows_of_files_of_Arrow_are_found(Arrow.ParquetDataPageVersion version, string encoding)
    {
        var (columns, data) = Make(25);
        ArrowColumn[] layouts = [.. columns.Select(ArrowColumn.Standard)];
        using var properties = ArrowFilesTests.Properties(layouts, encoding, Arrow.Compression.Zstd, version);
        await CheckAsync(ArrowWriter.Write(layouts, data, 1000, properties), columns, data, fewest: false);
    }

    [Fact]
    public async Task Damaged_indexes_cost_time_but_no_rows()
    {
        var (columns, data) = Make(25);
        var (file, _) = await Tables.WriteAsync(columns, data, Rows, new ParquetWriterOptions { PageRows = 60 });
        await using var intact = await ParquetReader.OpenAsync("x", new MemoryStream(file));
        var index = intact.Footer.RowGroups[0].Chunks[0].OffsetIndex;
        file.AsSpan((int)index.Offset, index.Length).Fill(0xFF);
        await CheckAsync(file, columns, data, fewest: false);
    }

    [Fact]
    public async Task Mutated_files_are_read_or_refused_with_a_filter_too()
    {
        var (columns, data) = Make(25);
        var (file, _) = await Tables.WriteAsync(columns, data, Rows, new ParquetWriterOptions { PageRows = 60 });
        var random = new Random(91);
        for (var i = 0; i < 600; i++)
        {
            var mutant = file.ToArray();
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                mutant[mutant.Length - 1 - random.Next(random.Next(2) == 0 ? mutant.Length : 9000)] = (byte)random.Next(256);
            }

            try
            {
                await using var reader = await ParquetReader.OpenAsync("mutant", new MemoryStream(mutant));
                await foreach (var batch in reader.ReadAsync(columns, 50, new Between(1000, 1100)))
                {
                    batch.Dispose();
                }
            }
            catch (CatalogException e)
            {
                Assert.Contains("mutant", e.Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>A column that ascends, with a few columns beside it.</summary>
    private static (ParquetColumn[] Columns, Column[] Data) Make(int nullShare)
    {
        ParquetColumn[] columns = [new("at", 1, nullShare == 0, DataType.Int64), new("text", 2, nullShare == 0, DataType.String), new("number", 3, nullShare == 0, DataType.Float64), new("flag", 4, nullShare == 0, DataType.Boolean)];
        var data = columns.Select((c, i) => Tables.Make(c.Type, Rows, nullShare, i == 1 ? 30 : 0, i)).ToArray();
        var ascending = new FixedColumn<long>(DataType.Int64);
        for (var row = 0; row < Rows; row++)
        {
            if (data[0].IsNull(row))
            {
                ascending.AppendNull();
            }
            else
            {
                ascending.Append(row);
            }
        }

        data[0] = ascending;
        return (columns, data);
    }

    private static async Task CheckAsync(byte[] file, ParquetColumn[] columns, Column[] data, bool fewest)
    {
        var random = new Random(92);
        for (var round = 0; round < 30; round++)
        {
            var low = random.Next(-50, Rows + 50);
            var high = low + random.Next(0, round % 3 == 0 ? 900 : 20);
            await using var reader = await ParquetReader.OpenAsync("indexed", new MemoryStream(file));
            var seen = new HashSet<long>();
            await foreach (var batch in reader.ReadAsync(columns, 37, new Between(low, high)))
            {
                using var owned = batch;
                for (var row = 0; row < batch.Count; row++)
                {
                    Assert.True(seen.Add(batch.FirstRow + row));
                    for (var i = 0; i < columns.Length; i++)
                    {
                        Assert.True(batch.Columns[i].AreEqual(row, data[i], (int)batch.FirstRow + row), $"column {i}, row {batch.FirstRow + row}");
                    }
                }
            }

            Assert.All(Enumerable.Range(0, Rows).Where(r => r >= low && r <= high && !data[0].IsNull(r)), r => Assert.Contains(r, seen));
            if (fewest)
            {
                Assert.InRange(seen.Count, 0, high - low + 1 + 120);
            }
        }
    }
}
