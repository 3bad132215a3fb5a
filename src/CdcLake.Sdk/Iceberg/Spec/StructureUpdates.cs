using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>Updates of schemas, partition specs and sort orders. −1 as an id means the one that the same commit added last.</summary>
internal static class StructureUpdates
{
    /// <summary>The id that means «the one added last».</summary>
    public const int LastAdded = -1;

    /// <summary>A schema becomes known, or is found to be known already; it gets the next free id.</summary>
    public sealed record AddSchema(IcebergSchema Schema) : TableUpdate
    {
        public override string Action => "add-schema";

        public override void ApplyTo(MetadataUpdater updater)
        {
            var table = updater.Table;
            var known = table.Schemas.FirstOrDefault(s => s.IsSameAs(Schema));
            var id = known?.SchemaId ?? (table.Schemas.IsEmpty ? Schema.SchemaId : table.Schemas.Max(s => s.SchemaId) + 1);
            updater.AddedSchemaId = id;
            updater.Table = table with
            {
                Schemas = known is null ? table.Schemas.Add(Schema with { SchemaId = id }) : table.Schemas,
                LastColumnId = Math.Max(table.LastColumnId, Schema.HighestFieldId),
            };
        }

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WritePropertyName("schema");
            Schema.Write(json);
        }
    }

    /// <summary>New files have this schema.</summary>
    public sealed record SetCurrentSchema(int SchemaId) : TableUpdate
    {
        public override string Action => "set-current-schema";

        public override void ApplyTo(MetadataUpdater updater)
        {
            var id = Resolve(SchemaId, updater.AddedSchemaId);
            updater.Table = updater.Table.Schemas.Any(s => s.SchemaId == id)
                ? updater.Table with { CurrentSchemaId = id }
                : throw new UpdateRejectedException($"it has no schema {id}");
        }

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber("schema-id", SchemaId);
    }

    /// <summary>A partition spec becomes known, or is found to be known already; it gets the next free id.</summary>
    public sealed record AddSpec(PartitionSpec Spec) : TableUpdate
    {
        public override string Action => "add-spec";

        public override void ApplyTo(MetadataUpdater updater)
        {
            var table = updater.Table;
            var known = table.PartitionSpecs.FirstOrDefault(s => s.FieldsJson == Spec.FieldsJson);
            var id = known?.SpecId ?? (table.PartitionSpecs.IsEmpty ? Spec.SpecId : table.PartitionSpecs.Max(s => s.SpecId) + 1);
            updater.AddedSpecId = id;
            updater.Table = table with
            {
                PartitionSpecs = known is null ? table.PartitionSpecs.Add(Spec with { SpecId = id }) : table.PartitionSpecs,
                LastPartitionId = Math.Max(table.LastPartitionId, Spec.HighestFieldId),
            };
        }

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WritePropertyName("spec");
            Spec.Write(json);
        }
    }

    /// <summary>New files are partitioned by this spec.</summary>
    public sealed record SetDefaultSpec(int SpecId) : TableUpdate
    {
        public override string Action => "set-default-spec";

        public override void ApplyTo(MetadataUpdater updater)
        {
            var id = Resolve(SpecId, updater.AddedSpecId);
            updater.Table = updater.Table.PartitionSpecs.Any(s => s.SpecId == id)
                ? updater.Table with { DefaultSpecId = id }
                : throw new UpdateRejectedException($"it has no partition spec {id}");
        }

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber("spec-id", SpecId);
    }

    /// <summary>A sort order becomes known, or is found to be known already; it gets the next free id.</summary>
    public sealed record AddSortOrder(SortOrder Order) : TableUpdate
    {
        public override string Action => "add-sort-order";

        public override void ApplyTo(MetadataUpdater updater)
        {
            var table = updater.Table;
            var known = table.SortOrders.FirstOrDefault(o => o.FieldsJson == Order.FieldsJson);
            var id = known?.OrderId ?? (table.SortOrders.IsEmpty ? Order.OrderId : table.SortOrders.Max(o => o.OrderId) + 1);
            updater.AddedSortOrderId = id;
            updater.Table = table with { SortOrders = known is null ? table.SortOrders.Add(Order with { OrderId = id }) : table.SortOrders };
        }

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WritePropertyName("sort-order");
            Order.Write(json);
        }
    }

    /// <summary>New files are sorted by this order.</summary>
    public sealed record SetDefaultSortOrder(int OrderId) : TableUpdate
    {
        public override string Action => "set-default-sort-order";

        public override void ApplyTo(MetadataUpdater updater)
        {
            var id = Resolve(OrderId, updater.AddedSortOrderId);
            updater.Table = updater.Table.SortOrders.Any(o => o.OrderId == id)
                ? updater.Table with { DefaultSortOrderId = id }
                : throw new UpdateRejectedException($"it has no sort order {id}");
        }

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber("sort-order-id", OrderId);
    }

    private static int Resolve(int id, int? added) => id != LastAdded ? id : added ?? throw new UpdateRejectedException("nothing was added that −1 could mean");
}
