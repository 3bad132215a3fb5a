using System.Globalization;
using CdcLake.Avro;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using ApacheAvro = global::Avro;
using GenericRecord = Avro.Generic.GenericRecord;

namespace CdcLake.Tests.Avro;

/// <summary>Apache's Avro library reads our manifests, and we read those that it writes.</summary>
public sealed class ApacheAvroTests
{
    private const int Entries = 3000;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Manifest_of_ours_is_read_field_by_field(int formatVersion)
    {
        var schema = IcebergSchema.Of(new Schema([new Field("id", DataType.Int64, false), new Field("name", DataType.String, true)]), [0]);
        var bytes = ManifestWriter.Write(formatVersion, AvroCodec.Deflate, schema, PartitionSpec.Unpartitioned, ManifestContent.Data, [.. Enumerable.Range(0, Entries).Select(Entry)]);
        using var reader = ApacheAvro.File.DataFileReader<GenericRecord>.OpenReader(new MemoryStream(bytes));
        Assert.Equal("data", reader.GetMetaString("content"));
        Assert.Equal(formatVersion, int.Parse(reader.GetMetaString("format-version"), CultureInfo.InvariantCulture));
        var count = 0;
        foreach (var record in reader.NextEntries)
        {
            Assert.Equal(Text(Entry(count)), Text(record));
            count++;
        }

        Assert.Equal(Entries, count);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("deflate")]
    public void Manifest_of_theirs_is_read_field_by_field(string codec)
    {
        var bytes = Write(AvroSchemaJson.Write(ManifestSchemas.EntryOf(2, PartitionTuple.Empty.Type)), codec, schema => Enumerable.Range(0, Entries).Select(i => Record(schema, Entry(i))));
        var manifest = new ManifestFile { Path = "m.avro", Length = bytes.Length, SequenceNumber = 9, AddedSnapshotId = 5 };
        var read = ManifestReader.Read(bytes, manifest);
        Assert.Equal(Enumerable.Range(0, Entries).Select(i => Text(Entry(i))), read.Select(Text));
    }

    [Fact]
    public void Manifest_list_of_ours_is_read_field_by_field()
    {
        var bytes = ManifestList.Write(2, AvroCodec.Deflate, 7, null, 3,
        [
            new ManifestFile
            {
                Path = "file:///m1.avro", Length = 4711, PartitionSpecId = 2, Content = ManifestContent.Deletes, SequenceNumber = 3, MinSequenceNumber = 1,
                AddedSnapshotId = 7, AddedFiles = 1, ExistingFiles = 2, DeletedFiles = 3, AddedRows = 10, ExistingRows = 20, DeletedRows = 30,
            },
        ]);
        using var reader = ApacheAvro.File.DataFileReader<GenericRecord>.OpenReader(new MemoryStream(bytes));
        var line = Assert.Single(reader.NextEntries);
        Assert.Equal(
            "file:///m1.avro 4711 2 1 3 1 7 1 2 3 10 20 30",
            string.Join(' ', line.Schema.Fields.Take(13).Select(f => string.Create(CultureInfo.InvariantCulture, $"{line.GetValue(f.Pos)}"))));
        Assert.Empty((Array)line["partitions"]);
        Assert.Null(line["key_metadata"]);
    }

    [Fact]
    public void Every_kind_of_value_is_passed_over_up_to_the_last_byte()
    {
        const string json = """
            {"type": "record", "name": "r", "namespace": "n.s", "fields": [
              {"name": "b", "type": "boolean"}, {"name": "i", "type": "int"}, {"name": "l", "type": "long"}, {"name": "f", "type": "float"},
              {"name": "d", "type": "double"}, {"name": "y", "type": "bytes"}, {"name": "s", "type": "string"},
              {"name": "x", "type": {"type": "fixed", "name": "four", "size": 4}}, {"name": "e", "type": {"type": "enum", "name": "colour", "symbols": ["RED", "BLUE"]}},
              {"name": "a", "type": {"type": "array", "items": ["null", "string"]}}, {"name": "m", "type": {"type": "map", "values": "long"}},
              {"name": "again", "type": "four"}, {"name": "u", "type": ["null", "int", {"type": "record", "name": "inner", "fields": [{"name": "z", "type": "string"}]}]}]}
            """;
        var bytes = Write(json, "deflate", schema => Enumerable.Range(0, 500).Select(i => Everything(schema, i)));
        var file = AvroFile.Open(bytes);
        var count = 0;
        foreach (var block in file.Blocks())
        {
            var reader = new AvroReader(block.Bytes.Span);
            for (var i = 0; i < block.Count; i++, count++)
            {
                Assert.Equal(count % 2 == 0, reader.ReadBoolean());
                Assert.Equal(count - 250, reader.ReadInt());
                foreach (var field in file.Schema.Fields.Skip(2))
                {
                    reader.Skip(field.Type);
                }
            }

            Assert.True(reader.AtEnd);
        }

        Assert.Equal(500, count);
    }

