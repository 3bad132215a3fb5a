using CdcLake.Columnar;

namespace CdcLake.Parquet;

/// <summary>Some consecutive rows of a file. Who receives it disposes it, or takes over its columns.</summary>
internal sealed class ParquetBatch : IDisposable
{
    public ParquetBatch(long firstRow, int count, Column[] columns)
    {
        FirstRow = firstRow;
        Count = count;
        Columns = columns;
    }

    /// <summary>Position in the file of the first row, counted from 0: the position that position deletes name.</summary>
    public long FirstRow { get; }

    /// <summary>Rows; at least 1, also when no column was asked for.</summary>
    public int Count { get; }

    /// <summary>The columns asked for, in that order.</summary>
    public Column[] Columns { get; }

    /// <summary>Gives the memory of all columns back.</summary>
    public void Dispose()
    {
        foreach (var column in Columns)
        {
            column.Return();
        }
    }
}
