using System.Globalization;

namespace CdcLake.Columnar;

/// <summary>
/// The type of a column. <paramref name="Precision"/> and <paramref name="Scale"/> are decimal digits for <see cref="TypeKind.Decimal"/>;
/// for times, <paramref name="Scale"/> is the number of fractional digits of the second (0–6); otherwise both are 0.
/// Nullability belongs to <see cref="Field"/>.
/// </summary>
internal readonly record struct DataType(TypeKind Kind, byte Precision = 0, byte Scale = 0)
{
    /// <summary>Most digits a decimal may have; more travel as text.</summary>
    public const int MaxDecimalPrecision = 38;

    /// <summary>Most digits whose unscaled value fits a long.</summary>
    public const int MaxLongPrecision = 18;

    public static DataType Boolean => new(TypeKind.Boolean);

    public static DataType Int32 => new(TypeKind.Int32);

    public static DataType Int64 => new(TypeKind.Int64);

    public static DataType Float64 => new(TypeKind.Float64);

    public static DataType String => new(TypeKind.String);

    public static DataType Binary => new(TypeKind.Binary);

    public static DataType Date => new(TypeKind.Date);

    /// <summary>A decimal of <paramref name="precision"/> digits in all (1–38), <paramref name="scale"/> of them fractional.</summary>
    public static DataType Decimal(int precision, int scale) => new(TypeKind.Decimal, checked((byte)precision), checked((byte)scale));

    public static DataType DateTime(int fraction) => new(TypeKind.DateTime, 0, checked((byte)fraction));

    public static DataType Timestamp(int fraction) => new(TypeKind.Timestamp, 0, checked((byte)fraction));

    public static DataType Time(int fraction) => new(TypeKind.Time, 0, checked((byte)fraction));

    public StorageKind Storage => Kind switch
    {
        TypeKind.Boolean => StorageKind.Byte,
        TypeKind.Int8 or TypeKind.UInt8 or TypeKind.Int16 or TypeKind.UInt16 or TypeKind.Int32 or TypeKind.Date => StorageKind.Int32,
        TypeKind.UInt32 or TypeKind.Int64 or TypeKind.Time or TypeKind.DateTime or TypeKind.Timestamp => StorageKind.Int64,
        TypeKind.UInt64 => StorageKind.Int128,
        TypeKind.Decimal => Precision <= MaxLongPrecision ? StorageKind.Int64 : StorageKind.Int128,
        TypeKind.Float32 => StorageKind.Float32,
        TypeKind.Float64 => StorageKind.Float64,
        _ => StorageKind.Bytes,
    };

    /// <summary>True for all integer kinds, signed and unsigned.</summary>
    public bool IsInteger => Kind is >= TypeKind.Int8 and <= TypeKind.UInt64;

    /// <summary>True for integers, decimals and floating point.</summary>
    public bool IsNumeric => Kind is >= TypeKind.Int8 and <= TypeKind.Decimal;

    /// <summary>SQL-like text, stable: part of fingerprints and error messages.</summary>
    public override string ToString() => Kind switch
    {
        TypeKind.Decimal => string.Create(CultureInfo.InvariantCulture, $"decimal({Precision}, {Scale})"),
        TypeKind.Time or TypeKind.DateTime or TypeKind.Timestamp when Scale > 0 =>
            string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()}({Scale})"),
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
