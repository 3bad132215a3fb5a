using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.MySql.Tables;

namespace CdcLake.Testing.Tables;

// What MySQL's strict mode does with values, and what its log then says of them:
//
//   integers           out of range is an error; fractions are rounded
//   DECIMAL(p, s)      rounded to s digits, half away from zero; more than p − s digits before the point are an error
//   DATETIME, TIME,    rounded to the column's fraction of a second; DATETIME has no zone, TIMESTAMP is UTC and ends in 2038
//   TIMESTAMP
//   CHAR(n)            without trailing spaces; more than n characters are an error, as for VARCHAR
//   BINARY(n)          zero bytes up to n
//   ENUM, SET          the label as declared, found without regard to letter case

/// <summary>Turns values of an application into what a column stores: the representation that batches have, boxed.</summary>
internal static class StoredValue
{
    private static readonly DateTime LastTimestamp = new(2038, 1, 19, 3, 14, 8, DateTimeKind.Unspecified);
    private static readonly TimeSpan LongestTime = new(838, 59, 60);

    /// <exception cref="TableRowException">The column does not hold the value.</exception>
    public static object? Of(string table, MySqlColumn column, object? value)
    {
        if (value is null)
        {
            return column.IsNullable ? null : throw Bad(table, column, "NULL", "it is declared NOT NULL");
        }

        try
        {
            return Convert(table, column, value);
        }
        catch (Exception error) when (error is InvalidCastException or FormatException or OverflowException)
        {
            throw Bad(table, column, value, $"a {ClrTypes.Name(value.GetType())} does not become a {column.NativeType}", error);
        }
    }

    private static object Convert(string table, MySqlColumn column, object value) => column.DataType.Kind switch
    {
        TypeKind.Boolean => (byte)(Whole(value) == 0 ? 0 : 1),
        TypeKind.Float32 => System.Convert.ToSingle(value, CultureInfo.InvariantCulture),
        TypeKind.Float64 => System.Convert.ToDouble(value, CultureInfo.InvariantCulture),
        TypeKind.Decimal => Decimal(table, column, value),
        TypeKind.Date => DateOnly.FromDateTime(Moment(value)).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
        TypeKind.Time => Rounded(Duration(table, column, value).Ticks, column.Scale),
        TypeKind.DateTime => Rounded(Moment(value).Ticks - DateTime.UnixEpoch.Ticks, column.Scale),
        TypeKind.Timestamp => Rounded(Instant(table, column, value).Ticks - DateTime.UnixEpoch.Ticks, column.Scale),
        TypeKind.String => StoredText.Of(table, column, value),
        TypeKind.Binary => Bytes(table, column, (byte[])value),
        _ => Integer(table, column, Whole(value)),
    };

    public static TableRowException Bad(string table, MySqlColumn column, object value, string why, Exception? cause = null) => new(
        TableRowError.BadValue,
        $"Column {table}.{column.Name} ({column.NativeType}{(column.IsNullable ? "" : " not null")}) cannot hold {Text(value)}: {why}. Write another value, or declare the table as it is in MySQL: o.CreateTable(\"CREATE TABLE {table} (…)\").",
        cause);

