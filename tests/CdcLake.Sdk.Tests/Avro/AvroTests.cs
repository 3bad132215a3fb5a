using CdcLake.Avro;

namespace CdcLake.Tests.Avro;

public sealed class AvroTests
{
    private static readonly AvroType Schema = AvroType.Record(
        "r",
        new AvroField("number", AvroType.Long, 1),
        new AvroField("text", AvroType.Optional(AvroType.String), 2),
        new AvroField("map", AvroType.Optional(AvroType.IntMap(10, 11, AvroType.Bytes)), 3),
        new AvroField("list", AvroType.Array(AvroType.Int, 20), 4),
        new AvroField("flag", AvroType.Boolean, 5));

    [Theory]
    [InlineData(0L, "00")]
    [InlineData(-1L, "01")]
    [InlineData(1L, "02")]
    [InlineData(-64L, "7F")]
    [InlineData(64L, "8001")]
    [InlineData(long.MaxValue, "FEFFFFFFFFFFFFFFFF01")]
    [InlineData(long.MinValue, "FFFFFFFFFFFFFFFFFF01")]
    public void Long_is_zigzag_and_seven_bits_a_byte(long value, string hex)
    {
        var writer = new AvroWriter();
        writer.WriteLong(value);
        Assert.Equal(hex, Convert.ToHexString(writer.Written));
        Assert.Equal(value, new AvroReader(writer.Written).ReadLong());
    }

    [Fact]
    public void Number_of_more_than_64_bits_is_refused() =>
        Assert.Throws<AvroFormatException>(() => new AvroReader(Convert.FromHexString("FFFFFFFFFFFFFFFFFFFF01")).ReadLong());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void File_gives_back_its_objects_and_header(bool deflated)
    {
        var bytes = Sample(20_000, deflated ? AvroCodec.Deflate : AvroCodec.Null);
        var file = AvroFile.Open(bytes);
        Assert.Equal("data"u8.ToArray(), file.Metadata["content"]);
        Assert.Equal(AvroSchemaJson.Write(Schema), AvroSchemaJson.Write(file.Schema));
        var count = 0;
        Assert.True(file.Blocks().Count() > 1);
        foreach (var block in file.Blocks())
        {
            var reader = new AvroReader(block.Bytes.Span);
            for (var i = 0; i < block.Count; i++)
            {
                Assert.Equal(count, reader.ReadLong());
                Assert.Equal(count % 3 == 0 ? null : $"text {count}", reader.ReadOptionalString(Schema.Fields[1].Type));
                reader.Skip(Schema.Fields[2].Type);
                reader.Skip(Schema.Fields[3].Type);
                Assert.Equal(count % 2 == 0, reader.ReadBoolean());
                count++;
            }

            Assert.True(reader.AtEnd);
        }

        Assert.Equal(20_000, count);
    }

