using System.Buffers.Binary;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Tests.Parquet.Oracles;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Parquet;

/// <summary>Arrow C++ reads our files: values with page checksums, counts, sizes and statistics.</summary>
public sealed class ArrowReadsOursTests
{
    [Theory]
    [InlineData((int)CompressionCodec.Uncompressed, null, 0)]
    [InlineData((int)CompressionCodec.Snappy, null, 20)]
    [InlineData((int)CompressionCodec.Gzip, 1, 20)]
    [InlineData((int)CompressionCodec.Zstd, null, 0)]
    [InlineData((int)CompressionCodec.Zstd, 1, 20)]
    [InlineData((int)CompressionCodec.Zstd, 9, 100)]
    [InlineData((int)CompressionCodec.Uncompressed, null, 20, true)]
    [InlineData((int)CompressionCodec.Snappy, null, 0, true)]
    [InlineData((int)CompressionCodec.Zstd, 1, 20, true)]
    [InlineData((int)CompressionCodec.Zstd, null, 100, true)]
    public async Task Every_type_is_read_bit_by_bit(int codec, int? level, int nullShare, bool hasPagesV2 = false)
    {
        foreach (var distinct in new[] { 0, 1, 9 })
        {
            var columns = Tables.Columns(nullShare);
            var data = columns.Select((c, i) => Tables.Make(c.Type, 2000, nullShare, distinct, i)).ToArray();
            var (file, _) = await Tables.WriteAsync(columns, data, 700, new ParquetWriterOptions
            {
                Codec = (CompressionCodec)codec,
                CompressionLevel = level,
                PageRows = 300,
                DictionaryBytes = 1500,
                RowGroupBytes = 150_000,
                HasPagesV2 = hasPagesV2,
            });
            Tables.AssertEqual(data, ArrowReader.Read(file, columns));
        }
    }

    [Fact]
    public async Task Statistics_of_every_type_are_the_extremes_of_the_values()
    {
        var columns = Tables.Columns(20);
        var data = columns.Select((c, i) => Tables.Make(c.Type, 800, 20, 0, i + 7)).ToArray();
        var (file, metrics) = await Tables.WriteAsync(columns, data, 800);
        using var reader = new Arrow.ParquetFileReader(new MemoryStream(file), leaveOpen: false);
        Assert.Equal(800, reader.FileMetaData.NumRows);
        using var group = reader.RowGroup(0);
        for (var i = 0; i < columns.Length; i++)
        {
            using var chunk = group.MetaData.GetColumnChunkMetaData(i);
            using var statistics = chunk.Statistics!;
            Assert.Equal(data[i].Nulls.Count((byte)1), statistics.NullCount);
            Assert.Equal(800 - statistics.NullCount, statistics.NumValues);
            Assert.Equal(metrics.Columns[i].ColumnSize, chunk.TotalCompressedSize);
            Assert.Equal(800, chunk.NumValues);
            Assert.True(statistics.HasMinMax, columns[i].Name);
            var (low, high) = Extremes(data[i]);
            var length = PhysicalTypes.FixedLength(columns[i].Type);
            Assert.Equal((columns[i].Name, low, high), (columns[i].Name, Text(statistics.MinUntyped, length), Text(statistics.MaxUntyped, length)));
        }
    }

    [Fact]
    public async Task Schema_says_what_iceberg_prescribes()
    {
        var columns = Tables.Columns(20);
        var data = columns.Select((c, i) => Tables.Make(c.Type, 10, 20, 0, i)).ToArray();
        var (file, _) = await Tables.WriteAsync(columns, data, 10);
        using var reader = new Arrow.ParquetFileReader(new MemoryStream(file), leaveOpen: false);
        for (var i = 0; i < columns.Length; i++)
        {
            using var expected = (Arrow.Schema.PrimitiveNode)ArrowColumn.Standard(columns[i]).ToNode();
            using var actual = (Arrow.Schema.PrimitiveNode)reader.FileMetaData.Schema.Column(i).SchemaNode;
            using var logical = actual.LogicalType;
            using var wanted = expected.LogicalType;
            Assert.Equal((expected.Name, expected.FieldId, expected.PhysicalType, expected.Repetition), (actual.Name, actual.FieldId, actual.PhysicalType, actual.Repetition));
            Assert.Equal(wanted.ToString(), logical.ToString());
        }
    }

    private static (string Low, string High) Extremes(Column column)
    {
        var rows = Enumerable.Range(0, column.Count).Where(r => !column.IsNull(r));
        return column switch
        {
            FixedColumn<byte> c => Of(rows.Select(r => (Int128)c.Values[r])),
            FixedColumn<int> c => Of(rows.Select(r => (Int128)c.Values[r])),
            FixedColumn<long> c => Of(rows.Select(r => (Int128)c.Values[r])),
            FixedColumn<Int128> c => Of(rows.Select(r => c.Values[r])),
            FixedColumn<float> c => Of(rows.Select(r => c.Values[r]).Where(v => !float.IsNaN(v))),
            FixedColumn<double> c => Of(rows.Select(r => c.Values[r]).Where(v => !double.IsNaN(v))),
            _ => Of(rows.Select(r => Encoding.Latin1.GetString(((BytesColumn)column)[r])), StringComparer.Ordinal),
        };

        static (string Low, string High) Of<T>(IEnumerable<T> values, IComparer<T>? order = null) => (Convert(values.Min(order)), Convert(values.Max(order)));

        static string Convert<T>(T value) => FormattableString.Invariant($"{value}");
    }

    private static unsafe string Text(object value, int fixedLength) => value switch
    {
        bool b => b ? "1" : "0",
        Arrow.ByteArray bytes => Encoding.Latin1.GetString(new ReadOnlySpan<byte>((void*)bytes.Pointer, bytes.Length)),
        Arrow.FixedLenByteArray bytes => FormattableString.Invariant($"{BigEndian(new ReadOnlySpan<byte>((void*)bytes.Pointer, fixedLength))}"),
        _ => FormattableString.Invariant($"{value}"),
    };

    private static Int128 BigEndian(ReadOnlySpan<byte> bytes)
    {
        Span<byte> all = stackalloc byte[16];
        all.Fill(bytes[0] >= 0x80 ? (byte)0xFF : (byte)0);
        bytes.CopyTo(all[(16 - bytes.Length)..]);
        return BinaryPrimitives.ReadInt128BigEndian(all);
    }
}
