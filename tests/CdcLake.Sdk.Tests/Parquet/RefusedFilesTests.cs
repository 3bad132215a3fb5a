using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Tests.Parquet.Oracles;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Parquet;

/// <summary>What a file uses and we do not read is an error that names the file, the column, and the thing as the specification does.</summary>
public sealed class RefusedFilesTests
{
    private static readonly ParquetColumn Number = new("v", 1, false, DataType.Int64);

    [Theory]
    [InlineData("0176150C", "01761506", "LZO")] // codec of column v: zstd, LZO
    [InlineData("0176150C", "01761522", "codec number 17")]
    [InlineData("150015061506", "151415061506", "INT64 values encoded as number 10")] // encodings of values and levels: PLAIN, RLE, RLE
    [InlineData("150015061506", "150E15061506", "INT64 values encoded as DELTA_BYTE_ARRAY")]
    [InlineData("150015061506", "150015081506", "definition levels encoded as BIT_PACKED")]
    public async Task Part_that_is_not_read_is_named(string from, string to, string mention)
    {
        var data = Tables.Make(DataType.Int64, 100, 20, 0, 1);
        var (file, _) = await Tables.WriteAsync([Number], [data], 100, new ParquetWriterOptions { Codec = CompressionCodec.Zstd, DictionaryBytes = 0 });
        var at = file.AsSpan().IndexOf(Convert.FromHexString(from));
        Assert.NotEqual(-1, at);
        Convert.FromHexString(to).CopyTo(file, at);
        var error = await RefusedAsync(file, Number);
        Assert.Contains(mention, error.Message, StringComparison.Ordinal);
        Assert.Contains("column \"v\" (INT64)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_with_encrypted_footer_is_refused()
    {
        var error = await RefusedAsync(Encrypted(plaintextFooter: false), Number);
        Assert.Contains("its footer is encrypted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encrypted_column_is_refused_and_the_other_one_read()
    {
        var file = Encrypted(plaintextFooter: true);
        var error = await RefusedAsync(file, Number);
        Assert.Contains("column \"v\" (INT64) is encrypted", error.Message, StringComparison.Ordinal);

        var plain = Number with { Name = "w", FieldId = 2 };
        await using var reader = await ParquetReader.OpenAsync("mixed.parquet", new MemoryStream(file));
        Tables.AssertEqual([Tables.Make(DataType.Int64, 100, 20, 0, 2)], await Tables.ReadAsync(reader, [plain], 30));
    }

    [Fact]
    public async Task Repeated_column_is_no_number_but_a_list_and_a_column_in_a_group_is_one()
    {
        var file = Nested();
        var error = await RefusedAsync(file, new ParquetColumn("many", 4, false, DataType.Int32));
        Assert.Contains("\"many\" (field 4) is repeated", error.Message, StringComparison.Ordinal);

        await using var reader = await ParquetReader.OpenAsync("nested.parquet", new MemoryStream(file));
        Assert.Equal(["group", "flat", "many"], reader.Columns.Select(c => c.Name));
        var read = await Tables.ReadAsync(reader, [.. reader.Columns, new ParquetColumn("inner", 3, true, DataType.Int64)], 2);
        Assert.Equal(["{\"inner\":1}", "{\"inner\":2}", "{\"inner\":3}"], Texts(read[0]));
        Assert.Equal([10, 20, 30], ((FixedColumn<int>)read[1]).Values.ToArray());
        Assert.Equal(["[1,2]", "[]", "[3,4]"], Texts(read[2]));
        Assert.Equal([1, 2, 3], ((FixedColumn<long>)read[3]).Values.ToArray());
    }

    private static IEnumerable<string> Texts(Column column) => Enumerable.Range(0, column.Count).Select(r => System.Text.Encoding.UTF8.GetString(((BytesColumn)column)[r]));

    [Fact]
    public async Task Column_that_a_file_lacks_has_its_default_in_every_row()
    {
        ParquetColumn[] written = [Number];
        var data = Tables.Make(DataType.Int64, 100, 0, 0, 1);
        var (file, _) = await Tables.WriteAsync(written, [data], 100, new ParquetWriterOptions { RowGroupBytes = 300 });
        await using var reader = await ParquetReader.OpenAsync("old.parquet", new MemoryStream(file));
        var read = await Tables.ReadAsync(
            reader, [Number, new("added", 9, true, DataType.String, "abc"u8.ToArray()), new("nothing", 10, false, DataType.Int32)], 33);
        Assert.All(Enumerable.Range(0, 100), row => Assert.True(((BytesColumn)read[1])[row].SequenceEqual("abc"u8)));
        Assert.False(read[1].HasNulls);
        Assert.Equal(100, read[2].Nulls.Count((byte)1));
    }

    private static async Task<CatalogException> RefusedAsync(byte[] file, ParquetColumn column)
    {
        var error = await Assert.ThrowsAsync<CatalogException>(async () =>
        {
            await using var reader = await ParquetReader.OpenAsync("foreign.parquet", new MemoryStream(file));
            await Tables.ReadAsync(reader, [column], 50);
        });
        Assert.Contains("foreign.parquet", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", error.Message, StringComparison.Ordinal);
        return error;
    }

    private static byte[] Encrypted(bool plaintextFooter)
    {
        var key = new byte[16];
        using var column = new Arrow.ColumnEncryptionPropertiesBuilder("v").Key(key).Build();
        using var encryption = new Arrow.FileEncryptionPropertiesBuilder(key);
        if (plaintextFooter)
        {
            encryption.SetPlaintextFooter().EncryptedColumns([column]);
        }

        using var builder = new Arrow.WriterPropertiesBuilder();
        using var file = encryption.Build();
        using var properties = builder.Encryption(file).Build();
        ArrowColumn[] columns = [ArrowColumn.Standard(Number), ArrowColumn.Standard(Number with { Name = "w", FieldId = 2 })];
        return ArrowWriter.Write(columns, [Tables.Make(DataType.Int64, 100, 20, 0, 1), Tables.Make(DataType.Int64, 100, 20, 0, 2)], 100, properties);
    }

    private static byte[] Nested()
    {
        using var none = Arrow.LogicalType.None();
        using var flat = new Arrow.Schema.PrimitiveNode("flat", Arrow.Repetition.Required, none, Arrow.PhysicalType.Int32, -1, 1);
        using var inner = new Arrow.Schema.PrimitiveNode("inner", Arrow.Repetition.Required, none, Arrow.PhysicalType.Int32, -1, 3);
        using var group = new Arrow.Schema.GroupNode("group", Arrow.Repetition.Required, [inner], null, 2);
        using var many = new Arrow.Schema.PrimitiveNode("many", Arrow.Repetition.Repeated, none, Arrow.PhysicalType.Int32, -1, 4);
        using var root = new Arrow.Schema.GroupNode("table", Arrow.Repetition.Required, [group, flat, many]);
        using var properties = Arrow.WriterProperties.GetDefaultWriterProperties();
        using var stream = new MemoryStream();
        using (var file = new Arrow.ParquetFileWriter(stream, root, properties, keyValueMetadata: null, leaveOpen: true))
        {
            using var rows = file.AppendRowGroup();
            Write([1, 2, 3], null, null);
            Write([10, 20, 30], null, null);
            Write([1, 2, 3, 4], [1, 1, 0, 1, 1], [0, 1, 0, 0, 1]);
            file.Close();

            void Write(int[] values, short[]? definition, short[]? repetition)
            {
                using var column = (Arrow.ColumnWriter<int>)rows.NextColumn();
                column.WriteBatch(definition?.Length ?? values.Length, definition, repetition, values);
            }
        }

        return stream.ToArray();
    }
}
