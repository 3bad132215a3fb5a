using CdcLake.Compression;

namespace CdcLake.Parquet.Format;

// Field numbers: see FooterWriter and LogicalTypes; INTEGER (10): 1 bitWidth i8, 2 isSigned; TIME (7) as TIMESTAMP.
// The schema is a tree in depth-first order: a group says how many children follow it.

/// <summary>Reads the list of schema elements.</summary>
internal static class SchemaReader
{
    private const int Repeated = 2;

    /// <summary>Groups in groups that are followed; deeper schemas are refused.</summary>
    private const int MaxDepth = 60;

    /// <summary>The schema, and its columns in the same order.</summary>
    public static (SchemaNode Root, List<SchemaLeaf> Leaves) Read(ref CompactReader reader)
    {
        var elements = new List<Element>();
        for (var count = reader.ReadList(CompactWriter.Struct); count > 0; count--)
        {
            elements.Add(ReadElement(ref reader));
        }

        var leaves = new List<SchemaLeaf>();
        var at = 0;
        var root = elements.Count == 0 ? SchemaNode.Empty : ReadNode(elements, ref at, 0, 0, 0, leaves);
        return at == elements.Count ? (root, leaves) : throw Corrupt($"element \"{elements[at].Name}\" belongs to no group");
    }

    private static SchemaNode ReadNode(List<Element> elements, ref int at, int depth, int definition, int repetition, List<SchemaLeaf> leaves)
    {
        if (at == elements.Count || depth > MaxDepth)
        {
            throw Corrupt(depth > MaxDepth ? $"more than {MaxDepth} groups in each other" : "it ends inside a group");
        }

        var element = elements[at++];
        if (depth > 0)
        {
            definition += element.Repetition == 0 ? 0 : 1;
            repetition += element.Repetition == Repeated ? 1 : 0;
        }

        var node = new SchemaNode(element.Name, element.FieldId, depth > 0 && element.Repetition == Repeated, element.Annotation, definition, repetition);
        if (element.Children is null && depth > 0)
        {
            leaves.Add(new SchemaLeaf(
                element.Name, element.FieldId, element.Type ?? throw Corrupt($"column \"{element.Name}\" has no type"), element.Length,
                definition, repetition, depth == 1, element.Annotation));
            return node with { Leaf = leaves.Count - 1 };
        }

        var children = new List<SchemaNode>();
        for (var left = element.Children ?? 0; left > 0; left--)
        {
            children.Add(ReadNode(elements, ref at, depth + 1, definition, repetition, leaves));
        }

        return node with { Children = children };
    }

    private static Element ReadElement(ref CompactReader reader)
    {
        var element = new Element("", null, 0, 0, null, null, default);
        var converted = -1;
        var scale = 0;
        var precision = 0;
        Annotation? logical = null;
        var outer = reader.BeginStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    element = element with { Type = (PhysicalType)reader.ReadI32() };
                    break;
                case 2:
                    element = element with { Length = reader.ReadI32() };
                    break;
                case 3:
                    element = element with { Repetition = reader.ReadI32() };
                    break;
                case 4:
                    element = element with { Name = reader.ReadString() };
                    break;
                case 5:
                    var children = reader.ReadI32();
                    element = element with { Children = children > 0 ? children : children == 0 ? null : throw Corrupt("a negative number of children") };
                    break;
                case 6:
                    converted = reader.ReadI32();
                    break;
                case 7:
                    scale = reader.ReadI32();
                    break;
                case 8:
                    precision = reader.ReadI32();
                    break;
                case 9:
                    element = element with { FieldId = reader.ReadI32() };
                    break;
                case 10:
                    logical = ReadLogicalType(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
        return element with { Annotation = logical ?? FromConverted(converted, precision, scale) };
    }

    private static Annotation? ReadLogicalType(ref CompactReader reader)
    {
        Annotation? result = null;
        var outer = reader.BeginStructField();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case LogicalTypes.String:
                    reader.Skip();
                    result = new Annotation(AnnotationKind.Text);
                    break;
                case LogicalTypes.Date:
                    reader.Skip();
                    result = new Annotation(AnnotationKind.Date);
                    break;
                case LogicalTypes.List or LogicalTypes.Map or LogicalTypes.Enum or LogicalTypes.Json or LogicalTypes.Uuid or LogicalTypes.Variant:
                    reader.Skip();
                    result = new Annotation(id switch
                    {
                        LogicalTypes.List => AnnotationKind.List,
                        LogicalTypes.Map => AnnotationKind.Map,
                        LogicalTypes.Uuid => AnnotationKind.Uuid,
                        LogicalTypes.Variant => AnnotationKind.Variant,
                        _ => AnnotationKind.Text,
                    });
                    break;
                case LogicalTypes.Decimal or LogicalTypes.Time or LogicalTypes.Timestamp or LogicalTypes.Integer:
                    result = ReadParameters(ref reader, id);
                    break;
                default:
                    reader.Skip();
                    result = new Annotation(AnnotationKind.Other);
                    break;
            }
        }

