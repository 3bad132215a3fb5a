using System.Text;
using CdcLake.Columnar;

namespace CdcLake.Benchmarks.Logs;

/// <summary>Both tables of the job in columns, as the source hands them on when every column is read.</summary>
internal static class SalesTables
{
    public static Schema Sales { get; } = new(
    [
        new Field("id", DataType.Int64, false), new Field("product_id", DataType.Int32, false), new Field("qty", DataType.Int32, false),
        new Field("price", DataType.Decimal(10, 2), false), new Field("sale_ts", DataType.Timestamp(3), false),
    ]);

    public static Schema Products { get; } = new(
        [new Field("id", DataType.Int32, false), new Field("sku", DataType.String, false), new Field("name", DataType.String, false)]);

    public static void Append(ChangeBatch batch, SaleRow sale, sbyte weight)
    {
        batch.Fixed<long>(0).Append(sale.Id);
        batch.Fixed<int>(1).Append(sale.ProductId);
        batch.Fixed<int>(2).Append(sale.Quantity);
        batch.Fixed<long>(3).Append(sale.Cents);
        batch.Fixed<long>(4).Append(sale.Milliseconds * 1000);
        batch.AppendWeight(weight);
    }

    public static ChangeBatch AllProducts(int count)
    {
        var batch = new ChangeBatch(Products);
        for (var id = 1; id <= count; id++)
        {
            batch.Fixed<int>(0).Append(id);
            batch.Bytes(1).Append(Encoding.UTF8.GetBytes($"SKU-{id:D6}"));
            batch.Bytes(2).Append(Encoding.UTF8.GetBytes($"Product {id} of the catalogue"));
            batch.AppendWeight(1);
        }

        return batch;
    }

    /// <summary>Batches of the usual size with the first versions of <paramref name="count"/> sales.</summary>
    public static List<ChangeBatch> Inserts(SalesLog workload, int count, long firstId = 1)
    {
        var batches = new List<ChangeBatch>();
        for (var id = firstId; id < firstId + count; id++)
        {
            if (batches.Count == 0 || batches[^1].Count == ChangeBatch.TargetRows)
            {
                batches.Add(new ChangeBatch(Sales));
            }

            Append(batches[^1], workload.Sale(id, 0), 1);
        }

        return batches;
    }
}