    private static ManifestEntry Entry(int i) => new((EntryStatus)(i % 3), 100 + i, i % 3 == 1 ? 9 : i, i % 3 == 1 ? 9 : i, new DataFile
    {
        Content = FileContent.Data,
        Path = $"file:///warehouse/data/{i:D5}-ü.parquet",
        RecordCount = 1000L * i,
        FileSize = (1L << 33) + i,
        Columns =
        [
            new ColumnMetrics(1) { Size = i, ValueCount = 10, NullCount = 0, Lower = BitConverter.GetBytes((long)i), Upper = BitConverter.GetBytes((long)i + 5) },
            new ColumnMetrics(2) { Size = i, ValueCount = 10, NullCount = i % 10, NanCount = i % 4 == 0 ? 1 : null, Lower = "a"u8.ToArray(), Upper = [] },
        ],
        SplitOffsets = [4, 5_000_000_000],
        SortOrderId = i % 2 == 0 ? 0 : null,
        ReferencedDataFile = i % 5 == 0 ? "other" : null,
    });

    private static byte[] Write(string json, string codec, Func<ApacheAvro.RecordSchema, IEnumerable<GenericRecord>> records)
    {
        var schema = (ApacheAvro.RecordSchema)ApacheAvro.Schema.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = ApacheAvro.File.DataFileWriter<GenericRecord>.OpenWriter(
            new ApacheAvro.Generic.GenericDatumWriter<GenericRecord>(schema), stream, ApacheAvro.File.Codec.CreateCodecFromString(codec), leaveOpen: true))
        {
            foreach (var record in records(schema))
            {
                writer.Append(record);
            }
        }

