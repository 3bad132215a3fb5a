using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;

namespace CdcLake.Tests.Parquet;

public sealed class ParquetRoundTripTests
{
    public static TheoryData<int, int, int, int> Shapes()
    {
        var data = new TheoryData<int, int, int, int>();
        foreach (var nullShare in new[] { 0, 20, 97, 100 })
        {
            foreach (var distinct in new[] { 0, 1, 2, 9, 300 })
            {
                foreach (var rows in new[] { 1, 7, 8, 99, 100, 101, 200, 2311 })
                {
                    data.Add(nullShare, distinct, rows, rows % 2 == 0 ? 64 : 1000);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Every_type_comes_back_bit_by_bit(int nullShare, int distinct, int rows, int batch)
    {
        var columns = Tables.Columns(nullShare);
        var data = columns.Select((c, i) => Tables.Make(c.Type, rows, nullShare, distinct, (i * 100) + rows)).ToArray();
        var options = new ParquetWriterOptions
        {
            PageRows = 100,
            PageBytes = 1000,
            RowGroupBytes = 60_000,
            DictionaryBytes = 800,
            Codec = rows % 3 == 0 ? CompressionCodec.Uncompressed : CompressionCodec.Snappy,
        };
        var (file, metrics) = await Tables.WriteAsync(columns, data, batch, options);
        Assert.Equal(rows, metrics.RecordCount);
        Assert.Equal(file.Length, metrics.FileLength);
        await using var reader = await ParquetReader.OpenAsync("t.parquet", new MemoryStream(file));
        Assert.Equal(rows, reader.RowCount);
        Assert.Equal(metrics.SplitOffsets.Length, reader.Footer.RowGroups.Count);
        Tables.AssertEqual(data, await Tables.ReadAsync(reader, columns, 97));
    }

    [Fact]
    public async Task Selected_rows_are_written_in_their_order()
    {
        var columns = Tables.Columns(25);
        var data = columns.Select((c, i) => Tables.Make(c.Type, 500, 25, 0, i)).ToArray();
        var random = new Random(3);
        var rows = Enumerable.Range(0, 1500).Select(_ => random.Next(500)).ToArray();
        var expected = data.Select(c =>
        {
            var copy = Column.Create(c.Type);
            copy.AppendFrom(c, rows);
            return copy;
        }).ToArray();
        using var stream = new MemoryStream();
        using var writer = new ParquetWriter(columns, stream.WriteAsync, new ParquetWriterOptions { PageRows = 333, PageBytes = 2000 });
        await writer.AppendAsync(data, rows.AsSpan(0, 1000));
        await writer.AppendAsync(data, rows.AsSpan(1000));
        await writer.CompleteAsync();
        await using var reader = await ParquetReader.OpenAsync("t.parquet", new MemoryStream(stream.ToArray()));
        Tables.AssertEqual(expected, await Tables.ReadAsync(reader, columns, 4096));
    }

    [Fact]
    public async Task Positions_follow_the_rows_of_the_file()
    {
        ParquetColumn[] columns = [new("v", 1, true, DataType.Int64)];
        var data = Tables.Make(DataType.Int64, 1000, 0, 0, 1);
        var (file, _) = await Tables.WriteAsync(columns, [data], 90, new ParquetWriterOptions { RowGroupBytes = 2000 });
        await using var reader = await ParquetReader.OpenAsync("t.parquet", new MemoryStream(file));
        var values = ((FixedColumn<long>)data).Values.ToArray();
        var next = 0L;
        await foreach (var batch in reader.ReadAsync(columns, 64))
        {
            Assert.Equal(next, batch.FirstRow);
            Assert.Equal(values.AsSpan((int)next, batch.Count), ((FixedColumn<long>)batch.Columns[0]).Values);
            next += batch.Count;
            batch.Dispose();
        }

        Assert.Equal(1000, next);
    }

    [Fact]
    public async Task Reading_no_column_counts_rows()
    {
        var (file, _) = await Tables.WriteAsync([new ParquetColumn("v", 1, true, DataType.Int64)], [Tables.Make(DataType.Int64, 1000, 0, 0, 1)], 90);
        await using var reader = await ParquetReader.OpenAsync("t.parquet", new MemoryStream(file));
        var rows = 0L;
        await foreach (var batch in reader.ReadAsync([], 300))
        {
            rows += batch.Count;
        }

        Assert.Equal(1000, rows);
    }

    [Fact]
    public async Task Values_longer_than_a_page_come_back()
    {
        ParquetColumn[] columns = [new("v", 1, false, DataType.Binary)];
        var data = new BytesColumn(DataType.Binary);
        var random = new Random(1);
        foreach (var size in new[] { 0, 5, 300_000, 1, 2_000_000, 70_000, 70_000, 3 })
        {
            random.NextBytes(data.AppendUninitialized(size));
            data.AppendNull();
        }

        var (file, metrics) = await Tables.WriteAsync(columns, [data], 3, new ParquetWriterOptions { PageBytes = 65536 });
        await using var reader = await ParquetReader.OpenAsync("t.parquet", new MemoryStream(file));
        Tables.AssertEqual([data], await Tables.ReadAsync(reader, columns, 4));
        Assert.True(metrics.Columns[0].Bounds!.Upper.IsTruncated);
        Assert.Equal(ParquetValue.MaxBytes, metrics.Columns[0].Bounds!.Upper.Bytes.Length);
    }
}
