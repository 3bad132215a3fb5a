using CdcLake.Columnar;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Nesting;

/// <summary>A place in a variant whose values have columns of their own.</summary>
/// <param name="definition">Definition level from which on it is there.</param>
/// <param name="leaves">All columns in it, at least one.</param>
internal abstract class TypedPlace(int definition, IReadOnlyList<LeafEntries> leaves)
{
    public IReadOnlyList<LeafEntries> Leaves => leaves;

    /// <summary>True when a value stands here in the current row.</summary>
    public bool IsThere => leaves[0].Definition >= definition;

    /// <summary>Writes the value, and moves behind it.</summary>
    /// <param name="target">Gets it.</param>
    /// <param name="names">The variant's metadata.</param>
    /// <param name="order">The order of these names.</param>
    /// <param name="others">An object of further fields; empty for none.</param>
    public abstract void Write(VariantWriter target, VariantNames names, NameOrder order, ReadOnlySpan<byte> others);

    /// <summary>Moves behind a place of which nothing is there: one entry of each column.</summary>
    public void Skip()
    {
        foreach (var leaf in leaves)
        {
            leaf.Advance();
        }
    }
}

/// <summary>Texts, numbers, times.</summary>
/// <param name="leaf">The column.</param>
/// <param name="definition">Level of a value.</param>
/// <param name="form">What its values become.</param>
internal sealed class TypedLeaf(LeafEntries leaf, int definition, VariantType form) : TypedPlace(definition, [leaf])
{
    /// <summary>How a column is read that stands for values of a type, and what these become; null when the specification has none such.</summary>
    /// <param name="stored">The column.</param>
    public static (DataType Type, VariantType Form)? FormOf(SchemaLeaf stored) => (stored.Physical, stored.Annotation) switch
    {
        (PhysicalType.Boolean, _) => (DataType.Boolean, VariantType.True),
        (PhysicalType.Float, _) => (new DataType(TypeKind.Float32), VariantType.Float),
        (PhysicalType.Double, _) => (DataType.Float64, VariantType.Double),
        (_, { Kind: AnnotationKind.Decimal }) => Reading.Conversion.NaturalType(stored) is { } type ? (type, VariantType.Decimal16) : null,
        (PhysicalType.Int32, { Kind: AnnotationKind.Date }) => (DataType.Int32, VariantType.Date),
        (PhysicalType.Int64, { Kind: AnnotationKind.Time, Unit: TimeUnit.Micros }) => (DataType.Int64, VariantType.Time),
        (PhysicalType.Int64, { Kind: AnnotationKind.Timestamp, Unit: TimeUnit.Micros } a) => (DataType.Int64, a.IsUtc ? VariantType.Timestamp : VariantType.LocalTimestamp),
        (PhysicalType.Int64, { Kind: AnnotationKind.Timestamp, Unit: TimeUnit.Nanos } a) => (DataType.Int64, a.IsUtc ? VariantType.TimestampNanos : VariantType.LocalTimestampNanos),
        (PhysicalType.Int32, { Kind: AnnotationKind.None or AnnotationKind.Integer, IsSigned: true }) => (DataType.Int32, VariantType.Int32),
        (PhysicalType.Int64, { Kind: AnnotationKind.None or AnnotationKind.Integer, IsSigned: true }) => (DataType.Int64, VariantType.Int64),
        (PhysicalType.ByteArray, { Kind: AnnotationKind.Text }) => (DataType.String, VariantType.Text),
        (PhysicalType.ByteArray, { Kind: AnnotationKind.None }) => (DataType.Binary, VariantType.Binary),
        (PhysicalType.FixedLenByteArray, { Kind: AnnotationKind.Uuid }) when stored.FixedLength == 16 => (DataType.Binary, VariantType.Uuid),
        _ => null,
    };

    public override void Write(VariantWriter target, VariantNames names, NameOrder order, ReadOnlySpan<byte> others)
    {
        var row = leaf.ValueIndex;
        switch (leaf.Values)
        {
            case FixedColumn<byte> c:
                target.Append(c.Values[row] != 0 ? VariantType.True : VariantType.False);
                break;
            case FixedColumn<float> c:
                target.Append(c.Values[row]);
                break;
            case FixedColumn<double> c:
                target.Append(c.Values[row]);
                break;
            case FixedColumn<int> c when form == VariantType.Date:
                target.AppendDate(c.Values[row]);
                break;
            case FixedColumn<int> c:
                target.Append(c.Values[row]);
                break;
            case FixedColumn<long> c when form == VariantType.Decimal16:
                target.Append(c.Values[row], c.Type.Scale);
                break;
            case FixedColumn<long> c when form == VariantType.Int64:
                target.Append(c.Values[row]);
                break;
            case FixedColumn<long> c:
                target.Append(form, c.Values[row]);
                break;
            case FixedColumn<Int128> c:
                target.Append(c.Values[row], c.Type.Scale);
                break;
            case BytesColumn c when form == VariantType.Text:
                target.AppendText(c[row]);
                break;
            case BytesColumn c when form == VariantType.Uuid:
                target.AppendUuid(c[row]);
                break;
            case BytesColumn c:
                target.AppendBytes(VariantType.Binary, c[row]);
                break;
        }

        leaf.Advance();
    }
}

