using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

/// <summary>Brings one column of a file into columns in memory, row group by row group. Not thread-safe.</summary>
internal abstract class ColumnFiller : IDisposable
{
    /// <summary>Goes to the first row of a row group.</summary>
    /// <exception cref="CorruptDataException">Its chunk cannot be that of the column.</exception>
    /// <exception cref="UnsupportedPartException">Its codec is not known, or it is encrypted.</exception>
    public abstract void Start(RowGroupLocation group);

    /// <summary>Appends the next rows, which the row group has.</summary>
    /// <exception cref="CorruptDataException">Malformed, or the chunk ends before.</exception>
    public abstract ValueTask FillAsync(Column target, int rows, CancellationToken cancellationToken);

    /// <summary>Passes over the next rows, which the row group has.</summary>
    /// <exception cref="CorruptDataException">Malformed, or the chunk ends before.</exception>
    public abstract ValueTask SkipAsync(long rows, CancellationToken cancellationToken);

    public virtual void Dispose()
    {
    }
}

/// <summary>A column that the file lacks: the same value, or null, in every row.</summary>
internal sealed class ConstantFiller(object? value) : ColumnFiller
{
    public override void Start(RowGroupLocation group)
    {
    }

    public override ValueTask FillAsync(Column target, int rows, CancellationToken cancellationToken)
    {
        target.AppendRepeated(value, rows);
        return ValueTask.CompletedTask;
    }

    public override ValueTask SkipAsync(long rows, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