    private static string Text(object value) => value is byte[] bytes ? $"{bytes.Length} bytes" : System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static Int128 Whole(object value) => value switch
    {
        Int128 wide => wide,
        ulong wide => wide,
        bool truth => truth ? 1 : 0,
        decimal exact => (Int128)Math.Round(exact, MidpointRounding.AwayFromZero),
        float or double => (Int128)Math.Round(System.Convert.ToDouble(value, CultureInfo.InvariantCulture), MidpointRounding.AwayFromZero),
        string text => (Int128)Math.Round(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture), MidpointRounding.AwayFromZero),
        _ => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };

    private static object Integer(string table, MySqlColumn column, Int128 number)
    {
        var bits = column.Type switch
        {
            MySqlTypeCode.Tiny => 8,
            MySqlTypeCode.Short => 16,
            MySqlTypeCode.Int24 => 24,
            MySqlTypeCode.Long => 32,
            MySqlTypeCode.Year => 16,
            MySqlTypeCode.Bit => column.Length,
            _ => 64,
        };
        var isUnsigned = column.IsUnsigned || column.Type == MySqlTypeCode.Bit;
        var (low, high) = isUnsigned ? (Int128.Zero, (Int128.One << bits) - 1) : (-(Int128.One << (bits - 1)), (Int128.One << (bits - 1)) - 1);
        if (number < low || number > high)
        {
            throw Bad(table, column, number, $"it ranges from {low} to {high}");
        }

        return Sized(column.DataType, number);
    }

    private static object Sized(DataType type, Int128 number) => type.Storage switch
    {
        StorageKind.Int32 => (object)(int)number, // else all arms would be the widest of them
        StorageKind.Int64 => (long)number,
        _ => number,
    };

    private static object Decimal(string table, MySqlColumn column, object value)
    {
        var type = column.DataType;
        var exact = System.Convert.ToDecimal(value, CultureInfo.InvariantCulture);
        var rounded = Math.Round(exact, type.Scale, MidpointRounding.AwayFromZero);
        var unscaled = (Int128)decimal.Truncate(rounded);
        for (var i = 0; i < type.Scale; i++)
        {
            unscaled *= 10;
        }

        unscaled += (Int128)((rounded - decimal.Truncate(rounded)) * PowerOfTen(type.Scale));
        var limit = Int128.One;
        for (var i = 0; i < type.Precision; i++)
        {
            limit *= 10;
        }

        return Int128.Abs(unscaled) < limit
            ? Sized(type, unscaled)
            : throw Bad(table, column, value, $"it has {type.Precision - type.Scale} digits before the point");
    }

    private static decimal PowerOfTen(int scale) => Enumerable.Range(0, scale).Aggregate(1m, (power, _) => power * 10);

    private static DateTime Moment(object value) => value switch
    {
        DateTime moment => moment,
        DateTimeOffset instant => instant.UtcDateTime,
        DateOnly day => day.ToDateTime(TimeOnly.MinValue),
        string text => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.NoCurrentDateDefault),
        _ => throw new InvalidCastException(),
    };

    private static DateTime Instant(string table, MySqlColumn column, object value)
    {
        var moment = Moment(value);
        moment = moment.Kind == DateTimeKind.Local ? moment.ToUniversalTime() : moment;
        return moment <= DateTime.UnixEpoch || moment >= LastTimestamp ? throw Bad(table, column, value, "a TIMESTAMP lies between 1970 and 2038-01-19 03:14:07 UTC") : moment;
    }

    private static TimeSpan Duration(string table, MySqlColumn column, object value)
    {
        var time = value switch
        {
            TimeSpan span => span,
            string text => TimeSpan.Parse(text, CultureInfo.InvariantCulture),
            _ => throw new InvalidCastException(),
        };
        return time.Duration() >= LongestTime ? throw Bad(table, column, value, "a TIME ends at 838:59:59") : time;
    }

    // Microseconds, of which the column keeps its fraction.
    private static long Rounded(long ticks, int fraction)
    {
        var unit = (long)Math.Pow(10, 7 - fraction);
        var half = ticks < 0 ? -unit / 2 : unit / 2;
        return (ticks + half) / unit * unit / TimeSpan.TicksPerMicrosecond;
    }

    private static byte[] Bytes(string table, MySqlColumn column, byte[] value)
    {
        var isSized = column.Type is MySqlTypeCode.String or MySqlTypeCode.VarChar or MySqlTypeCode.VarString;
        if (isSized && value.Length > column.Length)
        {
            throw Bad(table, column, value, $"it holds {column.Length} bytes");
        }

        if (column.Type != MySqlTypeCode.String || value.Length == column.Length)
        {
            return (byte[])value.Clone();
        }

        var padded = new byte[column.Length];
        value.CopyTo(padded, 0);
        return padded;
    }
}
