using System.Text;
using System.Text.Json.Nodes;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Tests.Iceberg;

public sealed class TableMetadataTests
{
    // What other engines may have put there: statistics, a tag with retention, a nested column, a sort order, gaps in ids, members nobody knows.
    private const string Foreign = """
        {"format-version":2,"table-uuid":"9c12d441-03fe-4693-9a96-a0705ddf69c1","location":"file:///w/t","last-sequence-number":34,"last-updated-ms":1602638573590,
         "last-column-id":5,"current-schema-id":1,"schemas":[{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"x","required":true,"type":"long"}]},
           {"type":"struct","schema-id":1,"identifier-field-ids":[1],"fields":[{"id":1,"name":"x","required":true,"type":"long","doc":"the \"key\""},
             {"id":2,"name":"d","required":false,"type":"decimal( 9,2 )"},
             {"id":3,"name":"s","required":false,"type":{"type":"list","element-id":4,"element-required":false,"element":"string"},"initial-default":null}]}],
         "default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":[{"name":"x","transform":"bucket[4]","source-id":1,"field-id":1000}]}],"last-partition-id":1000,
         "default-sort-order-id":3,"sort-orders":[{"order-id":3,"fields":[{"transform":"identity","source-id":1,"direction":"asc","null-order":"nulls-first"}]}],
         "properties":{"read.split.target.size":"134217728"},"current-snapshot-id":3055729675574597004,
         "refs":{"main":{"snapshot-id":3055729675574597004,"type":"branch","max-snapshot-age-ms":5},"t":{"snapshot-id":3051729675574597004,"type":"tag","max-ref-age-ms":7}},
         "snapshots":[{"snapshot-id":3051729675574597004,"timestamp-ms":1515100955770,"sequence-number":0,"summary":{"operation":"append"},"manifest-list":"file:///w/1.avro"},
           {"snapshot-id":3055729675574597004,"parent-snapshot-id":3051729675574597004,"timestamp-ms":1555100955770,"sequence-number":1,"summary":{"operation":"append","a":"b"},
            "manifest-list":"file:///w/2.avro","schema-id":1,"key-id":"future"}],
         "snapshot-log":[{"snapshot-id":3051729675574597004,"timestamp-ms":1515100955770},{"snapshot-id":3055729675574597004,"timestamp-ms":1555100955770}],
         "metadata-log":[{"metadata-file":"file:///w/v1.metadata.json","timestamp-ms":1515100}],
         "statistics":[{"snapshot-id":3055729675574597004,"statistics-path":"file:///w/s.puffin","file-size-in-bytes":413,"file-footer-size-in-bytes":42,"blob-metadata":[]}],
         "partition-statistics":[],"future-member":{"deep":[1,2,{"x":null}]}}
        """;

