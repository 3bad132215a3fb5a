using System.Numerics;
using CdcLake.Columnar;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Rows on their way from several files into one, in the order of their key, so that a reader who looks for a key opens few pages. Rows that are added in order are not
/// moved. Not thread-safe.
/// </summary>
/// <param name="layout">Columns.</param>
internal sealed class SortBuffer(TableLayout layout)
{
    private readonly Column[] _columns = [.. layout.Parquet.Select(c => Column.Create(c.Type))];
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

    /// <summary>Row numbers in the order of the key; rows of equal keys stay as they were.</summary>
    public int[] Order()
    {
        var order = new int[Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        var keys = layout.Key.Select(k => _columns[k]).ToArray();
        if (keys is [FixedColumn<long> { HasNulls: false } longs])
        {
            Array.Sort(longs.Values.ToArray(), order);
        }
        else if (keys.Length > 0)
        {
            Array.Sort(order, (a, b) => Compare(keys, a, b));
        }

        return order;
    }

    public void Clear()
    {
        foreach (var column in _columns)
        {
            column.Clear();
        }

        _origins.Clear();
    }

    private static int Compare(Column[] keys, int a, int b)
    {
        foreach (var key in keys)
        {
            var result = key.IsNull(a) || key.IsNull(b) ? key.IsNull(b).CompareTo(key.IsNull(a)) : Compare(key, a, b);
            if (result != 0)
            {
                return result;
            }
        }

        return a.CompareTo(b);
    }

    private static int Compare(Column key, int a, int b) => key switch
    {
        BytesColumn bytes => bytes[a].SequenceCompareTo(bytes[b]),
        FixedColumn<int> ints => Compare(ints, a, b),
        FixedColumn<long> longs => Compare(longs, a, b),
        FixedColumn<Int128> wide => Compare(wide, a, b),
        FixedColumn<byte> flags => Compare(flags, a, b),
        FixedColumn<float> singles => Compare(singles, a, b),
        FixedColumn<double> doubles => Compare(doubles, a, b),
        _ => 0,
    };

    private static int Compare<T>(FixedColumn<T> key, int a, int b)
        where T : unmanaged, INumber<T> => key.Values[a].CompareTo(key.Values[b]);
}
