using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Writing;

namespace CdcLake.Tests.Parquet;

/// <summary>Bloom filters: every value that was added is found, few others are, and no filter is larger than it need be.</summary>
public sealed class BloomFilterTests
{
    private static readonly uint[] Salts = [0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31];

    [Theory]
    [InlineData(1, 32)]
    [InlineData(100, 128)]
    [InlineData(10_000, 16_384)]
    [InlineData(500_000, 1 << 20)]
    public void Values_are_found_and_others_are_not(int values, int bytes)
    {
        var filter = new BloomFilter(new BloomFilterOptions(0.01, 1 << 20));
        for (var i = 0; i < values; i++)
        {
            filter.Add(Hash($"value {i}"));
            filter.Add(Hash($"value {i}")); // twice is once
        }

        var bits = filter.Take()!;
        Assert.Equal(bytes, bits.Length);
        Assert.All(Enumerable.Range(0, values).Where(i => i % 97 == 0), i => Assert.True(MayHold(bits, Hash($"value {i}"))));
        var wrong = Enumerable.Range(0, 10_000).Count(i => MayHold(bits, Hash($"other {i}")));
        Assert.InRange(wrong, 0, 150);
        Assert.Null(filter.Take());
    }

    [Fact]
    public async Task File_has_a_filter_of_the_columns_that_want_one()
    {
        using var output = new MemoryStream();
        ParquetColumn[] columns = [new("id", 1, true, DataType.Int64), new("name", 2, false, DataType.String)];
        var options = new ParquetWriterOptions { BloomFilters = new Dictionary<int, BloomFilterOptions> { [2] = new(0.01, 4096) } };
        using var writer = new ParquetWriter(columns, (b, _) => { output.Write(b.Span); return ValueTask.CompletedTask; }, options);
        var ids = new FixedColumn<long>(DataType.Int64);
        var names = new BytesColumn(DataType.String);
        for (var i = 0; i < 50; i++)
        {
            ids.Append(i);
            names.Append(Encoding.UTF8.GetBytes($"name {i}"));
        }

        await writer.AppendAsync([ids, names], 0, 50);
        await writer.CompleteAsync();

        using var reader = new ParquetSharp.ParquetFileReader(new MemoryStream(output.ToArray()), leaveOpen: false);
        using var group = reader.RowGroup(0);
        Assert.Equal(50, group.MetaData.NumRows);

        // header: 15 (1: i32) 80 01 … 1C (struct 2) …; the bits end where the column index begins
        var file = output.ToArray();
        var header = new byte[] { 0x15, 0x80, 0x01, 0x1C, 0x1C, 0x00, 0x00, 0x1C, 0x1C, 0x00, 0x00, 0x1C, 0x1C, 0x00, 0x00, 0x00 };
        var at = file.AsSpan().IndexOf(header);
        Assert.True(at > 0);
        var bits = file.AsSpan(at + header.Length, 64).ToArray();
        Assert.All(Enumerable.Range(0, 50), i => Assert.True(MayHold(bits, Hash($"name {i}"))));
        Assert.Equal(-1, file.AsSpan(at + 1).IndexOf(header));
    }

    private static ulong Hash(string text) => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text));

    private static bool MayHold(byte[] bits, ulong hash)
    {
        var block = (int)((hash >> 32) * (ulong)(bits.Length / 32) >> 32) * 32;
        return Enumerable.Range(0, 8).All(i => (BinaryPrimitives.ReadUInt32LittleEndian(bits.AsSpan(block + (i * 4))) & (1u << (int)(((uint)hash * Salts[i]) >> 27))) != 0);
    }
}
