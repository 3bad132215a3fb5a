using CdcLake.Columnar;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Reading;

namespace CdcLake.Parquet.Nesting;

/// <summary>A column that is made of several columns of the file.</summary>
/// <param name="leaves">These; disposed with this.</param>
internal abstract class EntriesFiller(IReadOnlyList<LeafEntries> leaves) : ColumnFiller
{
    private const int SkippedRows = 1024; // at a time

    public override void Start(RowGroupLocation group)
    {
        foreach (var leaf in leaves)
        {
            leaf.Start(group);
        }
    }

    public override async ValueTask FillAsync(Column target, int rows, CancellationToken cancellationToken)
    {
        foreach (var leaf in leaves)
        {
            await leaf.ReadAsync(rows, cancellationToken).ConfigureAwait(false);
        }

        for (var row = 0; row < rows; row++)
        {
            foreach (var leaf in leaves)
            {
                leaf.Expect(0);
            }

            AppendRow((BytesColumn)target);
        }
    }

    public override async ValueTask SkipAsync(long rows, CancellationToken cancellationToken)
    {
        for (var left = rows; left > 0; left -= Math.Min(left, SkippedRows))
        {
            foreach (var leaf in leaves)
            {
                await leaf.ReadAsync((int)Math.Min(left, SkippedRows), cancellationToken).ConfigureAwait(false);
                for (var row = 0; row < Math.Min(left, SkippedRows); row++)
                {
                    leaf.Expect(0);
                    leaf.Pass(0);
                }
            }
        }
    }

    public override void Dispose()
    {
        foreach (var leaf in leaves)
        {
            leaf.Dispose();
        }

        base.Dispose();
    }

    /// <summary>Appends the current row, and moves behind it.</summary>
    protected abstract void AppendRow(BytesColumn target);
}