        return stream.ToArray();
    }

    private static GenericRecord Record(ApacheAvro.RecordSchema schema, ManifestEntry entry)
    {
        var file = new GenericRecord((ApacheAvro.RecordSchema)schema["data_file"].Schema);
        file.Add("content", (int)entry.File.Content);
        file.Add("file_path", entry.File.Path);
        file.Add("file_format", entry.File.Format);
        file.Add("partition", new GenericRecord((ApacheAvro.RecordSchema)file.Schema["partition"].Schema));
        file.Add("record_count", entry.File.RecordCount);
        file.Add("file_size_in_bytes", entry.File.FileSize);
        Map("column_sizes", c => c.Size);
        Map("value_counts", c => c.ValueCount);
        Map("null_value_counts", c => c.NullCount);
        Map("nan_value_counts", c => c.NanCount);
        Map("lower_bounds", c => c.Lower);
        Map("upper_bounds", c => c.Upper);
        file.Add("key_metadata", null);
        file.Add("split_offsets", entry.File.SplitOffsets.Cast<object>().ToArray());
        file.Add("equality_ids", null);
        file.Add("sort_order_id", entry.File.SortOrderId);
        file.Add("referenced_data_file", entry.File.ReferencedDataFile);

        var record = new GenericRecord(schema);
        record.Add("status", (int)entry.Status);
        record.Add("snapshot_id", entry.SnapshotId);
        record.Add("sequence_number", entry.Status == EntryStatus.Added ? null : entry.SequenceNumber);
        record.Add("file_sequence_number", entry.Status == EntryStatus.Added ? null : entry.FileSequenceNumber);
        record.Add("data_file", file);
        return record;

        void Map(string name, Func<ColumnMetrics, object?> value)
        {
            var items = (ApacheAvro.ArraySchema)((ApacheAvro.UnionSchema)file.Schema[name].Schema)[1];
            file.Add(name, entry.File.Columns.Where(c => value(c) is not null).Select(object (c) =>
            {
                var pair = new GenericRecord((ApacheAvro.RecordSchema)items.ItemSchema);
                pair.Add("key", c.FieldId);
                pair.Add("value", value(c));
                return pair;
            }).ToArray());
        }
    }

    private static GenericRecord Everything(ApacheAvro.RecordSchema schema, int i)
    {
        var record = new GenericRecord(schema);
        var inner = new GenericRecord((ApacheAvro.RecordSchema)((ApacheAvro.UnionSchema)schema["u"].Schema)[2]);
        inner.Add("z", "deep");
        record.Add("b", i % 2 == 0);
        record.Add("i", i - 250);
        record.Add("l", (long)i << 40);
        record.Add("f", i / 3f);
        record.Add("d", i / 7.0);
        record.Add("y", new byte[i % 30]);
        record.Add("s", new string('ß', i % 20));
        record.Add("x", new ApacheAvro.Generic.GenericFixed((ApacheAvro.FixedSchema)schema["x"].Schema, [1, 2, 3, (byte)i]));
        record.Add("e", new ApacheAvro.Generic.GenericEnum((ApacheAvro.EnumSchema)schema["e"].Schema, i % 2 == 0 ? "RED" : "BLUE"));
        record.Add("a", Enumerable.Range(0, i % 5).Select(n => (object?)(n % 2 == 0 ? null : $"item {n}")).ToArray());
        record.Add("m", Enumerable.Range(0, i % 4).ToDictionary(n => $"key {n}", n => (object)(long)n));
        record.Add("again", new ApacheAvro.Generic.GenericFixed((ApacheAvro.FixedSchema)schema["again"].Schema, [9, 9, 9, 9]));
        record.Add("u", (i % 3) switch { 0 => null, 1 => i, _ => inner });
        return record;
    }

    private static string Text(ManifestEntry entry)
    {
        var file = entry.File;
        return string.Create(CultureInfo.InvariantCulture, $"{(int)entry.Status} {entry.SnapshotId} {entry.SequenceNumber} {entry.FileSequenceNumber} {(int)file.Content} {file.Path} {file.Format} {file.RecordCount} {file.FileSize} ")
            + string.Join(' ', Maps(c => c.Size), Maps(c => c.ValueCount), Maps(c => c.NullCount), Maps(c => c.NanCount), Maps(c => c.Lower), Maps(c => c.Upper))
            + $" {string.Join(',', file.SplitOffsets)} {file.SortOrderId} {file.ReferencedDataFile}";

        string Maps(Func<ColumnMetrics, object?> value) =>
            string.Join(',', file.Columns.Where(c => value(c) is not null).Select(c => $"{c.FieldId}={Value(value(c))}"));
    }

    private static string Text(GenericRecord record)
    {
        var file = (GenericRecord)record["data_file"];
        var status = (int)record["status"];
        var sequence = record["sequence_number"] ?? 9L; // what new entries inherit in the other test
        var fileSequence = record["file_sequence_number"] ?? 9L;
        return string.Create(CultureInfo.InvariantCulture, $"{status} {record["snapshot_id"]} {sequence} {fileSequence} {file["content"]} {file["file_path"]} {file["file_format"]} {file["record_count"]} {file["file_size_in_bytes"]} ")
            + string.Join(' ', Maps("column_sizes"), Maps("value_counts"), Maps("null_value_counts"), Maps("nan_value_counts"), Maps("lower_bounds"), Maps("upper_bounds"))
            + $" {string.Join(',', ((Array)file["split_offsets"]).Cast<object>())} {file["sort_order_id"]} {file["referenced_data_file"]}";

        string Maps(string name) => file[name] is not Array pairs ? "" : string.Join(',', pairs.Cast<GenericRecord>().Select(p => $"{p["key"]}={Value(p["value"])}"));
    }

    private static string Value(object? value) => value is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
