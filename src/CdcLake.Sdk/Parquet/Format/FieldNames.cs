namespace CdcLake.Parquet.Format;

/// <summary>
/// Which field ids stand for the names in files without ids (Iceberg's <c>schema.name-mapping.default</c>). Immutable. Elements of lists are named
/// <c>element</c>, keys and values of maps <c>key</c> and <c>value</c>, whatever the file calls them.
/// </summary>
/// <param name="Fields">By name; a field may have several names.</param>
internal sealed record FieldNames(IReadOnlyDictionary<string, (int? Id, FieldNames Inside)> Fields)
{
    public static FieldNames None { get; } = new(new Dictionary<string, (int?, FieldNames)>());

    /// <summary>The footer of a file with the ids that its names stand for; a footer that has ids comes back as it is.</summary>
    public ParquetFooter ApplyTo(ParquetFooter footer)
    {
        if (footer.HasFieldIds)
        {
            return footer;
        }

        var leaves = footer.Leaves.ToArray();
        var root = footer.Root with { Children = [.. footer.Root.Children.Select(n => Apply(n, n.Name, leaves))] };
        return footer with { Root = root, Leaves = leaves, HasFieldIds = true };
    }

    private SchemaNode Apply(SchemaNode node, string name, SchemaLeaf[] leaves)
    {
        var (id, inside) = Fields.GetValueOrDefault(name, (null, None));
        if (node.IsLeaf)
        {
            leaves[node.Leaf] = leaves[node.Leaf] with { FieldId = id };
            return node with { FieldId = id };
        }

        return inside.ApplyInside(node with { FieldId = id }, leaves);
    }

    private SchemaNode ApplyInside(SchemaNode node, SchemaLeaf[] leaves)
    {
        if (node.AsList() is { } list)
        {
            var element = Apply(list.Element, "element", leaves);
            return node with { Children = [list.IsRepeatedItself ? element : list.Repeated with { Children = [element] }] };
        }

        return node.AsMap() is { } map
            ? node with { Children = [map.Repeated with { Children = [Apply(map.Key, "key", leaves), Apply(map.Value, "value", leaves)] }] }
            : node with { Children = [.. node.Children.Select(c => Apply(c, c.Name, leaves))] };
    }
}
