using CdcLake.Columnar;

namespace CdcLake.Dataflow;

/// <summary>Copies of batches; the copy is the caller's, the original stays its owner's.</summary>
internal static class BatchCopy
{
    /// <summary>The rows numbered in <paramref name="rows"/>, in that order.</summary>
    public static ChangeBatch Rows(ChangeBatch batch, ReadOnlySpan<int> rows)
    {
        var columns = new Column[batch.Columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Column.Create(batch[i].Type);
            columns[i].AppendFrom(batch[i], rows);
        }

        var copy = new ChangeBatch(batch.Schema, columns, default);
        var weights = batch.Weights;
        foreach (var row in rows)
        {
            copy.AppendWeight(weights[row]);
        }

        return copy;
    }

    /// <summary>All rows.</summary>
    public static ChangeBatch Of(ChangeBatch batch)
    {
        var columns = new Column[batch.Columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Of(batch[i]);
        }

        return new ChangeBatch(batch.Schema, columns, batch.Weights);
    }

    private static Column Of(Column column)
    {
        var copy = Column.Create(column.Type);
        switch (column)
        {
            case FixedColumn<byte> values:
                Copy(values, copy);
                break;
            case FixedColumn<int> values:
                Copy(values, copy);
                break;
            case FixedColumn<long> values:
                Copy(values, copy);
                break;
            case FixedColumn<Int128> values:
                Copy(values, copy);
                break;
            case FixedColumn<float> values:
                Copy(values, copy);
                break;
            case FixedColumn<double> values:
                Copy(values, copy);
                break;
            default:
                for (var i = 0; i < column.Count; i++)
                {
                    copy.AppendFrom(column, i);
                }

                return copy;
        }

        if (column.HasNulls)
        {
            copy.SetNulls(column.Nulls);
        }

        return copy;
    }

    private static void Copy<T>(FixedColumn<T> from, Column to)
        where T : unmanaged => from.Values.CopyTo(((FixedColumn<T>)to).AppendUninitialized(from.Count));
}