    [Fact]
    public void Everything_another_writer_wrote_survives()
    {
        var table = TableMetadataJson.Read(Encoding.UTF8.GetBytes(Foreign), "v2.metadata.json");
        var expected = JsonNode.Parse(Foreign)!;
        expected["schemas"]![1]!["fields"]![1]!["type"] = "decimal(9, 2)";
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(TableMetadataJson.Write(table))), Encoding.UTF8.GetString(TableMetadataJson.Write(table)));
    }

    [Fact]
    public void Members_are_read_as_what_they_mean()
    {
        var table = TableMetadataJson.Read(Encoding.UTF8.GetBytes(Foreign), "v2.metadata.json");
        Assert.Equal([3055729675574597004, 3051729675574597004], table.Ancestors().Select(s => s.SnapshotId));
        Assert.Equal(["x"], table.Schema.IdentifierNames());
        Assert.Equal(DataType.Decimal(9, 2), table.Schema.Fields[1].Type.ToDataType());
        Assert.Null(table.Schema.Fields[2].Type.ToDataType());
        Assert.False(table.PartitionSpecs[0].IsUnpartitioned);
    }

    [Fact]
    public void Version_1_is_read_from_the_members_it_has_and_never_written()
    {
        const string First = """
            {"format-version":1,"location":"file:///w/t","last-updated-ms":1602638573590,"last-column-id":2,
             "schema":{"type":"struct","fields":[{"id":1,"name":"x","required":true,"type":"long"},{"id":2,"name":"day","required":false,"type":"date"}]},
             "partition-spec":[{"name":"day","transform":"identity","source-id":2}],"current-snapshot-id":-1,"properties":{}}
            """;
        var table = TableMetadataJson.Read(Encoding.UTF8.GetBytes(First), "v1.metadata.json");
        Assert.Equal((1, "", 0L, 0, 1000), (table.FormatVersion, table.TableUuid, table.LastSequenceNumber, table.CurrentSchemaId, table.LastPartitionId));
        Assert.Equal(["x", "day"], table.Schema.Fields.Select(f => f.Name));
        Assert.Equal(SortOrder.Unsorted, Assert.Single(table.SortOrders));
        Assert.Contains("version 1", Assert.Throws<CatalogException>(() => TableMetadataJson.Write(table)).Message, StringComparison.Ordinal);
    }

    /// <summary>Legal, and met: lists that are null or absent, a main branch that only the current snapshot tells, columns in lists.</summary>
    [Fact]
    public void What_other_writers_leave_out_or_say_otherwise_is_understood()
    {
        var json = JsonNode.Parse(Foreign)!;
        json["schemas"]![1]!["identifier-field-ids"] = null;
        json["refs"] = null;
        json["statistics"] = null;
        json["properties"]!["left.over"] = null;
        json.AsObject().Remove("metadata-log");
        var spec = json["partition-specs"]![0]!["fields"]!.AsArray();
        spec[0]!.AsObject().Remove("source-id");
        spec[0]!["source-ids"] = new JsonArray(1);
        spec.Add(JsonNode.Parse("""{"name":"both","transform":"bucket[8]","source-ids":[1,2],"field-id":1001}"""));
        var table = TableMetadataJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), "v2.metadata.json");
        Assert.Empty(table.Schema.IdentifierFieldIds);
        Assert.Equal(("main", table.CurrentSnapshotId), (Assert.Single(table.Refs).Name, table.FindRef("main")!.SnapshotId));
        Assert.Equal([(1, TransformKind.Bucket), (0, TransformKind.Unknown)], table.DefaultSpec.Fields.Select(f => (f.SourceId, f.Transform.Kind)));
        Assert.Equal("future", table.CurrentSnapshot!.KeyId);
        Assert.DoesNotContain("left.over", table.Properties.Keys);
        var again = TableMetadataJson.Read(TableMetadataJson.Write(table), "v3.metadata.json");
        Assert.Equal(table.DefaultSpec.FieldsJson, again.DefaultSpec.FieldsJson);
    }

    [Theory]
    [InlineData("\"current-schema-id\":1", "\"current-schema-id\":9", "current-schema-id")]
    [InlineData("\"default-spec-id\":0", "\"default-spec-id\":9", "default-spec-id")]
    [InlineData("\"current-snapshot-id\":3055729675574597004", "\"current-snapshot-id\":77", "current-snapshot-id")]
    [InlineData("\"format-version\":2", "\"format-version\":4", "version 4")]
    [InlineData("\"format-version\":2", "\"format-version\":0", "version 0")]
    [InlineData("\"table-uuid\"", "\"uuid\"", "table-uuid")]
    [InlineData("\"last-column-id\":5", "\"last-column-id\":\"5\"", "last-column-id")]
    [InlineData("\"read.split.target.size\":\"134217728\"", "\"read.split.target.size\":1", "read.split.target.size")]
    public void Damage_is_an_error_that_names_file_and_member(string part, string damaged, string mention)
    {
        var text = Foreign.Replace(part, damaged, StringComparison.Ordinal);
        var error = Assert.Throws<CatalogException>(() => TableMetadataJson.Read(Encoding.UTF8.GetBytes(text), "v2.metadata.json"));
        Assert.Contains("v2.metadata.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(mention, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_metadata_raises_only_our_error()
    {
        var original = Encoding.UTF8.GetBytes(Foreign);
        var random = new Random(3);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = original.AsSpan(0, random.Next(4) == 0 ? random.Next(original.Length) : original.Length).ToArray();
            for (var n = random.Next(1, 4); n > 0 && bytes.Length > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
            }

            try
            {
                TableMetadataJson.Write(TableMetadataJson.Read(bytes, "x"));
            }
            catch (CatalogException)
            {
                // what damaged data must lead to
            }
        }
    }

    [Fact]
    public void Every_column_type_has_an_iceberg_type_of_the_same_storage()
    {
        foreach (var kind in Enum.GetValues<TypeKind>())
        {
            var type = kind == TypeKind.Decimal ? DataType.Decimal(20, 3) : new DataType(kind);
            var read = IcebergType.Of(type).ToDataType();
            Assert.NotNull(read);
            Assert.Equal(type.Storage, read.Value.Storage);
        }
    }

    [Fact]
    public void Floating_point_key_is_refused_with_its_name()
    {
        var schema = new Schema([new Field("ratio", DataType.Float64, false)]);
        Assert.Contains("ratio", Assert.Throws<UnsupportedTypeException>(() => IcebergSchema.Of(schema, [0])).Message, StringComparison.Ordinal);
    }
}
