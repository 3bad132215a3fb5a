using System.Text;
using CdcLake.Avro;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Tests.Iceberg;

/// <summary>What other writers put into manifests goes through ours unharmed: partitions, row ids, deletion vectors.</summary>
public sealed class ManifestTests
{
    private static readonly IcebergSchema Schema = IcebergSchema.Of(new Schema([new Field("id", DataType.Int64, false), new Field("day", DataType.Date, true)]), [0]);

    private static readonly PartitionSpec ByDay = new(3, """[{"name":"day","transform":"identity","source-id":2,"field-id":1000}]""");

    private static readonly AvroType DayRecord = AvroType.Record(
        "r102", new AvroField("day", AvroType.Optional(AvroType.Int.With([new("logicalType", "\"date\"")])), 1000));

    [Fact]
    public void Partition_and_spec_of_a_file_survive()
    {
        var entry = new ManifestEntry(EntryStatus.Existing, 7, 5, 5, File("a") with { SpecId = 3, Partition = Day(19_000) });
        var bytes = ManifestWriter.Write(2, AvroCodec.Deflate, Schema, ByDay, ManifestContent.Data, [entry]);
        var read = Assert.Single(ManifestReader.Read(bytes, List(ManifestContent.Data)));
        Assert.Equal(3, read.File.SpecId);
        Assert.Equal(Day(19_000), read.File.Partition);
        Assert.NotEqual(Day(19_001), read.File.Partition);
        Assert.Equal(bytes.Length, ManifestWriter.Write(2, AvroCodec.Deflate, Schema, ByDay, ManifestContent.Data, [read]).Length);
        var header = Encoding.UTF8.GetString(ManifestWriter.Write(2, AvroCodec.Deflate, Schema, ByDay, ManifestContent.Data, [read]));
        Assert.Contains("\"logicalType\":\"date\"", header, StringComparison.Ordinal);
        Assert.Contains(ByDay.FieldsJson, header, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_ids_are_inherited_in_order_and_written_for_files_that_stay()
    {
        ManifestEntry[] entries =
        [
            new(EntryStatus.Added, 7, 5, 5, File("a")),
            new(EntryStatus.Deleted, 7, 4, 4, File("gone")),
            new(EntryStatus.Existing, 6, 4, 4, File("b") with { FirstRowId = 9 }),
            new(EntryStatus.Added, 7, 5, 5, File("c")),
        ];
        var bytes = ManifestWriter.Write(3, AvroCodec.Deflate, Schema, PartitionSpec.Unpartitioned, ManifestContent.Data, entries);
        var read = ManifestReader.Read(bytes, List(ManifestContent.Data) with { FirstRowId = 1000 });
        Assert.Equal([1000, null, 9, 1010], read.Select(e => e.File.FirstRowId));
        Assert.All(ManifestReader.Read(bytes, List(ManifestContent.Data)).Where(e => e.Status == EntryStatus.Added), e => Assert.Null(e.File.FirstRowId));
    }

    [Fact]
    public void Deletion_vectors_of_one_file_are_told_apart()
    {
        ManifestEntry[] entries = [Vector("a", 4, 44), Vector("b", 48, 46)];
        var read = ManifestReader.Read(ManifestWriter.Write(3, AvroCodec.Deflate, Schema, PartitionSpec.Unpartitioned, ManifestContent.Deletes, entries), List(ManifestContent.Deletes));
        Assert.Equal([("file:///w/a", 4L, 44L), ("file:///w/b", 48L, 46L)], read.Select(e => (e.File.ReferencedDataFile!, e.File.ContentOffset!.Value, e.File.ContentSize!.Value)));
        Assert.All(read, e => Assert.True(e.File.IsDeletionVector));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Summaries_of_partitions_and_row_ids_of_a_manifest_survive(int version)
    {
        var manifest = List(ManifestContent.Data) with
        {
            Partitions = [new FieldSummary(true, false, [1, 0, 0, 0], null), new FieldSummary(false, null, null, [2])],
            FirstRowId = version == 3 ? 77 : null,
        };
        var read = Assert.Single(ManifestList.Read(ManifestList.Write(version, AvroCodec.Deflate, 7, null, 5, [manifest]), "list"));
        Assert.Equal(manifest.FirstRowId, read.FirstRowId);
        Assert.Equal(2, read.Partitions.Length);
        Assert.Equal((true, false), (read.Partitions[0].ContainsNull, read.Partitions[0].ContainsNan!.Value));
        Assert.Equal([1, 0, 0, 0], read.Partitions[0].Lower!);
        Assert.Null(read.Partitions[0].Upper);
        Assert.Equal([2], read.Partitions[1].Upper!);
    }

    /// <summary>Without field ids, which early and small writers leave out, and with what format version 1 allows to be null.</summary>
    [Fact]
    public void List_without_ids_and_counts_is_read_by_names()
    {
        var summary = AvroType.Record("r508", new AvroField("contains_null", AvroType.Boolean), new AvroField("lower_bound", AvroType.Optional(AvroType.Bytes)), new AvroField("upper_bound", AvroType.Optional(AvroType.Bytes)));
        var file = new AvroFileWriter(
            AvroType.Record(
                "manifest_file",
                new AvroField("manifest_path", AvroType.String),
                new AvroField("manifest_length", AvroType.Long),
                new AvroField("partition_spec_id", AvroType.Int),
                new AvroField("added_snapshot_id", AvroType.Optional(AvroType.Long)),
                new AvroField("added_data_files_count", AvroType.Optional(AvroType.Int)),
                new AvroField("added_rows_count", AvroType.Optional(AvroType.Long)),
                new AvroField("partitions", AvroType.Optional(AvroType.Array(summary))),
                new AvroField("key_metadata", AvroType.Optional(AvroType.Bytes))),
            AvroCodec.Deflate, []);
        file.Values.WriteString("file:///w/m.avro");
        file.Values.WriteLong(10);
        file.Values.WriteInt(3);
        file.Values.WriteNull();
        file.Values.WriteNull();
        file.Values.WriteNull();
        file.Values.WriteNotNull();
        file.Values.WriteLong(1);
        file.Values.WriteBoolean(true);
        file.Values.WriteOptional([1, 0, 0, 0]);
        file.Values.WriteOptional([9, 0, 0, 0]);
        file.Values.WriteLong(0);
        file.Values.WriteOptional([]);
        file.EndObject();
        var read = Assert.Single(ManifestList.Read(file.Finish(), "list"));
        Assert.Equal((3, 0L, 0, 0L), (read.PartitionSpecId, read.AddedSnapshotId, read.AddedFiles, read.AddedRows));
        var partition = Assert.Single(read.Partitions);
        Assert.True(partition.ContainsNull);
        Assert.Equal([1, 0, 0, 0], partition.Lower!);
        Assert.Equal([9, 0, 0, 0], partition.Upper!);
        Assert.Null(read.KeyMetadata); // of no bytes: not encrypted
    }

    [Fact]
    public async Task Encrypted_list_is_refused_by_name()
    {
        var snapshot = new Snapshot(7, null, 1, 1, "file:///w/list.avro", new Dictionary<string, string>(), 0) { KeyId = "k" };
        var files = CdcLake.Storage.FileIO.Over(new CdcLake.Storage.LocalObjectStore("/", TimeProvider.System), TimeProvider.System);
        var error = await Assert.ThrowsAsync<CatalogException>(() => TableFiles.ReadAsync(files, snapshot, CancellationToken.None));
        Assert.Contains("file:///w/list.avro is encrypted", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A union the other way round, none at all, a number that was widened: the same partition, for deletes too.</summary>
    [Fact]
    public void Partition_is_the_same_however_it_is_encoded_and_no_manifest_mixes_encodings()
    {
        PartitionTuple[] same =
        [
            Tuple(AvroType.Optional(Price(9, 2, 4)), [2, 0, 0, 0, 150]),
            Tuple(AvroType.Union(Price(9, 2, 4), AvroType.Null), [0, 0, 0, 0, 150]),
            Tuple(Price(9, 2, 4), [0, 0, 0, 150]),
            Tuple(AvroType.Optional(Price(20, 2, 9)), [2, 0, 0, 0, 0, 0, 0, 0, 0, 150]),
        ];
        Assert.All(same, a => Assert.All(same, b => Assert.True(a.Equals(b) && a.GetHashCode() == b.GetHashCode())));
        Assert.Equal(4, same.Select(t => t.Form).Distinct().Count());
        Assert.NotEqual(same[0], Tuple(AvroType.Optional(Price(20, 2, 9)), [2, 0, 0, 0, 0, 0, 0, 0, 0, 151]));
        Assert.NotEqual(same[0], Tuple(AvroType.Optional(Price(9, 2, 4)), [0]));
        Assert.NotEqual(Tuple(AvroType.Double, BitConverter.GetBytes(0.0)), Tuple(AvroType.Double, BitConverter.GetBytes(-0.0)));
        Assert.Equal(Tuple(AvroType.Float, BitConverter.GetBytes(1.5f)), Tuple(AvroType.Optional(AvroType.Double), [2, .. BitConverter.GetBytes(1.5)]));

        var entries = same.Select((t, i) => new ManifestEntry(EntryStatus.Added, 1, 1, 1, File($"{i}") with { SpecId = 3, Partition = t })).ToList();
        var manifests = entries.Select(e => new ManifestContents(List(ManifestContent.Data), [e])).ToArray();
        var plan = ManifestPlan.Of(TableFiles.None.After(manifests, manifests, []), ManifestContent.Data, [], [], 3, ManifestSettings.Default, 2, 2, mergesAll: true);
        Assert.Equal(4, plan.Written.Count);
        Assert.All(plan.Written, w =>
        {
            var read = ManifestReader.Read(ManifestWriter.Write(2, AvroCodec.Deflate, Schema, ByDay, ManifestContent.Data, w), List(ManifestContent.Data));
            Assert.Equal(same[0], Assert.Single(read).File.Partition);
        });
    }

    private static AvroType Price(int precision, int scale, int bytes) => AvroType.Fixed($"decimal_{precision}_{scale}", bytes).With(
        [new("logicalType", "\"decimal\""), new("precision", $"{precision}"), new("scale", $"{scale}")]);

    private static PartitionTuple Tuple(AvroType type, byte[] encoded) => new(AvroType.Record("r102", new AvroField("price", type, 1000)), encoded);

    private static ManifestFile List(ManifestContent content) => new()
    {
        Path = "file:///w/m.avro", Length = 1, PartitionSpecId = 3, Content = content, SequenceNumber = 5, AddedSnapshotId = 7,
    };

    private static DataFile File(string name) => new() { Path = $"file:///w/{name}", RecordCount = 10, FileSize = 100, SpecId = 0 };

    private static ManifestEntry Vector(string target, long offset, long size) => new(EntryStatus.Existing, 7, 5, 5, File("v.puffin") with
    {
        Content = FileContent.PositionDeletes, Format = "PUFFIN", ReferencedDataFile = $"file:///w/{target}", ContentOffset = offset, ContentSize = size,
    });

    private static PartitionTuple Day(int day)
    {
        var values = new AvroWriter();
        values.WriteNotNull();
        values.WriteInt(day);
        return new PartitionTuple(DayRecord, values.Written);
    }
}
