using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

/// <summary>Fills columns with one value.</summary>
internal static class ConstantFill
{
    /// <summary>Appends the value, in the representation of the column's storage or null, until the column has <paramref name="count"/> rows.</summary>
    public static void Extend(Column column, object? value, int count)
    {
        var rows = count - column.Count;
        if (value is null)
        {
            for (; rows > 0; rows--)
            {
                column.AppendNull();
            }

            return;
        }

        switch (column)
        {
            case FixedColumn<byte> c:
                c.AppendUninitialized(rows).Fill((byte)value);
                break;
            case FixedColumn<int> c:
                c.AppendUninitialized(rows).Fill((int)value);
                break;
            case FixedColumn<long> c:
                c.AppendUninitialized(rows).Fill((long)value);
                break;
            case FixedColumn<Int128> c:
                c.AppendUninitialized(rows).Fill((Int128)value);
                break;
            case FixedColumn<float> c:
                c.AppendUninitialized(rows).Fill((float)value);
                break;
            case FixedColumn<double> c:
                c.AppendUninitialized(rows).Fill((double)value);
                break;
            case BytesColumn c:
                for (; rows > 0; rows--)
                {
                    c.Append((byte[])value);
                }

                break;
        }
    }
}
