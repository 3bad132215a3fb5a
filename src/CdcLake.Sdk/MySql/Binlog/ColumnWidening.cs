using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

/// <summary>Tells whether ALTER TABLE leaves every value of a column what it was, although the column's definition is another one.</summary>
internal static class ColumnWidening
{
    /// <param name="former">The column before.</param>
    /// <param name="now">The column afterwards.</param>
    /// <param name="isUnicode">Its text is stored as utf8mb4 afterwards, which has every character.</param>
    /// <returns>False when values may change, or cannot go on in place.</returns>
    public static bool Holds(MySqlColumn former, MySqlColumn now, bool isUnicode)
    {
        var isText = now.DataType.Kind == Columnar.TypeKind.String && now.Type != MySqlTypeCode.Json;
        if ((former.IsNullable && !now.IsNullable) || (isText && !isUnicode))
        {
            return false;
        }

        return former.NativeType == now.NativeType || (former.Type, now.Type) switch
        {
            _ when IntegerBits(former.Type) > 0 && IntegerBits(now.Type) > 0 => HoldsInteger(former, now),
            (MySqlTypeCode.NewDecimal, MySqlTypeCode.NewDecimal) => former.Scale == now.Scale && former.Length <= now.Length && now.Length <= Columnar.DataType.MaxDecimalPrecision && KeepsSign(former, now),
            (MySqlTypeCode.Float, MySqlTypeCode.Float or MySqlTypeCode.Double) or (MySqlTypeCode.Double, MySqlTypeCode.Double) => KeepsSign(former, now),
            (MySqlTypeCode.Enum, MySqlTypeCode.Enum) or (MySqlTypeCode.Set, MySqlTypeCode.Set) => now.Labels.Take(former.Labels.Length).SequenceEqual(former.Labels, StringComparer.Ordinal),
            (MySqlTypeCode.Time2, MySqlTypeCode.Time2) or (MySqlTypeCode.DateTime2, MySqlTypeCode.DateTime2) or (MySqlTypeCode.Timestamp2, MySqlTypeCode.Timestamp2) => former.Scale <= now.Scale,
            _ when former.IsBinary == now.IsBinary => HoldsBytes(former, now),
            _ => false,
        };
    }

    // CHAR loses trailing spaces and BINARY is filled up, so only the other way is certain.
    private static bool HoldsBytes(MySqlColumn former, MySqlColumn now) => (former.Type, now.Type) switch
    {
        (MySqlTypeCode.String, MySqlTypeCode.String or MySqlTypeCode.VarChar) => !now.IsBinary && former.Length <= now.Length,
        (MySqlTypeCode.VarChar, MySqlTypeCode.VarChar) => former.Length <= now.Length,
        (MySqlTypeCode.VarChar, MySqlTypeCode.Blob) => former.Length < (1L << (8 * now.Length)),
        (MySqlTypeCode.Blob, MySqlTypeCode.Blob) => former.Length <= now.Length,
        _ => false,
    };

    // BIGINT UNSIGNED is a decimal in lakes, which no integer can become in place.
    private static bool HoldsInteger(MySqlColumn former, MySqlColumn now)
    {
        var (bits, wanted) = (IntegerBits(former.Type), IntegerBits(now.Type));
        return !(now.IsUnsigned && wanted == 64) && (former.IsUnsigned == now.IsUnsigned ? bits <= wanted : former.IsUnsigned && bits < wanted);
    }

    private static bool KeepsSign(MySqlColumn former, MySqlColumn now) => former.IsUnsigned || !now.IsUnsigned;

    private static int IntegerBits(MySqlTypeCode type) => type switch
    {
        MySqlTypeCode.Tiny => 8,
        MySqlTypeCode.Short => 16,
        MySqlTypeCode.Int24 => 24,
        MySqlTypeCode.Long => 32,
        MySqlTypeCode.LongLong => 64,
        _ => 0,
    };
}
