using System.Collections.Immutable;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.State.Rows;

namespace CdcLake.Iceberg.Writing;

/// <summary>The columns that rows of a table are written with, and what the next commit has to say about them. Not thread-safe.</summary>
internal sealed class TableColumns
{
    private readonly List<IcebergSchema> _schemas = [];
    private readonly int _lastFieldId;

    /// <param name="table">The table at its current version.</param>
    /// <param name="layout">Columns and key.</param>
    public TableColumns(TableMetadata table, TableLayout layout)
    {
        Layout = layout;
        KeyCodec = new RowCodec(layout.Columns, layout.Key);
        _lastFieldId = Math.Max(table.LastColumnId, layout.Schema.HighestFieldId);
        if (layout.Schema.SchemaId != table.CurrentSchemaId)
        {
            _schemas.Add(layout.Schema);
        }
    }

    // Ids that a schema had which no commit has told yet must not be used again: rows may have been written with them.
    private TableColumns(int lastFieldId, List<IcebergSchema> schemas, TableLayout layout)
    {
        Layout = layout;
        KeyCodec = new RowCodec(layout.Columns, layout.Key);
        _lastFieldId = Math.Max(lastFieldId, layout.Schema.HighestFieldId);
        _schemas = schemas;
    }

    public TableLayout Layout { get; }

    /// <summary>Encodes keys as the index knows them.</summary>
    public RowCodec KeyCodec { get; }

    /// <summary>True while the table holds rows of other columns than those of the layout: they have to be replaced, and nothing else can be done with it before.</summary>
    public bool NeedsReplacement { get; init; }

    /// <summary>Properties that go with the columns, to be set by the next commit.</summary>
    public ImmutableSortedDictionary<string, string> Properties { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Schemas that rows were written with since the last commit and that are not the table's current one, oldest first.</summary>
    public IReadOnlyList<IcebergSchema> Schemas => [.. _schemas];

    /// <summary>Says it all in a change.</summary>
    public void AddTo(SnapshotChange change)
    {
        if (Properties.Count > 0)
        {
            change.Updates.Add(new TableWideUpdates.SetProperties(Properties));
        }
    }

    /// <summary>Other columns for the same rows.</summary>
    /// <param name="table">The table at its current version.</param>
    /// <param name="columns">The new columns.</param>
    /// <param name="key">Ordinals of the upsert key in them.</param>
    /// <param name="former">For each of them which one it was, or −1 for a new one.</param>
    /// <param name="properties">Go with them.</param>
    /// <param name="json">What new columns of JSON become.</param>
    /// <exception cref="UnsupportedTypeException">A column cannot become in place what it has to be.</exception>
    public TableColumns Altered(
        CatalogTable table, Schema columns, IReadOnlyList<int> key, IReadOnlyList<int> former, ImmutableSortedDictionary<string, string> properties, IcebergJsonType? json)
    {
        var metadata = table.Metadata;
        var wanted = IcebergSchema.Of(columns, key, VariantColumns.Of(json, columns, i => former[i] < 0 ? null : Layout.Schema.Fields[former[i]]));
        VariantColumns.Require(wanted, table.Identifier, metadata.FormatVersion);
        var schema = SchemaEvolution.Follow([.. metadata.Schemas, .. _schemas], Layout.Schema, wanted, former, _lastFieldId);
        var layout = new TableLayout(columns, key, schema, metadata.Properties) { Order = RowOrder.Of(metadata, schema.Fields, key) };
        return new TableColumns(_lastFieldId, [.. _schemas, schema], Layout.HasRowLineage ? layout.WithRowLineage() : layout) { Properties = properties };
    }

    /// <summary>The same columns, after a commit has said everything about them.</summary>
    /// <param name="table">The table with that commit.</param>
    public TableColumns Committed(TableMetadata table) => new(table, Layout);
}
