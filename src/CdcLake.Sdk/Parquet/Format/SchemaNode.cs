namespace CdcLake.Parquet.Format;

/// <summary>A column or group of the schema of a file. Immutable. Levels: see <see cref="SchemaLeaf"/>; they are those of this node when it is there.</summary>
/// <param name="Name">Name of the last path element.</param>
/// <param name="FieldId">Iceberg field id, or null when the writer gave none.</param>
/// <param name="IsRepeated">True when it occurs any number of times.</param>
/// <param name="Annotation">What it means.</param>
/// <param name="Definition">Definition level.</param>
/// <param name="Repetition">Repetition level.</param>
internal sealed record SchemaNode(string Name, int? FieldId, bool IsRepeated, Annotation Annotation, int Definition, int Repetition)
{
    /// <summary>The schema of a file without columns.</summary>
    public static SchemaNode Empty { get; } = new("", null, false, default, 0, 0);

    /// <summary>Number of the column among the leaves; −1 for a group.</summary>
    public int Leaf { get; init; } = -1;

    /// <summary>Of a group.</summary>
    public IReadOnlyList<SchemaNode> Children { get; init; } = [];

    public bool IsLeaf => Leaf >= 0;

    /// <summary>All columns in it.</summary>
    public IEnumerable<int> Leaves() => IsLeaf ? [Leaf] : Children.SelectMany(c => c.Leaves());

    /// <summary>
    /// The repeated node of a list and what it repeats, which is the node itself in files of old writers; null when this is no list.
    /// parquet-format/LogicalTypes.md, "Lists" with its rules for backward compatibility.
    /// </summary>
    public (SchemaNode Repeated, SchemaNode Element, bool IsRepeatedItself)? AsList()
    {
        if (Annotation.Kind != AnnotationKind.List || Children is not [{ IsRepeated: true } repeated])
        {
            return null;
        }

        var isElement = repeated.IsLeaf || repeated.Children.Count != 1 || repeated.Name == "array" || repeated.Name == Name + "_tuple";
        return (repeated, isElement ? repeated : repeated.Children[0], isElement);
    }

    /// <summary>The repeated node of a map, its key and its value; null when this is no map. parquet-format/LogicalTypes.md, "Maps".</summary>
    public (SchemaNode Repeated, SchemaNode Key, SchemaNode Value)? AsMap() =>
        Annotation.Kind == AnnotationKind.Map && Children is [{ IsRepeated: true, Children: [var key, var value] } repeated] ? (repeated, key, value) : null;
}