        reader.EndStruct(outer);
        return result;
    }

    private static Annotation ReadParameters(ref CompactReader reader, int type)
    {
        var kind = type switch
        {
            LogicalTypes.Decimal => AnnotationKind.Decimal,
            LogicalTypes.Time => AnnotationKind.Time,
            LogicalTypes.Timestamp => AnnotationKind.Timestamp,
            _ => AnnotationKind.Integer,
        };
        var result = new Annotation(kind);
        var outer = reader.BeginStructField();
        while (reader.NextField(out var id))
        {
            result = (kind, id) switch
            {
                (AnnotationKind.Decimal, 1) => result with { Scale = reader.ReadI32() },
                (AnnotationKind.Decimal, 2) => result with { Precision = reader.ReadI32() },
                (AnnotationKind.Time or AnnotationKind.Timestamp, 1) => result with { IsUtc = reader.ReadBool() },
                (AnnotationKind.Time or AnnotationKind.Timestamp, 2) => result with { Unit = ReadUnit(ref reader) },
                (AnnotationKind.Integer, 1) => result with { BitWidth = reader.ReadI8() },
                (AnnotationKind.Integer, 2) => result with { IsSigned = reader.ReadBool() },
                _ => SkipField(ref reader, result),
            };
        }

        reader.EndStruct(outer);
        return result;
    }

    private static Annotation SkipField(ref CompactReader reader, Annotation annotation)
    {
        reader.Skip();
        return annotation;
    }

    private static TimeUnit ReadUnit(ref CompactReader reader)
    {
        var unit = TimeUnit.Micros;
        var outer = reader.BeginStructField();
        while (reader.NextField(out var id))
        {
            unit = (TimeUnit)id;
            reader.Skip();
        }

        reader.EndStruct(outer);
        return unit;
    }

    /// <summary>The legacy annotation, which older writers give alone; its timestamps are instants.</summary>
    private static Annotation FromConverted(int converted, int precision, int scale) => converted switch
    {
        -1 => new Annotation(AnnotationKind.None),
        0 or 4 or 19 => new Annotation(AnnotationKind.Text), // also ENUM and JSON
        1 or 2 => new Annotation(AnnotationKind.Map),
        3 => new Annotation(AnnotationKind.List),
        5 => new Annotation(AnnotationKind.Decimal, precision, scale),
        6 => new Annotation(AnnotationKind.Date),
        7 => new Annotation(AnnotationKind.Time, Unit: TimeUnit.Millis),
        8 => new Annotation(AnnotationKind.Time),
        9 => new Annotation(AnnotationKind.Timestamp, Unit: TimeUnit.Millis, IsUtc: true),
        10 => new Annotation(AnnotationKind.Timestamp, IsUtc: true),
        >= 11 and <= 14 => new Annotation(AnnotationKind.Integer, BitWidth: 8 << (converted - 11), IsSigned: false),
        >= 15 and <= 18 => new Annotation(AnnotationKind.Integer, BitWidth: 8 << (converted - 15)),
        _ => new Annotation(AnnotationKind.Other),
    };

    private static CorruptDataException Corrupt(string details) => new("Schema", 0, details);

    private sealed record Element(string Name, PhysicalType? Type, int Length, int Repetition, int? Children, int? FieldId, Annotation Annotation);
}
