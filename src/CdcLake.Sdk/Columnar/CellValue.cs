using System.Globalization;
using System.Text;

namespace CdcLake.Columnar;

/// <summary>A single value as a .NET object, for results that people look at; the engine itself never boxes.</summary>
internal static class CellValue
{
    private const int MaxDotNetPrecision = 28;

    /// <summary>
    /// Null, bool, int, long, <see cref="Int128"/> (unsigned 64-bit), float, double, decimal (text beyond its range), <see cref="DateOnly"/>, <see cref="TimeSpan"/>,
    /// <see cref="DateTime"/> without a zone, <see cref="DateTimeOffset"/> in UTC, string, or a byte array.
    /// </summary>
    public static object? Of(Column column, int row)
    {
        if (column.IsNull(row))
        {
            return null;
        }

        var type = column.Type;
        return column switch
        {
            FixedColumn<byte> c => c.Values[row] != 0,
            FixedColumn<int> c when type.Kind == TypeKind.Date => DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(c.Values[row])),
            FixedColumn<int> c => c.Values[row],
            FixedColumn<long> c => OfLong(c.Values[row], type),
            FixedColumn<Int128> c when type.Kind == TypeKind.Decimal => OfDecimal(c.Values[row], type.Scale),
            FixedColumn<Int128> c => c.Values[row],
            FixedColumn<float> c => c.Values[row],
            FixedColumn<double> c => c.Values[row],
            BytesColumn c when type.Kind == TypeKind.String => Encoding.UTF8.GetString(c[row]),
            BytesColumn c => c[row].ToArray(),
            _ => throw new UnsupportedTypeException($"A value of type {type} cannot be shown."),
        };
    }

    /// <summary>A value of <see cref="Of"/> as another .NET type that holds it without loss: other integers, floating point and decimals, DateTime for instants and dates, Guid for text.</summary>
    /// <returns>False when the type does not hold it.</returns>
    public static bool TryConvert(object? value, Type type, out object? converted)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        converted = value;
        if (value is null)
        {
            return target != type || !type.IsValueType;
        }

        if (target.IsInstanceOfType(value))
        {
            return true;
        }

        try
        {
            converted = value switch
            {
                DateTimeOffset instant when target == typeof(DateTime) => instant.UtcDateTime,
                DateOnly day when target == typeof(DateTime) => day.ToDateTime(TimeOnly.MinValue),
                string text when target == typeof(Guid) => Guid.Parse(text),
                byte[] { Length: 16 } bytes when target == typeof(Guid) => new Guid(bytes, bigEndian: true),
                IConvertible number and not string when target.IsPrimitive || target == typeof(decimal) => Convert.ChangeType(number, target, CultureInfo.InvariantCulture),
                Int128 wide when target == typeof(ulong) => checked((ulong)wide),
                Int128 wide when target == typeof(long) => checked((long)wide),
                Int128 wide when target == typeof(decimal) => (decimal)wide,
                _ => null,
            };
            return converted is not null;
        }
        catch (Exception e) when (e is InvalidCastException or OverflowException or FormatException)
        {
            return false;
        }
    }

    private static object OfLong(long value, DataType type) => type.Kind switch
    {
        TypeKind.Decimal => OfDecimal(value, type.Scale),
        TypeKind.Time => TimeSpan.FromMicroseconds(value),
        TypeKind.DateTime => new DateTime(DateTime.UnixEpoch.AddMicroseconds(value).Ticks, DateTimeKind.Unspecified),
        TypeKind.Timestamp => new DateTimeOffset(DateTime.UnixEpoch.AddMicroseconds(value)),
        _ => value,
    };

    private static object OfDecimal(Int128 unscaled, int scale)
    {
        var magnitude = (UInt128)(unscaled < 0 ? -unscaled : unscaled);
        return magnitude >> 96 == 0 && scale <= MaxDotNetPrecision
            ? new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), unscaled < 0, (byte)scale)
            : (object)DecimalText.Of(unscaled, scale);
    }
}
