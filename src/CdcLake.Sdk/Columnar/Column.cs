using CdcLake.Common;

namespace CdcLake.Columnar;

/// <summary>
/// The values of one column of a batch, growable while it is built. A null slot has its value zeroed (fixed width) or empty (bytes).
/// Memory comes from the shared array pool and goes back in <see cref="Return"/>; the owner of the batch owns its columns.
/// </summary>
internal abstract class Column
{
    private byte[] _nulls = [];

    protected Column(DataType type) => Type = type;

    public DataType Type { get; }

    /// <summary>Rows filled so far.</summary>
    public int Count { get; protected set; }

    /// <summary>True once any null was appended since the last <see cref="Clear"/>.</summary>
    public bool HasNulls { get; private set; }

    /// <summary>One byte per row, 1 = null. Empty when <see cref="HasNulls"/> is false.</summary>
    public ReadOnlySpan<byte> Nulls => HasNulls ? _nulls.AsSpan(0, Count) : default;

    public bool IsNull(int row) => HasNulls && _nulls[row] != 0;

    /// <summary>Makes room for <paramref name="rows"/> more rows.</summary>
    public abstract void Reserve(int rows);

    /// <summary>Appends null.</summary>
    public abstract void AppendNull();

    /// <summary>Appends row <paramref name="row"/> of <paramref name="other"/>, which has the same storage.</summary>
    public abstract void AppendFrom(Column other, int row);

    /// <summary>Appends the rows <paramref name="rows"/> of <paramref name="other"/> in that order.</summary>
    public abstract void AppendFrom(Column other, ReadOnlySpan<int> rows);

    /// <summary>Appends all rows of <paramref name="other"/>, which has the same storage, as one block copy.</summary>
    public abstract void AppendAll(Column other);

    /// <summary>Appends one value <paramref name="rows"/> times: null, or the representation that the storage has (byte[] for bytes). For constants: it is unboxed once.</summary>
    public abstract void AppendRepeated(object? value, int rows);

    /// <summary>The representation of a value, boxed, or null: for constants and tests.</summary>
    public abstract object? ValueAt(int row);

    /// <summary>True when a cell equals a cell of <paramref name="other"/>, which has the same storage. Nulls are equal to each other, and so are NaNs.</summary>
    public abstract bool AreEqual(int row, Column other, int otherRow);

    /// <summary>Bytes that the rows take, without room to grow.</summary>
    public abstract long ByteSize { get; }

    /// <summary>A copy with memory of its own, which the caller owns.</summary>
    public Column Copy()
    {
        var copy = Create(Type);
        copy.AppendAll(this);
        return copy;
    }

    /// <summary>Forgets all rows and keeps the memory.</summary>
    public virtual void Clear()
    {
        Count = 0;
        HasNulls = false;
    }

    /// <summary>Gives the memory back; the column must not be used afterwards.</summary>
    public virtual void Return()
    {
        Pooled.Return(ref _nulls);
        Clear();
    }

    /// <summary>An empty column for values of <paramref name="type"/>.</summary>
    public static Column Create(DataType type) => type.Storage switch
    {
        StorageKind.Byte => new FixedColumn<byte>(type),
        StorageKind.Int32 => new FixedColumn<int>(type),
        StorageKind.Int64 => new FixedColumn<long>(type),
        StorageKind.Int128 => new FixedColumn<Int128>(type),
        StorageKind.Float32 => new FixedColumn<float>(type),
        StorageKind.Float64 => new FixedColumn<double>(type),
        _ => new BytesColumn(type),
    };

    /// <summary>Marks <paramref name="row"/> (already counted) as null; rows before the first null are backfilled as not null.</summary>
    protected void MarkNull(int row)
    {
        PrepareNulls(row + 1, row);
        _nulls[row] = 1;
    }

    /// <summary>Called after a value was appended at <paramref name="row"/> of a column that has nulls.</summary>
    protected void MarkValid(int row)
    {
        PrepareNulls(row + 1, row);
        _nulls[row] = 0;
    }

    /// <summary>Sets the null mask of all rows at once; <paramref name="nulls"/> has <see cref="Count"/> entries or is empty for none.</summary>
    public void SetNulls(ReadOnlySpan<byte> nulls)
    {
        HasNulls = nulls.IndexOfAnyExcept((byte)0) >= 0;
        if (HasNulls)
        {
            Pooled.Grow(ref _nulls, Count, 0);
            nulls.CopyTo(_nulls);
        }
    }

    /// <summary>Takes over the null mask of the last rows, which are all of <paramref name="other"/> and already counted.</summary>
    protected void AppendNulls(Column other)
    {
        if (!HasNulls && !other.HasNulls)
        {
            return;
        }

        var start = Count - other.Count;
        PrepareNulls(Count, start);
        var mask = _nulls.AsSpan(start, other.Count);
        if (other.HasNulls)
        {
            other.Nulls.CopyTo(mask);
        }
        else
        {
            mask.Clear();
        }
    }

    /// <summary>
    /// Sets the null mask of the last <paramref name="rows"/> rows, already counted; <paramref name="nulls"/> has one entry for each, or is empty for none.
    /// </summary>
    public void SetLastNulls(int rows, ReadOnlySpan<byte> nulls)
    {
        var any = nulls.IndexOfAnyExcept((byte)0) >= 0;
        if (!any && !HasNulls)
        {
            return;
        }

        PrepareNulls(Count, Count - rows);
        var mask = _nulls.AsSpan(Count - rows, rows);
        if (any)
        {
            nulls.CopyTo(mask);
        }
        else
        {
            mask.Clear();
        }
    }

    /// <summary>Forgets the rows from <paramref name="rows"/> on. Nulls among them leave <see cref="HasNulls"/> set.</summary>
    public void Truncate(int rows)
    {
        System.Diagnostics.Debug.Assert((uint)rows <= (uint)Count, "only rows that exist can be dropped");
        Count = rows;
        if (rows == 0)
        {
            HasNulls = false;
        }
    }

    private void PrepareNulls(int needed, int used)
    {
        if (!HasNulls)
        {
            Pooled.Grow(ref _nulls, needed, 0);
            _nulls.AsSpan(0, used).Clear();
            HasNulls = true;
        }
        else
        {
            Pooled.Grow(ref _nulls, needed, used);
        }
    }
}
