using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Tests.Parquet.Oracles;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Parquet;

/// <summary>Files that Arrow C++ writes: every encoding, codec and page version it has, of every type.</summary>
public sealed class ArrowFilesTests
{
    private const int Rows = 1500;

    public static TheoryData<string, Arrow.Compression, Arrow.ParquetDataPageVersion, int> Files()
    {
        var data = new TheoryData<string, Arrow.Compression, Arrow.ParquetDataPageVersion, int>();
        Arrow.Compression[] codecs =
        [
            Arrow.Compression.Uncompressed, Arrow.Compression.Snappy, Arrow.Compression.Gzip, Arrow.Compression.Brotli, Arrow.Compression.Zstd,
            Arrow.Compression.Lz4, Arrow.Compression.Lz4Hadoop,
        ];
        foreach (var version in new[] { Arrow.ParquetDataPageVersion.V1, Arrow.ParquetDataPageVersion.V2 })
        {
            foreach (var nullShare in new[] { 0, 20, 100 })
            {
                foreach (var codec in codecs)
                {
                    data.Add("dictionary", codec, version, nullShare);
                    data.Add("delta", codec, version, nullShare);
                }

                data.Add("plain", Arrow.Compression.Zstd, version, nullShare);
                data.Add("split", Arrow.Compression.Zstd, version, nullShare);
                data.Add("delta length", Arrow.Compression.Zstd, version, nullShare);
                data.Add("fallback", Arrow.Compression.Zstd, version, nullShare);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task File_is_read_bit_by_bit(string encoding, Arrow.Compression codec, Arrow.ParquetDataPageVersion version, int nullShare)
    {
        foreach (var (layout, distinct) in new[] { ((Func<ParquetColumn, ArrowColumn>)ArrowColumn.Standard, 40), (ArrowColumn.Unusual, 0) })
        {
            var columns = Tables.Columns(nullShare);
            ArrowColumn[] layouts = [.. columns.Select(layout)];
            var data = columns.Select((c, i) => Tables.Make(c.Type, Rows, nullShare, distinct, i + distinct)).ToArray();
            using var properties = Properties(layouts, encoding, codec, version);
            var file = ArrowWriter.Write(layouts, data, 600, properties);

            await using var reader = await ParquetReader.OpenAsync("arrow.parquet", new MemoryStream(file));
            Assert.Equal(3, reader.Footer.RowGroups.Count);
            Tables.AssertEqual(data, await Tables.ReadAsync(reader, columns, 333));
        }
    }

    [Fact]
    public async Task Encodings_and_pages_asked_for_are_what_the_files_have()
    {
        // Guards the tests above: a writer that ignores its settings would make them empty.
        Assert.Equal("RLE_DICTIONARY", await EncodingOfAsync("dictionary", DataType.Int64, "RLE_DICTIONARY"));
        Assert.Equal("DELTA_BINARY_PACKED", await EncodingOfAsync("delta", DataType.Int64, "DELTA_BINARY_PACKED"));
        Assert.Equal("DELTA_BYTE_ARRAY", await EncodingOfAsync("delta", DataType.String, "DELTA_BYTE_ARRAY"));
        Assert.Equal("DELTA_LENGTH_BYTE_ARRAY", await EncodingOfAsync("delta length", DataType.String, "DELTA_LENGTH_BYTE_ARRAY"));
        Assert.Equal("BYTE_STREAM_SPLIT", await EncodingOfAsync("split", DataType.Float64, "BYTE_STREAM_SPLIT"));
        Assert.Equal("RLE", await EncodingOfAsync("delta", DataType.Boolean, "RLE"));
        Assert.Equal("RLE_DICTIONARY", await EncodingOfAsync("fallback", DataType.Int64, "RLE_DICTIONARY"));
        Assert.Equal("PLAIN", await EncodingOfAsync("fallback", DataType.Int64, "PLAIN"));
    }

    /// <summary>What the library under test reads is not asked: the names are Arrow's own.</summary>
    private static Task<string> EncodingOfAsync(string encoding, DataType type, string expected)
    {
        var column = new ParquetColumn("v", 1, true, type);
        ArrowColumn[] layouts = [ArrowColumn.Standard(column)];
        using var properties = Properties(layouts, encoding, Arrow.Compression.Zstd, Arrow.ParquetDataPageVersion.V1);
        var file = ArrowWriter.Write(layouts, [Tables.Make(type, Rows, 0, encoding == "fallback" ? 0 : 40, 1)], Rows, properties);
        using var reader = new Arrow.ParquetFileReader(new MemoryStream(file), leaveOpen: false);
        using var group = reader.RowGroup(0);
        var wanted = expected.Replace("_", "", StringComparison.Ordinal);
        var found = group.MetaData.GetColumnChunkMetaData(0).Encodings.Any(e => e.ToString().Equals(wanted, StringComparison.OrdinalIgnoreCase));
        return Task.FromResult(found ? expected : "");
    }

    /// <summary>Settings of Arrow's writer: dictionary, fallback (from a small dictionary), plain, delta, delta length or split.</summary>
    internal static Arrow.WriterProperties Properties(
        ArrowColumn[] columns, string encoding, Arrow.Compression codec, Arrow.ParquetDataPageVersion version, bool hasChecksums = true)
    {
        using var builder = new Arrow.WriterPropertiesBuilder();
        builder.Compression(codec).DataPageVersion(version).DataPagesize(2000).EnableWritePageIndex();
        if (hasChecksums)
        {
            builder.EnablePageChecksum();
        }

        if (encoding == "fallback")
        {
            builder.DictionaryPagesizeLimit(1500);
        }
        else if (encoding != "dictionary")
        {
            foreach (var column in columns)
            {
                builder.DisableDictionary(column.Column.Name).Encoding(column.Column.Name, EncodingOf(encoding, column.Physical));
            }
        }

        return builder.Build();
    }

    private static Arrow.Encoding EncodingOf(string encoding, Arrow.PhysicalType physical) => (encoding, physical) switch
    {
        ("delta", Arrow.PhysicalType.Int32 or Arrow.PhysicalType.Int64) => Arrow.Encoding.DeltaBinaryPacked,
        ("delta", Arrow.PhysicalType.ByteArray or Arrow.PhysicalType.FixedLenByteArray) => Arrow.Encoding.DeltaByteArray,
        ("delta", Arrow.PhysicalType.Boolean) => Arrow.Encoding.Rle,
        ("delta length", Arrow.PhysicalType.ByteArray) => Arrow.Encoding.DeltaLengthByteArray,
        ("split", Arrow.PhysicalType.Float or Arrow.PhysicalType.Double or Arrow.PhysicalType.Int32 or Arrow.PhysicalType.Int64
            or Arrow.PhysicalType.FixedLenByteArray) => Arrow.Encoding.ByteStreamSplit,
        _ => Arrow.Encoding.Plain,
    };
}
