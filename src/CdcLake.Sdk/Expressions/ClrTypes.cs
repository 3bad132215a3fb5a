using CdcLake.Columnar;

namespace CdcLake.Expressions;

/// <summary>The .NET types that a column's value may have in a lambda.</summary>
internal static class ClrTypes
{
    /// <summary>The type without <c>Nullable</c>.</summary>
    public static Type Strip(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>True for reference types and <c>Nullable</c>.</summary>
    public static bool AllowsNull(Type type) => !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    /// <summary>True when a single column can hold it.</summary>
    public static bool IsScalar(Type type) => ColumnType(type) is not null;

    /// <summary>
    /// The column type that values of a .NET type get when nothing else decides: for decimals the widest that holds a constant zero, since their precision comes from
    /// the operands; for times microseconds. Null for types that are not scalar.
    /// </summary>
    public static DataType? ColumnType(Type type)
    {
        var bare = Strip(type);
        if (bare == typeof(byte[]))
        {
            return DataType.Binary;
        }

        if (bare == typeof(DateOnly))
        {
            return DataType.Date;
        }

        if (bare == typeof(DateTimeOffset))
        {
            return DataType.Timestamp(6);
        }

        if (bare == typeof(TimeSpan))
        {
            return DataType.Time(6);
        }

        if (bare.IsEnum || bare == typeof(Guid))
        {
            return DataType.String;
        }

        return System.Type.GetTypeCode(bare) switch
        {
            TypeCode.Boolean => DataType.Boolean,
            TypeCode.SByte => new DataType(TypeKind.Int8),
            TypeCode.Byte => new DataType(TypeKind.UInt8),
            TypeCode.Int16 => new DataType(TypeKind.Int16),
            TypeCode.UInt16 => new DataType(TypeKind.UInt16),
            TypeCode.Int32 => DataType.Int32,
            TypeCode.UInt32 => new DataType(TypeKind.UInt32),
            TypeCode.Int64 => DataType.Int64,
            TypeCode.UInt64 => new DataType(TypeKind.UInt64),
            TypeCode.Single => new DataType(TypeKind.Float32),
            TypeCode.Double => DataType.Float64,
            TypeCode.Decimal => DataType.Decimal(1, 0),
            TypeCode.String => DataType.String,
            TypeCode.DateTime => DataType.DateTime(6),
            _ => null,
        };
    }

    /// <summary>The C# spelling.</summary>
    public static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }

        if (type == typeof(byte[]))
        {
            return "byte[]";
        }

        if (type.IsEnum)
        {
            return type.Name;
        }

        return System.Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "bool",
            TypeCode.SByte => "sbyte",
            TypeCode.Byte => "byte",
            TypeCode.Int16 => "short",
            TypeCode.UInt16 => "ushort",
            TypeCode.Int32 => "int",
            TypeCode.UInt32 => "uint",
            TypeCode.Int64 => "long",
            TypeCode.UInt64 => "ulong",
            TypeCode.Single => "float",
            TypeCode.Double => "double",
            TypeCode.Decimal => "decimal",
            TypeCode.String => "string",
            _ when type.IsGenericType => type.Name.Split('`')[0] + "<" + string.Join(", ", type.GetGenericArguments().Select(Name)) + ">",
            _ => type.Name,
        };
    }
}
