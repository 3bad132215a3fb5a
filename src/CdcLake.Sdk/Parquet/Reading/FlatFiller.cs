using CdcLake.Columnar;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

/// <summary>A column with one value, or null, for each row.</summary>
/// <param name="reader">Reads it; disposed with this.</param>
/// <param name="file">The file.</param>
/// <param name="leaf">Its number in the file.</param>
/// <param name="type">Type of its values.</param>
internal sealed class FlatFiller(ColumnChunkReader reader, FileBytes file, int leaf, DataType type) : ColumnFiller
{
    private readonly Column _skipped = Column.Create(type);
    private RowGroupLocation? _group;
    private IReadOnlyList<PageLocation>? _pages;
    private long _row;

    public override void Start(RowGroupLocation group)
    {
        _group = group;
        _pages = null;
        _row = 0;
        reader.Start(group.Chunks[leaf], group.Rows);
    }

    public override async ValueTask FillAsync(Column target, int rows, CancellationToken cancellationToken)
    {
        while (target.Count < rows)
        {
            if (reader.EntriesLeft == 0)
            {
                await reader.LoadPageAsync(cancellationToken).ConfigureAwait(false);
            }

            var step = Math.Min(reader.EntriesLeft, rows - target.Count);
            reader.Read(target, step);
            _row += step;
        }
    }

    public override async ValueTask SkipAsync(long rows, CancellationToken cancellationToken)
    {
        var target = _row + rows;
        if (rows > reader.EntriesLeft)
        {
            await SeekAsync(target, cancellationToken).ConfigureAwait(false);
        }

        while (_row < target)
        {
            if (reader.EntriesLeft == 0)
            {
                await reader.LoadPageAsync(cancellationToken).ConfigureAwait(false);
            }

            var step = (int)Math.Min(reader.EntriesLeft, target - _row);
            _skipped.Clear();
            reader.Read(_skipped, step);
            _row += step;
        }
    }

    public override void Dispose()
    {
        reader.Dispose();
        _skipped.Return();
        base.Dispose();
    }

    /// <summary>Goes to the page of a row, when the file says where that is.</summary>
    private async ValueTask SeekAsync(long row, CancellationToken cancellationToken)
    {
        var group = _group!;
        _pages ??= await PageIndex.ReadOffsetsAsync(file, group.Chunks[leaf], group.Rows, cancellationToken).ConfigureAwait(false) ?? [];
        var page = _pages.LastOrDefault(p => p.FirstRow <= row);
        if (page.FirstRow > _row + reader.EntriesLeft)
        {
            await reader.SeekAsync(page.Offset, group.Rows - page.FirstRow, cancellationToken).ConfigureAwait(false);
            _row = page.FirstRow;
        }
    }
}
