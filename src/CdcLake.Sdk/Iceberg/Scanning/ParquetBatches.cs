using CdcLake.Columnar;
using CdcLake.Parquet;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Batches of files as batches of changes.</summary>
internal static class ParquetBatches
{
    /// <summary>The rows, each with weight +1. The result takes over the columns: dispose it instead of the batch.</summary>
    /// <param name="batch">Rows of a file.</param>
    /// <param name="schema">Its columns.</param>
    public static ChangeBatch ToChanges(this ParquetBatch batch, Schema schema)
    {
        var weights = new sbyte[batch.Count];
        weights.AsSpan().Fill(1);
        return new ChangeBatch(schema, batch.Columns, weights);
    }
}
