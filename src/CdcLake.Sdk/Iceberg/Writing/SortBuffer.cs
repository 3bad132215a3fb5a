using CdcLake.Columnar;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Rows on their way from several files into one, in the order of the table (<see cref="RowOrder"/>). Not thread-safe.
/// </summary>
/// <param name="layout">Columns.</param>
internal sealed class SortBuffer(TableLayout layout)
{
    private readonly Column[] _columns = [.. layout.Moved.Select(c => Column.Create(c.Type))];
    private readonly List<RowLocation> _origins = [];

    public int Count => _origins.Count;

    /// <summary>Bytes of the rows.</summary>
    public long Bytes => _columns.Sum(c => c.ByteSize);

    /// <summary>The rows, in the order in which they were added.</summary>
    public Column[] Columns => _columns;

    /// <summary>Where the rows came from, likewise.</summary>
    public IReadOnlyList<RowLocation> Origins => _origins;

    /// <summary>Adds rows of a file.</summary>
    /// <param name="columns">Columns of a batch.</param>
    /// <param name="rows">Rows of it.</param>
    /// <param name="file">Ordinal of the file.</param>
    /// <param name="firstRow">Number of the batch's first row in the file.</param>
    public void Add(Column[] columns, ReadOnlySpan<int> rows, int file, long firstRow)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            _columns[i].AppendFrom(columns[i], rows);
        }

        foreach (var row in rows)
        {
            _origins.Add(new RowLocation(file, (uint)(firstRow + row)));
        }
    }

    /// <summary>Row numbers in the table's order; equal rows stay as they were.</summary>
    public int[] Order() => layout.Order.Of(_columns, Count);

    public void Clear()
    {
        foreach (var column in _columns)
        {
            column.Clear();
        }

        _origins.Clear();
    }
}
