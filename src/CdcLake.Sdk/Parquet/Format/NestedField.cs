using System.Collections.Immutable;
using CdcLake.Columnar;

namespace CdcLake.Parquet.Format;

/// <summary>What is wanted of a struct, list or map: a tree of fields, found in the file by field id, or by name when the file has none. Immutable.</summary>
/// <param name="Kind">What the field is.</param>
/// <param name="Name">Name in the result; that in the file where there are no ids.</param>
/// <param name="FieldId">Iceberg field id; 0 for none.</param>
/// <param name="Type">Type of a value; not used for others.</param>
/// <param name="Children">Fields of a struct; the element of a list; key and value of a map.</param>
internal sealed record NestedField(NestedKind Kind, string Name, int FieldId, DataType Type, ImmutableArray<NestedField> Children)
{
    /// <summary>Value where a file lacks the field, as <see cref="Column.AppendRepeated"/> takes it; null = null.</summary>
    public object? Missing { get; init; }

    /// <summary>The whole of a node as the file has it, or null when a value in it has a type that is not read.</summary>
    /// <param name="node">Of the file's schema.</param>
    /// <param name="typeOf">Type of a column.</param>
    /// <param name="isElement">True when its being repeated is that of a list it is the element of.</param>
    public static NestedField? Of(SchemaNode node, Func<SchemaNode, DataType?> typeOf, bool isElement = false)
    {
        if (node.IsRepeated && !isElement)
        {
            return Of(node, typeOf, isElement: true) is { } item ? new NestedField(NestedKind.List, node.Name, item.FieldId, default, [item]) : null;
        }

        if (node.IsLeaf)
        {
            return typeOf(node) is { } type ? new NestedField(NestedKind.Value, node.Name, node.FieldId ?? 0, type, []) : null;
        }

        if (node.Annotation.Kind == AnnotationKind.Variant)
        {
            return new NestedField(NestedKind.Variant, node.Name, node.FieldId ?? 0, default, []);
        }

        var list = node.AsList();
        var map = node.AsMap();
        IReadOnlyList<SchemaNode> inner = list is { } l ? [l.Element] : map is { } m ? [m.Key, m.Value] : node.Children;
        var children = inner.Select(c => Of(c, typeOf, list is { IsRepeatedItself: true })).ToList();
        return children.Contains(null)
            ? null
            : new NestedField(list is not null ? NestedKind.List : map is not null ? NestedKind.Map : NestedKind.Struct, node.Name, node.FieldId ?? 0, default, [.. children!]);
    }
}

/// <summary>Kinds of fields.</summary>
internal enum NestedKind
{
    Value,
    Struct,
    List,
    Map,
    Variant,
}
