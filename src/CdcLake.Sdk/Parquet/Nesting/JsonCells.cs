using System.Globalization;
using System.Text.Json;
using CdcLake.Columnar;

namespace CdcLake.Parquet.Nesting;

// Iceberg specification, appendix D, "JSON single-value serialization", but for the names of fields:
//
//   numbers as numbers, decimals as text with all digits of their scale, NaN and infinities as text
//   date "2017-11-16", time "22:31:08.123456", timestamp "2017-11-16T22:31:08.123456", an instant with "+00:00" behind
//   binary in lower-case hex

/// <summary>Values of columns as JSON.</summary>
internal static class JsonCells
{
    public static void Write(Utf8JsonWriter json, Column column, int row)
    {
        var type = column.Type;
        switch (column)
        {
            case var c when c.IsNull(row):
                json.WriteNullValue();
                break;
            case FixedColumn<byte> c:
                json.WriteBooleanValue(c.Values[row] != 0);
                break;
            case FixedColumn<float> c when float.IsFinite(c.Values[row]):
                json.WriteNumberValue(c.Values[row]);
                break;
            case FixedColumn<double> c when double.IsFinite(c.Values[row]):
                json.WriteNumberValue(c.Values[row]);
                break;
            case FixedColumn<float> c:
                json.WriteStringValue(c.Values[row].ToString(CultureInfo.InvariantCulture));
                break;
            case FixedColumn<double> c:
                json.WriteStringValue(c.Values[row].ToString(CultureInfo.InvariantCulture));
                break;
            case BytesColumn c when type.Kind == TypeKind.String:
                json.WriteStringValue(c[row]);
                break;
            case BytesColumn c:
                json.WriteStringValue(Convert.ToHexStringLower(c[row]));
                break;
            default:
                WriteExact(json, type, Exact(column, row));
                break;
        }
    }

    private static Int128 Exact(Column column, int row) => column switch
    {
        FixedColumn<int> c => c.Values[row],
        FixedColumn<long> c => c.Values[row],
        _ => ((FixedColumn<Int128>)column).Values[row],
    };

    private static void WriteExact(Utf8JsonWriter json, DataType type, Int128 value)
    {
        switch (type.Kind)
        {
            case TypeKind.Decimal or TypeKind.Date or TypeKind.DateTime or TypeKind.Time:
                json.WriteStringValue(CellText.Of(type, value));
                break;
            case TypeKind.Timestamp:
                json.WriteStringValue(CellText.Of(type, value).Replace("Z", "+00:00", StringComparison.Ordinal));
                break;
            case TypeKind.UInt64:
                json.WriteRawValue(value.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
                break;
            default:
                json.WriteNumberValue((long)value);
                break;
        }
    }
}
