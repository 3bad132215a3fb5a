using System.Text;
using CdcLake.Avro;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;

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
        var bytes = ManifestWriter.Write(2, Schema, ByDay, ManifestContent.Data, [entry]);
        var read = Assert.Single(ManifestReader.Read(bytes, List(ManifestContent.Data)));
        Assert.Equal(3, read.File.SpecId);
        Assert.Equal(Day(19_000), read.File.Partition);
        Assert.NotEqual(Day(19_001), read.File.Partition);
        Assert.Equal(bytes.Length, ManifestWriter.Write(2, Schema, ByDay, ManifestContent.Data, [read]).Length);
        var header = Encoding.UTF8.GetString(ManifestWriter.Write(2, Schema, ByDay, ManifestContent.Data, [read]));
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
        var bytes = ManifestWriter.Write(3, Schema, PartitionSpec.Unpartitioned, ManifestContent.Data, entries);
        var read = ManifestReader.Read(bytes, List(ManifestContent.Data) with { FirstRowId = 1000 });
        Assert.Equal([1000, null, 9, 1010], read.Select(e => e.File.FirstRowId));
        Assert.All(ManifestReader.Read(bytes, List(ManifestContent.Data)).Where(e => e.Status == EntryStatus.Added), e => Assert.Null(e.File.FirstRowId));
    }

    [Fact]
    public void Deletion_vectors_of_one_file_are_told_apart()
    {
        ManifestEntry[] entries = [Vector("a", 4, 44), Vector("b", 48, 46)];
        var read = ManifestReader.Read(ManifestWriter.Write(3, Schema, PartitionSpec.Unpartitioned, ManifestContent.Deletes, entries), List(ManifestContent.Deletes));
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
        var read = Assert.Single(ManifestList.Read(ManifestList.Write(version, 7, null, 5, [manifest]), "list"));
        Assert.Equal(manifest.FirstRowId, read.FirstRowId);
        Assert.Equal(2, read.Partitions.Length);
        Assert.Equal((true, false), (read.Partitions[0].ContainsNull, read.Partitions[0].ContainsNan!.Value));
        Assert.Equal([1, 0, 0, 0], read.Partitions[0].Lower!);
        Assert.Null(read.Partitions[0].Upper);
        Assert.Equal([2], read.Partitions[1].Upper!);
    }

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
