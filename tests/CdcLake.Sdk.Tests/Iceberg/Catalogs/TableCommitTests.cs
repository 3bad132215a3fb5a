using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Tests.Iceberg.Catalogs;

public sealed class TableCommitTests
{
    private static readonly TableIdentifier Name = TableIdentifier.Parse("demo.items");

    private static readonly IcebergSchema Columns = IcebergSchema.Of(new Schema([new Field("id", DataType.Int64, false)]), [0]);

    private static TableMetadata NewTable => new TableCreation(Columns, ImmutableSortedDictionary<string, string>.Empty).ToCommit(Name, "file:///w/demo/items").ApplyTo(null, 1000, out _)!;

    [Fact]
    public void Requirements_and_updates_are_spelled_as_the_rest_specification_has_them()
    {
        var commit = new TableCommit(
            Name,
            [
                new TableRequirement.Create(), new TableRequirement.TableUuid("u"), new TableRequirement.RefSnapshot("main", null),
                new TableRequirement.RefSnapshot("b", 5), new TableRequirement.LastAssignedFieldId(3), new TableRequirement.CurrentSchemaId(1),
                new TableRequirement.LastAssignedPartitionId(999), new TableRequirement.DefaultSpecId(0), new TableRequirement.DefaultSortOrderId(0),
            ],
            [
                new TableWideUpdates.AssignUuid("u"), new TableWideUpdates.UpgradeFormatVersion(2), new TableWideUpdates.SetLocation("file:///w"),
                new TableWideUpdates.SetProperties(ImmutableSortedDictionary<string, string>.Empty.Add("a", "b")), new TableWideUpdates.RemoveProperties(["c"]),
                new StructureUpdates.SetCurrentSchema(-1), new StructureUpdates.AddSpec(PartitionSpec.Unpartitioned), new StructureUpdates.SetDefaultSpec(-1),
                new StructureUpdates.AddSortOrder(SortOrder.Unsorted), new StructureUpdates.SetDefaultSortOrder(-1),
                new SnapshotUpdates.AddSnapshot(Snapshot(5, null, 1)), new SnapshotUpdates.SetRef(SnapshotRef.Branch("main", 5)),
                new SnapshotUpdates.RemoveRef("t"), new SnapshotUpdates.RemoveSnapshots([1, 2]), new SnapshotUpdates.RemoveStatistics(1),
                new SnapshotUpdates.RemovePartitionStatistics(1), new SnapshotUpdates.SetStatistics(new SnapshotStatistics(5, """{"snapshot-id":5}""")),
                new SnapshotUpdates.SetPartitionStatistics(new SnapshotStatistics(5, """{"snapshot-id":5}""")),
            ]);
        const string Expected = """
            {"identifier":{"namespace":["demo"],"name":"items"},
             "requirements":[{"type":"assert-create"},{"type":"assert-table-uuid","uuid":"u"},{"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":null},
               {"type":"assert-ref-snapshot-id","ref":"b","snapshot-id":5},{"type":"assert-last-assigned-field-id","last-assigned-field-id":3},
               {"type":"assert-current-schema-id","current-schema-id":1},{"type":"assert-last-assigned-partition-id","last-assigned-partition-id":999},
               {"type":"assert-default-spec-id","default-spec-id":0},{"type":"assert-default-sort-order-id","default-sort-order-id":0}],
             "updates":[{"action":"assign-uuid","uuid":"u"},{"action":"upgrade-format-version","format-version":2},{"action":"set-location","location":"file:///w"},
               {"action":"set-properties","updates":{"a":"b"}},{"action":"remove-properties","removals":["c"]},{"action":"set-current-schema","schema-id":-1},
               {"action":"add-spec","spec":{"spec-id":0,"fields":[]}},{"action":"set-default-spec","spec-id":-1},
               {"action":"add-sort-order","sort-order":{"order-id":0,"fields":[]}},{"action":"set-default-sort-order","sort-order-id":-1},
               {"action":"add-snapshot","snapshot":{"sequence-number":1,"snapshot-id":5,"timestamp-ms":2000,"summary":{"operation":"append"},"manifest-list":"file:///w/5.avro","schema-id":0}},
               {"action":"set-snapshot-ref","ref-name":"main","snapshot-id":5,"type":"branch"},{"action":"remove-snapshot-ref","ref-name":"t"},
               {"action":"remove-snapshots","snapshot-ids":[1,2]},{"action":"remove-statistics","snapshot-id":1},{"action":"remove-partition-statistics","snapshot-id":1},
               {"action":"set-statistics","snapshot-id":5,"statistics":{"snapshot-id":5}},{"action":"set-partition-statistics","partition-statistics":{"snapshot-id":5}}]}
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Expected), JsonNode.Parse(Json(commit))), Json(commit));
    }

    [Fact]
    public void Creation_makes_a_table_that_reads_back()
    {
        var table = NewTable;
        Assert.Equal("file:///w/demo/items", table.Location);
        Assert.Equal(Columns, table.Schema);
        Assert.Equal(Encoding.UTF8.GetString(TableMetadataJson.Write(table)), Encoding.UTF8.GetString(TableMetadataJson.Write(TableMetadataJson.Read(TableMetadataJson.Write(table), "x"))));
    }

    [Fact]
    public void Requirement_that_does_not_hold_says_why_in_words()
    {
        var table = NewTable;
        Assert.Contains("created", new TableRequirement.Create().Objection(table), StringComparison.Ordinal);
        Assert.Contains("dropped", new TableRequirement.TableUuid("other").Objection(table), StringComparison.Ordinal);
        Assert.Contains("dropped", new TableRequirement.RefSnapshot("main", 1).Objection(null), StringComparison.Ordinal);
        Assert.Contains("schema", new TableRequirement.CurrentSchemaId(9).Objection(table), StringComparison.Ordinal);
        Assert.Null(new TableRequirement.RefSnapshot("main", null).Objection(table));
        Assert.Null(new TableRequirement.TableUuid(table.TableUuid).Objection(table));
    }

    [Fact]
    public void Removed_snapshots_leave_log_statistics_and_no_gap()
    {
        var table = NewTable;
        for (var id = 1; id <= 4; id++)
        {
            table = table.Apply([new SnapshotUpdates.AddSnapshot(Snapshot(id, id - 1, id)), SnapshotUpdates.SetRef.Main(table, id)], 0);
        }

        table = table.Apply([new SnapshotUpdates.SetStatistics(new SnapshotStatistics(2, "{}")), new SnapshotUpdates.RemoveSnapshots([2])], 9000);
        Assert.Equal([1, 3, 4], table.Snapshots.Select(s => s.SnapshotId));
        Assert.Equal([3, 4], table.SnapshotLog.Select(s => s.SnapshotId));
        Assert.Empty(table.Statistics);
        Assert.Equal(9000, table.LastUpdatedMs);
        Assert.Throws<UpdateRejectedException>(() => table.Apply([new SnapshotUpdates.RemoveSnapshots([4])], 0));
        Assert.Throws<UpdateRejectedException>(() => table.Apply([new SnapshotUpdates.AddSnapshot(Snapshot(8, 4, 4))], 0));
    }

    [Fact]
    public void Schema_that_is_known_keeps_its_number_and_a_new_one_gets_the_next()
    {
        var table = NewTable;
        var wider = new IcebergSchema(0, [.. Columns.Fields, new IcebergField(2, "more", false, Columns.Fields[0].Type)], Columns.IdentifierFieldIds);
        table = table.Apply([new StructureUpdates.AddSchema(wider), new StructureUpdates.SetCurrentSchema(StructureUpdates.LastAdded)], 0);
        Assert.Equal((1, 2, 2), (table.CurrentSchemaId, table.Schemas.Length, table.LastColumnId));
        table = table.Apply([new StructureUpdates.AddSchema(Columns), new StructureUpdates.SetCurrentSchema(StructureUpdates.LastAdded)], 0);
        Assert.Equal((0, 2, 2), (table.CurrentSchemaId, table.Schemas.Length, table.LastColumnId));
    }

    private static Snapshot Snapshot(long id, long? parent, long sequence) => new(
        id, parent > 0 ? parent : null, sequence, 2000, $"file:///w/{id}.avro", new Dictionary<string, string> { ["operation"] = "append" }, 0);

    private static string Json(TableCommit commit)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            commit.Write(json);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
