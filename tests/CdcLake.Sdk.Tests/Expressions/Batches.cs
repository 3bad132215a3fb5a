using System.Numerics;
using System.Text;
using CdcLake.Columnar;

namespace CdcLake.Tests.Expressions;

/// <summary>Batches from and to plain values: bool, BigInteger (unscaled), double, string, null.</summary>
internal static class Batches
{
    public static ChangeBatch Of(Schema schema, IReadOnlyList<object?[]> rows)
    {
        var batch = new ChangeBatch(schema);
        foreach (var row in rows)
        {
            for (var i = 0; i < schema.Count; i++)
            {
                Append(batch[i], row[i]);
            }

            batch.AppendWeight(1);
        }

        return batch;
    }

    public static void Append(Column column, object? value)
    {
        if (value is null)
        {
            column.AppendNull();
            return;
        }

        var number = value switch
        {
            BigInteger b => b,
            int i => i,
            long l => l,
            _ => BigInteger.Zero,
        };
        switch (column)
        {
            case FixedColumn<byte> c:
                c.Append((bool)value ? (byte)1 : (byte)0);
                break;
            case FixedColumn<int> c:
                c.Append((int)number);
                break;
            case FixedColumn<long> c:
                c.Append((long)number);
                break;
            case FixedColumn<Int128> c:
                c.Append((Int128)number);
                break;
            case FixedColumn<double> c:
                c.Append((double)value);
                break;
            case BytesColumn c:
                c.Append(value as byte[] ?? Encoding.UTF8.GetBytes((string)value));
                break;
        }
    }

    public static object? Value(Column column, int row) => column.IsNull(row) ? null : column switch
    {
        FixedColumn<byte> c => c.Values[row] != 0,
        FixedColumn<int> c => (BigInteger)c.Values[row],
        FixedColumn<long> c => (BigInteger)c.Values[row],
        FixedColumn<Int128> c => (BigInteger)c.Values[row],
        FixedColumn<float> c => c.Values[row],
        FixedColumn<double> c => c.Values[row],
        BytesColumn c when column.Type.Kind == TypeKind.String => Encoding.UTF8.GetString(c[row]),
        BytesColumn c => Convert.ToHexString(c[row]),
        _ => throw new NotSupportedException(),
    };

    /// <summary>True when null slots hold zero or nothing, as columns promise.</summary>
    public static bool NullsAreZero(Column column)
    {
        for (var i = 0; i < column.Count; i++)
        {
            var isZero = column switch
            {
                FixedColumn<byte> c => c.Values[i] == 0,
                FixedColumn<int> c => c.Values[i] == 0,
                FixedColumn<long> c => c.Values[i] == 0,
                FixedColumn<Int128> c => c.Values[i] == 0,
                FixedColumn<double> c => c.Values[i] == 0,
                BytesColumn c => c[i].IsEmpty,
                _ => true,
            };
            if (column.IsNull(i) && !isZero)
            {
                return false;
            }
        }

        return true;
    }
}
