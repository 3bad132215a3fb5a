using CdcLake.Columnar;

namespace CdcLake.Dataflow.Operators;

/// <summary>Compares cells of one column; nulls are equal to each other.</summary>
internal static class CellEquality
{
    public static bool AreEqual(Column column, int a, int b)
    {
        if (column.IsNull(a) || column.IsNull(b))
        {
            return column.IsNull(a) && column.IsNull(b);
        }

        return column switch
        {
            FixedColumn<long> values => values.Values[a] == values.Values[b],
            FixedColumn<Int128> values => values.Values[a] == values.Values[b],
            FixedColumn<int> values => values.Values[a] == values.Values[b],
            FixedColumn<double> values => values.Values[a].Equals(values.Values[b]),
            FixedColumn<float> values => values.Values[a].Equals(values.Values[b]),
            FixedColumn<byte> values => values.Values[a] == values.Values[b],
            _ => ((BytesColumn)column)[a].SequenceEqual(((BytesColumn)column)[b]),
        };
    }
}