    [Theory]
    [InlineData("snappy")]
    [InlineData("zstandard")]
    public void File_of_an_optional_codec_is_read_and_a_damaged_block_refused(string codec)
    {
        var plain = AvroFile.Open(Sample(20_000, AvroCodec.Null));
        var coded = Recode(plain, codec);
        var file = AvroFile.Open(coded);
        Assert.Equal(plain.Blocks().Select(b => (b.Count, Convert.ToHexString(b.Bytes.Span))), file.Blocks().Select(b => (b.Count, Convert.ToHexString(b.Bytes.Span))));

        coded[^30] ^= 0x55; // inside the last block
        var error = Assert.Throws<AvroFormatException>(() => AvroFile.Open(coded).Blocks().Count());
        Assert.Contains(codec, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Block_with_a_negative_count_has_its_size_before_its_items()
    {
        var writer = new AvroWriter();
        writer.WriteLong(-2);
        writer.WriteLong(2);
        writer.WriteInt(7);
        writer.WriteInt(8);
        writer.WriteLong(0);
        var reader = new AvroReader(writer.Written);
        Assert.Equal(2, reader.ReadBlockCount(AvroType.Int));
        Assert.Equal((7, 8), (reader.ReadInt(), reader.ReadInt()));
        Assert.Equal(0, reader.ReadBlockCount(AvroType.Int));
    }

    [Fact]
    public void Union_takes_the_branch_that_the_writer_names_in_any_order()
    {
        var type = AvroType.Union(AvroType.String, AvroType.Null);
        var writer = new AvroWriter();
        writer.WriteLong(1);
        writer.WriteLong(0);
        writer.WriteString("x");
        var reader = new AvroReader(writer.Written);
        Assert.Null(reader.ReadOptionalString(type));
        Assert.Equal("x", reader.ReadOptionalString(type));
    }

    [Fact]
    public void Schema_may_mention_a_named_type_again()
    {
        var type = AvroSchemaJson.Read("""
            {"type":"record","name":"a","namespace":"n","fields":[{"name":"x","type":{"type":"fixed","name":"f","size":3}},{"name":"y","type":["null","f"],"default":null}]}
            """u8.ToArray());
        Assert.Equal(3, type.Fields[1].Type.Branches[1].Size);
    }

    [Theory]
    [InlineData("{\"type\":\"record\",\"name\":\"a\",\"fields\":[{\"name\":\"x\",\"type\":\"a\"}]}")]
    [InlineData("{\"type\":\"record\"}")]
    [InlineData("\"elephant\"")]
    [InlineData("{")]
    [InlineData("7")]
    public void Schema_that_is_none_is_refused(string json) =>
        Assert.Throws<AvroFormatException>(() => AvroSchemaJson.Read(System.Text.Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Unknown_codec_is_named()
    {
        var bytes = Sample(10, AvroCodec.Null);
        var at = bytes.AsSpan().IndexOf("null"u8);
        // The header's "avro.codec" comes before any other "null" of 4 bytes with this length prefix.
        var codec = bytes.AsSpan().IndexOf("avro.codec"u8) + "avro.codec".Length + 1;
        Assert.True(at >= 0);
        "lzma"u8.CopyTo(bytes.AsSpan(codec));
        Assert.Contains("lzma", Assert.Throws<AvroFormatException>(() => AvroFile.Open(bytes)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("deflate")]
    [InlineData("snappy")]
    [InlineData("zstandard")]
    public void Mutated_files_raise_only_our_error(string codec)
    {
        var original = codec switch
        {
            "null" => Sample(200, AvroCodec.Null),
            "deflate" => Sample(200, AvroCodec.Deflate),
            _ => Recode(AvroFile.Open(Sample(200, AvroCodec.Null)), codec),
        };
        var random = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = original.AsSpan(0, random.Next(3) == 0 ? random.Next(original.Length) : original.Length).ToArray();
            for (var n = random.Next(1, 4); n > 0 && bytes.Length > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                foreach (var block in AvroFile.Open(bytes).Blocks())
                {
                    var reader = new AvroReader(block.Bytes.Span);
                    for (var i = 0; i < block.Count; i++)
                    {
                        reader.Skip(Schema);
                    }
                }
            }
            catch (AvroFormatException)
            {
                // what damaged data must lead to
            }
        }
    }

    /// <summary>The same file with a codec that we do not write.</summary>
    private static byte[] Recode(AvroFile file, string codec)
    {
        var writer = new AvroWriter();
        var sync = new byte[16];
        writer.WriteRaw("Obj\u0001"u8);
        writer.WriteLong(2);
        writer.WriteString("avro.schema");
        writer.WriteBytes(file.Metadata["avro.schema"]);
        writer.WriteString("avro.codec");
        writer.WriteBytes(System.Text.Encoding.ASCII.GetBytes(codec));
        writer.WriteLong(0);
        writer.WriteRaw(sync);
        using var zstd = new ZstdSharp.Compressor();
        foreach (var block in file.Blocks())
        {
            var bytes = block.Bytes.Span;
            writer.WriteLong(block.Count);
            writer.WriteBytes(codec == "snappy" ? [.. Snappier.Snappy.CompressToArray(bytes), .. Checksum(bytes)] : zstd.Wrap(bytes));
            writer.WriteRaw(sync);
        }

        return writer.Written.ToArray();

        static byte[] Checksum(ReadOnlySpan<byte> bytes)
        {
            var checksum = System.IO.Hashing.Crc32.Hash(bytes);
            Array.Reverse(checksum); // Avro has it big endian
            return checksum;
        }
    }

    private static byte[] Sample(int objects, AvroCodec codec)
    {
        var file = new AvroFileWriter(Schema, codec, [new("content", "data")]);
        for (var i = 0; i < objects; i++)
        {
            var values = file.Values;
            values.WriteLong(i);
            values.WriteOptional(i % 3 == 0 ? null : $"text {i}");
            values.WriteNotNull();
            values.WriteLong(1);
            values.WriteInt(i);
            values.WriteBytes([1, 2, 3]);
            values.WriteLong(0);
            values.WriteLong(2);
            values.WriteInt(1);
            values.WriteInt(-1);
            values.WriteLong(0);
            values.WriteBoolean(i % 2 == 0);
            file.EndObject();
        }

        return file.Finish();
    }
}
