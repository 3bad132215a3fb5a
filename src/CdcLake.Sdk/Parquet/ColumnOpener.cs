using System.Text.Json;
using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Nesting;
using CdcLake.Parquet.Reading;

namespace CdcLake.Parquet;

/// <summary>Finds the columns that are asked for in a file, by field id, or by name when the file has none.</summary>
/// <param name="name">Name of the file for errors.</param>
/// <param name="footer">What the file has.</param>
/// <param name="file">Its bytes.</param>
/// <param name="decompressor">Used by one column at a time.</param>
internal sealed class ColumnOpener(string name, ParquetFooter footer, FileBytes file, BlockDecompressor decompressor)
{
    /// <summary>What fills the column. The caller disposes it.</summary>
    /// <exception cref="CatalogException">The file lacks a required column, or has it as something else.</exception>
    /// <exception cref="UnsupportedPartException">It is of a kind that is not read.</exception>
    public ColumnFiller Open(ParquetColumn column)
    {
        if (column.IsVariant)
        {
            return footer.Root.Children.FirstOrDefault(n => Is(n, column.Name, column.FieldId)) is { } group
                ? new VariantFiller(Variants(column.Name, column.FieldId, group), group.Definition)
                : Missing(column);
        }

        if (column.Nested is not { } nested)
        {
            return FindLeaf(column) is var leaf and >= 0 ? new FlatFiller(OpenChunk(column.Name, column.FieldId, leaf, column.Type), file, leaf, column.Type) : Missing(column);
        }

        return footer.Root.Children.FirstOrDefault(n => Is(n, nested)) is { } node
            ? new NestedFiller(Resolve(nested, node))
            : Missing(column);
    }

    private ConstantFiller Missing(ParquetColumn column) => column is { Required: true, Missing: null }
        ? throw new CatalogException($"Parquet file {name} lacks column \"{column.Name}\" (field {column.FieldId}), which the table does not allow to be null. The file does not belong to this table, or was written by a tool that drops columns.")
        : new ConstantFiller(column.Missing);

    private int FindLeaf(ParquetColumn column)
    {
        for (var i = 0; i < footer.Leaves.Count; i++)
        {
            var leaf = footer.Leaves[i];
            if (footer.HasFieldIds ? leaf.FieldId == column.FieldId : leaf.IsTopLevel && leaf.Name == column.Name)
            {
                return leaf.IsFlat ? i : throw new UnsupportedPartException($"column \"{column.Name}\" (field {column.FieldId}) is repeated");
            }
        }

        return footer.Root.Children.Any(n => Is(n, column.Name, column.FieldId))
            ? throw Mismatch(column.Name, column.FieldId, "a group", column.Type.ToString())
            : -1;
    }

    private ColumnChunkReader OpenChunk(string column, int fieldId, int leaf, DataType type, SchemaLeaf? other = null)
    {
        var stored = other ?? footer.Leaves[leaf];
        var conversion = Conversion.Find(stored, type) ?? throw Mismatch(column, fieldId, $"{stored.Physical}, {stored.Annotation.Kind}", type.ToString());
        return new ColumnChunkReader(file, stored, type, conversion, decompressor);
    }

    private NestedValue Resolve(NestedField wanted, SchemaNode? node, bool isElement = false)
    {
        if (node is null)
        {
            return new ConstantValue(Constant(wanted));
        }

        switch (wanted.Kind)
        {
            case NestedKind.List when node.IsRepeated && !isElement: // a list without a group around it is never null
                return new ListValue(Resolve(wanted.Children[0], node, isElement: true), 0, node);
            case NestedKind.List when node.AsList() is { } list:
                return new ListValue(Resolve(wanted.Children[0], list.Element, list.IsRepeatedItself), node.Definition, list.Repeated);
            case NestedKind.Map when node.AsMap() is { } map:
                var key = wanted.Children[0];
                return new MapValue(
                    Resolve(key, map.Key), Resolve(wanted.Children[1], map.Value), key is { Kind: NestedKind.Value, Type.Kind: TypeKind.String }, node.Definition, map.Repeated);
            case NestedKind.Variant:
                return new InnerVariant(Variants(wanted.Name, wanted.FieldId, node), node.Definition);
            case NestedKind.Struct when !node.IsLeaf && node.Annotation.Kind != AnnotationKind.Variant:
                return ResolveStruct(wanted, node);
            case NestedKind.Value when node.IsLeaf:
                return new LeafValue(OpenEntries(wanted.Name, wanted.FieldId, node.Leaf, wanted.Type), node.Definition);
            default:
                throw Mismatch(wanted.Name, wanted.FieldId, node.IsLeaf ? "a column" : "another group", wanted.Kind.ToString());
        }
    }

