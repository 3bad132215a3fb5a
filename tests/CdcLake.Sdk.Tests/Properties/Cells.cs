using System.Globalization;
using System.Text;
using CdcLake.Columnar;

namespace CdcLake.Tests.Properties;

/// <summary>Rows as plain objects, for naive models: int, long, Int128, double, float, bool, string (also for binary, as Latin-1), or null.</summary>
internal static class Cells
{
    public static ChangeBatch ToBatch(Schema schema, IEnumerable<(object?[] Row, int Weight)> changes)
    {
        var batch = new ChangeBatch(schema);
        foreach (var (row, weight) in changes)
        {
            for (var i = 0; i < row.Length; i++)
            {
                Append(batch[i], row[i]);
            }

            batch.AppendWeight((sbyte)weight);
        }

        return batch;
    }

    public static IEnumerable<(object?[] Row, int Weight)> FromBatch(ChangeBatch batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var row = new object?[batch.Schema.Count];
            for (var c = 0; c < row.Length; c++)
            {
                row[c] = Read(batch[c], i);
            }

            yield return (row, batch.Weights[i]);
        }
    }

    public static string Text(IEnumerable<object?> row) => string.Join("|", row.Select(v => v switch
    {
        null => "∅",
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        float f => f.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(v, CultureInfo.InvariantCulture),
    }));

    public static object? Read(Column column, int row) => column.IsNull(row) ? null : column switch
    {
        FixedColumn<byte> c => c.Values[row] != 0,
        FixedColumn<int> c => c.Values[row],
        FixedColumn<long> c => c.Values[row],
        FixedColumn<Int128> c => c.Values[row],
        FixedColumn<float> c => c.Values[row],
        FixedColumn<double> c => c.Values[row],
        _ => Encoding.Latin1.GetString(((BytesColumn)column)[row]),
    };

    public static void Append(Column column, object? value)
    {
        if (value is null)
        {
            column.AppendNull();
            return;
        }

        switch (column)
        {
            case FixedColumn<byte> c:
                c.Append((bool)value ? (byte)1 : (byte)0);
                break;
            case FixedColumn<int> c:
                c.Append((int)value);
                break;
            case FixedColumn<long> c:
                c.Append((long)value);
                break;
            case FixedColumn<Int128> c:
                c.Append((Int128)value);
                break;
            case FixedColumn<float> c:
                c.Append((float)value);
                break;
            case FixedColumn<double> c:
                c.Append((double)value);
                break;
            default:
                ((BytesColumn)column).Append(Encoding.Latin1.GetBytes((string)value));
                break;
        }
    }
}
