using CdcLake.Iceberg.Tables;
using CdcLake.State.Rows;

namespace CdcLake.Iceberg.Index;

/// <summary>Rows of a batch on their way into the index: which they are, where they lie now, and where rows of the same keys lay before. Filled again and again.</summary>
internal sealed class PlacedRows
{
    private int[] _rows = [];
    private uint[] _positions = [];
    private RowLocation[] _previous = [];

    /// <summary>Rows selected.</summary>
    public int Count { get; private set; }

    /// <summary>Row numbers within the batch.</summary>
    public ReadOnlyMemory<int> Selected => _rows.AsMemory(0, Count);

    /// <inheritdoc cref="Selected"/>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    /// <summary>Row numbers within the file.</summary>
    public ReadOnlySpan<uint> Positions => _positions.AsSpan(0, Count);

    /// <summary>Where rows of the same keys lay, after <see cref="Set"/> or <see cref="Remove"/>.</summary>
    public ReadOnlySpan<RowLocation> Previous => _previous.AsSpan(0, Count);

    /// <summary>Selects those of some rows of a file that live, where they lie.</summary>
    public void SelectLive(LiveFile file, long firstRow, int count)
    {
        Reserve(count);
        Count = file.Deleted.SelectLive(firstRow, count, _rows);
        for (var i = 0; i < Count; i++)
        {
            _positions[i] = checked((uint)(firstRow + _rows[i]));
        }
    }

    /// <summary>Selects all rows of a batch; they lie one behind the other.</summary>
    public void SelectAll(int count, uint firstPosition)
    {
        Reserve(count);
        Count = count;
        for (var i = 0; i < count; i++)
        {
            _rows[i] = i;
        }

        LieFrom(firstPosition);
    }

    /// <summary>Selects some rows of a batch; they lie one behind the other.</summary>
    public void Select(ReadOnlySpan<int> rows, uint firstPosition)
    {
        Reserve(rows.Length);
        Count = rows.Length;
        rows.CopyTo(_rows);
        LieFrom(firstPosition);
    }

    /// <summary>The selected rows lie one behind the other from here on.</summary>
    public void LieFrom(uint firstPosition)
    {
        for (var i = 0; i < Count; i++)
        {
            _positions[i] = firstPosition + (uint)i;
        }
    }

    /// <summary>Tells the index where the rows lie.</summary>
    public void Set(KeyIndex index, EncodedRows keys, int file) => index.Set(keys, Rows, file, Positions, _previous);

    /// <summary>Removes keys from the index.</summary>
    public void Remove(KeyIndex index, EncodedRows keys)
    {
        SelectAll(keys.Count, 0);
        index.Remove(keys, _previous);
    }

    private void Reserve(int count)
    {
        if (_rows.Length < count)
        {
            _rows = new int[count];
            _positions = new uint[count];
            _previous = new RowLocation[count];
        }
    }
}