    private StructValue ResolveStruct(NestedField wanted, SchemaNode node)
    {
        var members = wanted.Children
            .Select(c => (JsonEncodedText.Encode(c.Name, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping), Resolve(c, node.Children.FirstOrDefault(n => Is(n, c)))))
            .ToList();
        LeafEntries? witness = null;
        if (members.All(m => m.Item2.Leaves.Count == 0))
        {
            // None of its fields are in the file: whether it is there says another one, of the fewest entries.
            var leaf = node.Leaves().MinBy(l => footer.Leaves[l].MaxRepetition);
            witness = OpenEntries(wanted.Name, wanted.FieldId, leaf, Conversion.NaturalType(footer.Leaves[leaf]) ?? DataType.Binary);
        }

        return new StructValue(members, node.Definition, node.Repetition, witness);
    }

    private VariantEntries Variants(string column, int fieldId, SchemaNode group)
    {
        if (group.Annotation.Kind != AnnotationKind.Variant || group.IsRepeated || Child(group, VariantLeaves.Metadata) is not { IsLeaf: true } metadata)
        {
            throw Mismatch(column, fieldId, group.IsLeaf ? "a column" : "another group", "a variant");
        }

        return new VariantEntries(OpenEntries(column, fieldId, metadata.Leaf, DataType.Binary), Shredded(column, fieldId, group));
    }

    private ShreddedPlace Shredded(string column, int fieldId, SchemaNode group)
    {
        var value = Child(group, VariantLeaves.Value) is { IsLeaf: true } encoded ? OpenEntries(column, fieldId, encoded.Leaf, DataType.Binary) : null;
        var typed = Child(group, VariantLeaves.TypedValue) is { } node ? Typed(column, fieldId, node) : null;
        return value is null && typed is null ? throw Mismatch(column, fieldId, "a group without values", "a variant") : new ShreddedPlace(value, typed);
    }

    private TypedPlace Typed(string column, int fieldId, SchemaNode node)
    {
        if (node.IsLeaf)
        {
            var stored = footer.Leaves[node.Leaf];
            var (type, form) = TypedLeaf.FormOf(stored) ?? throw new UnsupportedPartException(
                $"column \"{column}\" (field {fieldId}) is a variant with values of its own of type {stored.Physical}, {stored.Annotation.Kind}");
            var read = type.Kind == TypeKind.Decimal ? stored : stored with { Annotation = new Annotation(type.Kind == TypeKind.String ? AnnotationKind.Text : AnnotationKind.None) };
            return new TypedLeaf(OpenEntries(column, fieldId, node.Leaf, type, read), node.Definition, form);
        }

        return node.AsList() is { } list
            ? new TypedArray(Shredded(column, fieldId, list.Element), node.Definition, list.Repeated)
            : new TypedObject([.. node.Children.Select(c => (System.Text.Encoding.UTF8.GetBytes(c.Name), Shredded(column, fieldId, c)))], node.Definition);
    }

    private static SchemaNode? Child(SchemaNode group, string name) => group.Children.FirstOrDefault(c => c.Name == name);

    private LeafEntries OpenEntries(string column, int fieldId, int leaf, DataType type, SchemaLeaf? stored = null) =>
        new(OpenChunk(column, fieldId, leaf, type, stored), leaf, footer.Leaves[leaf], type);

    private static Column? Constant(NestedField wanted)
    {
        if (wanted.Missing is null)
        {
            return null;
        }

        var value = Column.Create(wanted.Type);
        value.AppendRepeated(wanted.Missing, 1);
        return value;
    }

    private bool Is(SchemaNode node, NestedField wanted) => Is(node, wanted.Name, wanted.FieldId);

    private bool Is(SchemaNode node, string column, int fieldId) => footer.HasFieldIds ? node.FieldId == fieldId : node.Name == column;

    private CatalogException Mismatch(string column, int fieldId, string stored, string wanted) => new(
        $"Column \"{column}\" (field {fieldId}) of Parquet file {name} is stored as {stored}, and cannot be read as {wanted}. The schema of the table and the file do not belong together.");
}
