using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Planning.Binding;

/// <summary>Which .NET types hold which columns without loss.</summary>
internal static class PropertyTypes
{
    private const int MaxClrDecimalDigits = 28;

    /// <summary>Null when the type holds every value of the column; else why not, and what would.</summary>
    /// <param name="type">Type of the property.</param>
    /// <param name="field">The column.</param>
    /// <param name="native">The source's own text for its type.</param>
    /// <param name="isChecked">Values are looked at one by one: a decimal may then read a column of more digits, such as a sum, as long as they are not used.</param>
    public static string? Problem(Type type, Field field, string native, bool isChecked = false)
    {
        var bare = ClrTypes.Strip(type);
        var isWide = isChecked && bare == typeof(decimal) && field.Type.Kind == TypeKind.Decimal;
        if (!isWide && !Holds(bare, field.Type, native))
        {
            return $"cannot hold {native} without loss; use {Suggestion(field.Type, field.Nullable)}";
        }

        return field.Nullable && !ClrTypes.AllowsNull(type) ? $"cannot hold null, but the column is nullable; use {ClrTypes.Name(type)}?" : null;
    }

    private static bool Holds(Type bare, DataType column, string native)
    {
        if (bare == typeof(bool))
        {
            return column.Kind is TypeKind.Boolean or TypeKind.Int8 or TypeKind.UInt8 || native.StartsWith("bit(1)", StringComparison.OrdinalIgnoreCase);
        }

        if (bare.IsEnum)
        {
            return column.Kind == TypeKind.String && !native.StartsWith("set(", StringComparison.OrdinalIgnoreCase); // a SET holds any number of labels
        }

        if (bare == typeof(Guid))
        {
            return column.Kind == TypeKind.String ? IsGuidText(native) : column.Kind == TypeKind.Binary && (native.StartsWith("binary(16)", StringComparison.OrdinalIgnoreCase) || native == column.ToString());
        }

        var own = ClrTypes.ColumnType(bare);
        return own?.Kind switch
        {
            TypeKind.Float32 => column.Kind == TypeKind.Float32 || Within(column, 1L << 24),
            TypeKind.Float64 => CommonTypes.IsFloat(column) || Within(column, 1L << 53),
            TypeKind.Decimal => column.IsInteger || (column.Kind == TypeKind.Decimal && column.Precision <= MaxClrDecimalDigits),
            TypeKind.DateTime => column.Kind is TypeKind.Date or TypeKind.DateTime or TypeKind.Timestamp,
            { } kind when own.Value.IsInteger => IsWhole(column) && IntegerRange.Of(own.Value).Contains(IntegerRange.Of(column)),
            { } kind => kind == column.Kind,
            null => false,
        };
    }

    /// <summary>A text of a length for an identifier, MariaDB's own type, or a result.</summary>
    private static bool IsGuidText(string native) => native.Contains("char(36)", StringComparison.OrdinalIgnoreCase) || native is "uuid" or "string";

    private static bool IsWhole(DataType column) => column.IsInteger || column is { Kind: TypeKind.Decimal, Scale: 0 };

    private static bool Within(DataType column, Int128 limit) => IsWhole(column) && new IntegerRange(-limit, limit).Contains(IntegerRange.Of(column));

    private static string Suggestion(DataType column, bool nullable)
    {
        var name = column.Kind switch
        {
            TypeKind.Boolean => "bool",
            TypeKind.Int8 => "sbyte",
            TypeKind.UInt8 => "byte",
            TypeKind.Int16 => "short",
            TypeKind.UInt16 => "ushort",
            TypeKind.Int32 => "int",
            TypeKind.UInt32 => "uint",
            TypeKind.Int64 => "long",
            TypeKind.UInt64 => "ulong",
            TypeKind.Float32 => "float",
            TypeKind.Float64 => "double",
            TypeKind.Decimal when column.Precision <= MaxClrDecimalDigits => "decimal",
            TypeKind.Decimal => "no property for it (a .NET decimal has 28 digits) or an untyped table, whose columns pass through unread",
            TypeKind.Date => "DateOnly",
            TypeKind.Time => "TimeSpan",
            TypeKind.DateTime => "DateTime",
            TypeKind.Timestamp => "DateTime (UTC) or DateTimeOffset",
            TypeKind.Binary => "byte[]",
            _ => "string",
        };
        return nullable && !name.Contains(' ', StringComparison.Ordinal) ? name + "?" : name;
    }
}
