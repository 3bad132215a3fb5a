using CdcLake.Compression;

namespace CdcLake.Parquet.Format;

// Field numbers: see FooterWriter and LogicalTypes; INTEGER (10): 1 bitWidth i8, 2 isSigned; TIME (7) as TIMESTAMP.
// The schema is a tree in depth-first order: a group says how many children follow it.

/// <summary>Reads the list of schema elements.</summary>
internal static class SchemaReader
{
    private const int Repeated = 2;

    public static List<SchemaLeaf> Read(ref CompactReader reader)
    {
        var count = reader.ReadList(CompactWriter.Struct);
        var leaves = new List<SchemaLeaf>();
        var open = new Stack<int>(); // children still to come, per group
        for (var i = 0; i < count; i++)
        {
            var element = ReadElement(ref reader);
            if (i == 0)
            {
                open.Push(element.Children ?? 0);
                continue;
            }

            while (open.Count > 0 && open.Peek() == 0)
            {
                open.Pop();
            }

            if (open.Count == 0)
            {
                throw Corrupt($"element \"{element.Name}\" belongs to no group");
            }

            open.Push(open.Pop() - 1);
            if (element.Children is { } children)
            {
                open.Push(children);
                continue;
            }

            leaves.Add(new SchemaLeaf(
                element.Name,
                element.FieldId,
                element.Type ?? throw Corrupt($"column \"{element.Name}\" has no type"),
                element.Length,
                element.Repetition == 1,
                open.Count == 1,
                element.Repetition == Repeated,
                element.Annotation));
        }

        return leaves;
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
        0 => new Annotation(AnnotationKind.Text),
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
