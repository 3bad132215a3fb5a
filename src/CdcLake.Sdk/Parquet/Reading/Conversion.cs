using CdcLake.Columnar;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

/// <summary>How stored values become values of a column.</summary>
/// <param name="Physical">How they are stored.</param>
/// <param name="FixedLength">Bytes of a FIXED_LEN_BYTE_ARRAY, else 0.</param>
/// <param name="Adjustment">What is done to stored values: times of another unit, unsigned integers, text made of them.</param>
internal readonly record struct Conversion(PhysicalType Physical, int FixedLength, IntegerAdjustment Adjustment)
{
    private const int MaxInt128Bytes = 16;
    private const int UuidBytes = 16;

    /// <summary>True when values are formatted.</summary>
    public bool IsText => Adjustment is IntegerAdjustment.UuidText or IntegerAdjustment.NanosText or IntegerAdjustment.InstantNanosText;

    /// <summary>The type a stored column has by itself, or null when this reader has none for it.</summary>
    public static DataType? NaturalType(SchemaLeaf leaf) => (leaf.Physical, leaf.Annotation.Kind) switch
    {
        (PhysicalType.Boolean, _) => DataType.Boolean,
        (PhysicalType.Float, _) => new DataType(TypeKind.Float32),
        (PhysicalType.Double, _) => DataType.Float64,
        (PhysicalType.Int96, _) => DataType.DateTime(6),
        (_, AnnotationKind.Decimal) => leaf.Annotation is { Precision: >= 1 and <= DataType.MaxDecimalPrecision, Scale: >= 0 } a && a.Scale <= a.Precision
            ? DataType.Decimal(a.Precision, a.Scale)
            : null,
        (PhysicalType.Int32, AnnotationKind.Date) => DataType.Date,
        (PhysicalType.Int32 or PhysicalType.Int64, AnnotationKind.Time) => DataType.Time(6),
        (PhysicalType.Int64, AnnotationKind.Timestamp) => leaf.Annotation.IsUtc ? DataType.Timestamp(6) : DataType.DateTime(6),
        (PhysicalType.Int32, AnnotationKind.Integer) => new DataType((leaf.Annotation.BitWidth, leaf.Annotation.IsSigned) switch
        {
            (8, true) => TypeKind.Int8,
            (8, false) => TypeKind.UInt8,
            (16, true) => TypeKind.Int16,
            (16, false) => TypeKind.UInt16,
            (_, true) => TypeKind.Int32,
            _ => TypeKind.UInt32,
        }),
        (PhysicalType.Int32, _) => DataType.Int32,
        (PhysicalType.Int64, AnnotationKind.Integer) => new DataType(leaf.Annotation.IsSigned ? TypeKind.Int64 : TypeKind.UInt64),
        (PhysicalType.Int64, _) => DataType.Int64,
        (PhysicalType.ByteArray, AnnotationKind.Text) => DataType.String,
        (PhysicalType.ByteArray or PhysicalType.FixedLenByteArray, _) => DataType.Binary,
        _ => null,
    };

    /// <summary>How <paramref name="leaf"/> is read as <paramref name="type"/>, or null when that would change its meaning.</summary>
    public static Conversion? Find(SchemaLeaf leaf, DataType type)
    {
        var fits = type.Kind switch
        {
            TypeKind.Boolean => leaf.Physical == PhysicalType.Boolean,
            TypeKind.Float32 => leaf.Physical == PhysicalType.Float,
            TypeKind.Float64 => leaf.Physical is PhysicalType.Float or PhysicalType.Double,
            TypeKind.Decimal => IsDecimal(leaf, type.Scale),
            TypeKind.UInt64 => IsDecimal(leaf, 0) || (leaf.Physical is PhysicalType.Int32 or PhysicalType.Int64 && IsInteger(leaf)),
            TypeKind.Date => leaf.Physical == PhysicalType.Int32 && leaf.Annotation.Kind is AnnotationKind.Date or AnnotationKind.None,
            TypeKind.Time => leaf.Physical is PhysicalType.Int32 or PhysicalType.Int64 && leaf.Annotation.Kind is AnnotationKind.Time or AnnotationKind.None,
            TypeKind.DateTime or TypeKind.Timestamp when leaf.Physical == PhysicalType.Int96 => true, // nothing says whether they are instants
            TypeKind.DateTime or TypeKind.Timestamp when leaf.Physical == PhysicalType.Int32 => leaf.Annotation.Kind == AnnotationKind.Date, // widened
            TypeKind.DateTime => leaf.Physical == PhysicalType.Int64 && leaf.Annotation is { Kind: AnnotationKind.Timestamp, IsUtc: false } or { Kind: AnnotationKind.None },
            TypeKind.Timestamp => leaf.Physical == PhysicalType.Int64 && leaf.Annotation is { Kind: AnnotationKind.Timestamp, IsUtc: true } or { Kind: AnnotationKind.None },
            TypeKind.String => (leaf.Physical == PhysicalType.ByteArray && leaf.Annotation.Kind != AnnotationKind.Decimal)
                || TextFormOf(leaf) != IntegerAdjustment.None,
            TypeKind.Binary => IsBytes(leaf.Physical),
            TypeKind.UInt32 or TypeKind.Int64 => leaf.Physical is PhysicalType.Int32 or PhysicalType.Int64 && IsInteger(leaf),
            _ => leaf.Physical == PhysicalType.Int32 && IsInteger(leaf),
        };
        fits &= leaf.Physical != PhysicalType.FixedLenByteArray
            || (leaf.FixedLength > 0 && (type.Storage == StorageKind.Bytes || leaf.FixedLength <= MaxInt128Bytes));
        return fits ? new Conversion(leaf.Physical, leaf.FixedLength, type.Kind == TypeKind.String ? TextFormOf(leaf) : AdjustmentOf(leaf)) : null;
    }

    private static bool IsInteger(SchemaLeaf leaf) => leaf.Annotation.Kind is AnnotationKind.None or AnnotationKind.Integer;

    private static bool IsBytes(PhysicalType physical) => physical is PhysicalType.ByteArray or PhysicalType.FixedLenByteArray;

    private static bool IsDecimal(SchemaLeaf leaf, int scale) => leaf.Annotation.Kind == AnnotationKind.Decimal && leaf.Annotation.Scale == scale
        && leaf.Physical is PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.ByteArray or PhysicalType.FixedLenByteArray;

    private static IntegerAdjustment TextFormOf(SchemaLeaf leaf) => (leaf.Physical, leaf.Annotation) switch
    {
        (PhysicalType.FixedLenByteArray, { Kind: AnnotationKind.Uuid or AnnotationKind.None }) when leaf.FixedLength == UuidBytes => IntegerAdjustment.UuidText,
        (PhysicalType.Int64, { Kind: AnnotationKind.Timestamp, Unit: TimeUnit.Nanos, IsUtc: false }) => IntegerAdjustment.NanosText,
        (PhysicalType.Int64, { Kind: AnnotationKind.Timestamp, Unit: TimeUnit.Nanos }) => IntegerAdjustment.InstantNanosText,
        _ => IntegerAdjustment.None,
    };

    private static IntegerAdjustment AdjustmentOf(SchemaLeaf leaf) => leaf.Annotation switch
    {
        { Kind: AnnotationKind.Time or AnnotationKind.Timestamp, Unit: TimeUnit.Millis } => IntegerAdjustment.FromMillis,
        { Kind: AnnotationKind.Time or AnnotationKind.Timestamp, Unit: TimeUnit.Nanos } => IntegerAdjustment.FromNanos,
        { Kind: AnnotationKind.Date } => IntegerAdjustment.FromDays,
        { Kind: AnnotationKind.Integer, IsSigned: false } when leaf.Physical == PhysicalType.Int32 => IntegerAdjustment.UnsignedInt32,
        { Kind: AnnotationKind.Integer, IsSigned: false } when leaf.Physical == PhysicalType.Int64 => IntegerAdjustment.UnsignedInt64,
        _ => IntegerAdjustment.None,
    };
}

/// <summary>Adjustment of stored values.</summary>
internal enum IntegerAdjustment
{
    None,

    /// <summary>Times a thousand; a time beyond the range of microseconds is refused.</summary>
    FromMillis,

    /// <summary>Divided by a thousand, rounding down.</summary>
    FromNanos,

    /// <summary>The 32 bits hold an unsigned integer.</summary>
    UnsignedInt32,

    /// <summary>The 64 bits hold an unsigned integer.</summary>
    UnsignedInt64,

    /// <summary>Days, where a date is read as a time.</summary>
    FromDays,

    /// <summary>Sixteen bytes become the text of a UUID.</summary>
    UuidText,

    /// <summary>Nanoseconds become the text of a local time.</summary>
    NanosText,

    /// <summary>Nanoseconds become the text of an instant.</summary>
    InstantNanosText,
}
