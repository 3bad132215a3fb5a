using System.Globalization;
using CdcLake.Columnar;

namespace CdcLake.StarRocks.Ddl;

// captured type                 StarRocks
//
// boolean                       BOOLEAN
// int8 … int64                  TINYINT, SMALLINT, INT, BIGINT
// uint8, uint16, uint32         SMALLINT, INT, BIGINT            the next wider one
// uint64                        LARGEINT
// float32, float64              FLOAT, DOUBLE                    no key
// decimal(p, s)                 DECIMAL(p, s)                    as a key VARCHAR, all fractional digits
// date                          DATE
// datetime(f), timestamp(f)     DATETIME                         microseconds; a timestamp in UTC
// time(f)                       VARCHAR(17)                      -838:59:59.999999
// string                        VARCHAR(1048576)                 bytes, not characters
// binary                        VARBINARY                        from 3.0 on; no key

/// <summary>A column type of StarRocks.</summary>
/// <param name="Name">In capitals, without arguments.</param>
/// <param name="Length">Bytes of a string or digits of a decimal; 0 where there is none.</param>
/// <param name="Scale">Fractional digits of a decimal.</param>
internal sealed record TargetType(string Name, int Length = 0, int Scale = 0)
{
    private const int TimeLength = 17;

    /// <summary>The type for a captured column.</summary>
    /// <param name="field">The column.</param>
    /// <param name="isKey">Whether it is part of the primary key.</param>
    /// <param name="version">What the server can do.</param>
    /// <param name="table">For messages.</param>
    /// <exception cref="UnsupportedTypeException">StarRocks has no such column, or none that may be a key.</exception>
    public static TargetType Of(Field field, bool isKey, ServerVersion version, TableName table)
    {
        var type = field.Type;
        if (isKey && type.Kind is TypeKind.Float32 or TypeKind.Float64 or TypeKind.Binary)
        {
            throw new UnsupportedTypeException(
                $"Column \"{field.Name}\" ({type}) cannot be part of the primary key of {table}: StarRocks takes no FLOAT, DOUBLE and VARBINARY there. Choose another key, or convert the column in the query.");
        }

        return type.Kind switch
        {
            TypeKind.Boolean => new("BOOLEAN"),
            TypeKind.Int8 => new("TINYINT"),
            TypeKind.UInt8 or TypeKind.Int16 => new("SMALLINT"),
            TypeKind.UInt16 or TypeKind.Int32 => new("INT"),
            TypeKind.UInt32 or TypeKind.Int64 => new("BIGINT"),
            TypeKind.UInt64 => new("LARGEINT"),
            TypeKind.Float32 => new("FLOAT"),
            TypeKind.Float64 => new("DOUBLE"),
            TypeKind.Decimal when isKey => new("VARCHAR", type.Precision + 3), // sign, point, and a zero before it
            TypeKind.Decimal => new("DECIMAL", type.Precision, type.Scale),
            TypeKind.Date => new("DATE"),
            TypeKind.DateTime or TypeKind.Timestamp => new("DATETIME"),
            TypeKind.Time => new("VARCHAR", TimeLength),
            TypeKind.String => new("VARCHAR", version.MaxVarcharBytes),
            TypeKind.Binary when version.HasVarbinary => new("VARBINARY"),
            _ => throw new UnsupportedTypeException(
                $"Column \"{field.Name}\" ({type}) of {table} has no place in StarRocks {version.Text}: VARBINARY came with 3.0. Leave the column out, or upgrade the cluster."),
        };
    }

    /// <summary>As it is declared.</summary>
    public override string ToString() => Name switch
    {
        "DECIMAL" => string.Create(CultureInfo.InvariantCulture, $"DECIMAL({Length}, {Scale})"),
        "VARCHAR" or "CHAR" => string.Create(CultureInfo.InvariantCulture, $"{Name}({Length})"),
        _ => Name,
    };
}
