using System.Text;

namespace CdcLake.Columnar;

/// <summary>Puts .NET objects into columns, one at a time: for what users' own code gives. The inverse of <see cref="CellValue"/>.</summary>
internal static class CellWriter
{
    /// <summary>Appends a value.</summary>
    /// <param name="column">Of the column type that goes with the value's .NET type.</param>
    /// <param name="value">Null, a number, bool, text, bytes, date, time, or a member of an enum, which is its name.</param>
    /// <returns>False where the column cannot hold it; then nothing was appended.</returns>
    public static bool TryAppend(Column column, object? value)
    {
        if (value is null)
        {
            column.AppendNull();
            return true;
        }

        switch (column)
        {
            case BytesColumn bytes:
                bytes.Append(value switch
                {
                    byte[] binary => binary,
                    string text => Encoding.UTF8.GetBytes(text),
                    _ => Encoding.UTF8.GetBytes(value.ToString() ?? ""),
                });
                return value is not string all || !HasHalfCharacter(all);
            case FixedColumn<byte> truth:
                truth.Append((bool)value ? (byte)1 : (byte)0);
                return true;
            case FixedColumn<int> days when column.Type.Kind == TypeKind.Date:
                days.Append(((DateOnly)value).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
                return true;
            case FixedColumn<int> integers:
                integers.Append(Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture));
                return true;
            case FixedColumn<float> singles when (float)value is var number && float.IsFinite(number):
                singles.Append(number);
                return true;
            case FixedColumn<double> doubles when (double)value is var number && double.IsFinite(number):
                doubles.Append(number);
                return true;
            case FixedColumn<long> or FixedColumn<Int128> when column.Type.Kind == TypeKind.Decimal:
                return TryAppendDecimal(column, (decimal)value);
            case FixedColumn<Int128> wides:
                wides.Append((ulong)value);
                return true;
            case FixedColumn<long> longs:
                longs.Append(LongOf(value));
                return true;
            default:
                return false;
        }
    }

    /// <summary>A text with half of a surrogate pair has no UTF-8.</summary>
    private static bool HasHalfCharacter(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar && !text.Contains('\uFFFD', StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static long LongOf(object value) => value switch
    {
        uint number => number,
        long number => number,
        TimeSpan span => span.Ticks / TimeSpan.TicksPerMicrosecond,
        DateTimeOffset instant => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        _ => (((DateTime)value).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
    };

    /// <summary>A decimal under the column's scale; false where it has more digits than that, or than the column.</summary>
    private static bool TryAppendDecimal(Column column, decimal value)
    {
        var type = column.Type;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var magnitude = ((UInt128)(uint)bits[2] << 64) | ((UInt128)(uint)bits[1] << 32) | (uint)bits[0];
        var unscaled = value < 0 ? -(Int128)magnitude : (Int128)magnitude;
        var missing = type.Scale - value.Scale;
        var factor = PowersOfTen.Of(Math.Abs(missing));
        if (missing < 0 ? unscaled % factor != 0 : Int128.Abs(unscaled) > Int128.MaxValue / factor)
        {
            return false;
        }

        unscaled = missing < 0 ? unscaled / factor : unscaled * factor;
        if (Int128.Abs(unscaled) >= PowersOfTen.Of(type.Precision))
        {
            return false;
        }

        if (column is FixedColumn<long> narrow)
        {
            narrow.Append((long)unscaled);
        }
        else
        {
            ((FixedColumn<Int128>)column).Append(unscaled);
        }

        return true;
    }
}