// Fields lie in MySQL's order, by the length of their names and then by their bytes, so that documents which were made from MySQL's are theirs again. What stands beside the columns keeps its own order.

/// <summary>An object, of which some fields have columns of their own.</summary>
/// <param name="fields">These, at least one.</param>
/// <param name="definition">Level from which on it is there.</param>
internal sealed class TypedObject(IReadOnlyList<(byte[] Name, ShreddedPlace Value)> fields, int definition) : TypedPlace(definition, [.. fields.SelectMany(f => f.Value.Leaves)])
{
    private readonly (byte[] Name, ShreddedPlace Value)[] _fields = [.. fields.OrderBy(f => f.Name, Comparer<byte[]>.Create((a, b) => Compare(a, b)))];
    private long[] _others = [];

    public override void Write(VariantWriter target, VariantNames names, NameOrder order, ReadOnlySpan<byte> others)
    {
        var open = target.Open();
        var rest = others.IsEmpty ? default : ObjectOf(others);
        var left = Ordered(rest);
        foreach (var (name, value) in _fields)
        {
            if (value.IsMissing)
            {
                value.Skip();
                continue;
            }

            while (left.Length > 0 && Compare(names[rest.NameOf((int)left[0])], name) < 0)
            {
                Copy(target, open, order, rest, (int)left[0]);
                left = left[1..];
            }

            var number = names.IndexOf(name) is >= 0 and var found ? found
                : throw VariantValue.Corrupt($"the metadata lacks the name \"{System.Text.Encoding.UTF8.GetString(name)}\" of a field");
            target.Field(open, number, order.PlaceOf(number));
            value.Write(target, names, order);
        }

        foreach (var other in left)
        {
            Copy(target, open, order, rest, (int)other);
        }

        if (!target.CloseObject(open))
        {
            throw VariantValue.Corrupt("a field stands in a column of its own and beside it");
        }
    }

    private static int Compare(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y) => x.Length == y.Length ? x.SequenceCompareTo(y) : x.Length.CompareTo(y.Length);

    private static VariantContainer ObjectOf(ReadOnlySpan<byte> others)
    {
        var value = new VariantValue(others);
        return value.BasicType == VariantBasicType.Object ? value.Container() : throw VariantValue.Corrupt("further fields of an object are no object");
    }

    /// <summary>The fields of an object by where they lie: offset, and number in the lower half.</summary>
    private Span<long> Ordered(VariantContainer rest)
    {
        if (rest.Count == 0)
        {
            return default;
        }

        Common.Pooled.Grow(ref _others, rest.Count, 0);
        var ordered = _others.AsSpan(0, rest.Count);
        for (var i = 0; i < ordered.Length; i++)
        {
            ordered[i] = ((long)rest.Offset(i) << 32) | (uint)i;
        }

        ordered.Sort();
        return ordered;
    }

    private static void Copy(VariantWriter target, (int Start, int Members) open, NameOrder order, VariantContainer rest, int field)
    {
        var number = rest.NameOf(field);
        target.Field(open, number, order.PlaceOf(number));
        target.AppendEncoded(rest[field][..new VariantValue(rest[field]).Length]);
    }
}

/// <summary>An array.</summary>
/// <param name="element">Its elements.</param>
/// <param name="definition">Level from which on it is there.</param>
/// <param name="repeated">The node that repeats.</param>
internal sealed class TypedArray(ShreddedPlace element, int definition, SchemaNode repeated) : TypedPlace(definition, element.Leaves)
{
    public override void Write(VariantWriter target, VariantNames names, NameOrder order, ReadOnlySpan<byte> others)
    {
        var open = target.Open();
        if (Leaves[0].Definition < repeated.Definition)
        {
            Skip(); // empty
        }
        else
        {
            do
            {
                target.Element(open);
                element.Write(target, names, order);
            }
            while (Leaves[0].HasEntry && Leaves[0].Repetition >= repeated.Repetition);
        }

        target.CloseArray(open);
    }
}
