using CdcLake.Common;

namespace CdcLake.Columnar;

/// <summary>
/// A column of variable-length values: one buffer, and for each row where its bytes end. It holds at most 2 GiB; producers close a batch long before
/// (<see cref="ChangeBatch.TargetBytes"/>), so that only single values of such size could not be added: that is an <see cref="UnsupportedTypeException"/>.
/// </summary>
internal sealed class BytesColumn : Column
{
    private byte[] _data = [];
    private int[] _ends = [];

    public BytesColumn(DataType type)
        : base(type)
    {
    }

    /// <summary>Bytes of all rows, one after the other.</summary>
    public ReadOnlySpan<byte> Data => _data.AsSpan(0, DataLength);

    /// <summary>For each row the offset in <see cref="Data"/> just behind its last byte; it starts where the row before ends.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary>Bytes of all rows together.</summary>
    public int DataLength => Count == 0 ? 0 : _ends[Count - 1];

    /// <summary>The bytes of one row; empty for null.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            var start = row == 0 ? 0 : _ends[row - 1];
            return _data.AsSpan(start, _ends[row] - start);
        }
    }

    public void Append(ReadOnlySpan<byte> value)
    {
        value.CopyTo(AppendUninitialized(value.Length));
    }

    /// <summary>Adds one row, not null, of <paramref name="length"/> bytes and returns the span to fill.</summary>
    /// <exception cref="UnsupportedTypeException">The column would exceed 2 GiB.</exception>
    public Span<byte> AppendUninitialized(long length)
    {
        var start = DataLength;
        var end = EndOf(start, length);
        if (end > _data.Length)
        {
            Pooled.Grow(ref _data, end, start);
        }

        if (Count == _ends.Length)
        {
            Reserve(1);
        }

        _ends[Count] = end;
        if (HasNulls)
        {
            MarkValid(Count);
        }

        Count++;
        return _data.AsSpan(start, end - start);
    }

    /// <summary>
    /// Adds <paramref name="rows"/> rows, not null, of <paramref name="bytes"/> bytes together, and returns the spans to fill: the bytes, and for each row
    /// where it ends, counted from the start of <see cref="Data"/>; the first one starts at the former <see cref="DataLength"/>.
    /// Only for a column without nulls, or followed by <see cref="Column.SetLastNulls"/>.
    /// </summary>
    public Span<byte> AppendUninitialized(int rows, int bytes, out Span<int> ends)
    {
        var start = DataLength;
        Pooled.Grow(ref _data, EndOf(start, bytes), start);
        Reserve(rows);
        ends = _ends.AsSpan(Count, rows);
        Count += rows;
        return _data.AsSpan(start, bytes);
    }

    public override void AppendNull()
    {
        Reserve(1);
        _ends[Count] = DataLength;
        MarkNull(Count);
        Count++;
    }

    /// <summary>Makes room for <paramref name="bytes"/> more bytes in all rows together.</summary>
    public void ReserveBytes(int bytes) => Pooled.Grow(ref _data, EndOf(DataLength, bytes), DataLength);

    public override void Reserve(int rows) => Pooled.Grow(ref _ends, Count + rows, Count);

    public override void AppendFrom(Column other, int row)
    {
        if (other.IsNull(row))
        {
            AppendNull();
        }
        else
        {
            Append(((BytesColumn)other)[row]);
        }
    }

    public override void AppendFrom(Column other, ReadOnlySpan<int> rows)
    {
        Reserve(rows.Length);
        foreach (var row in rows)
        {
            AppendFrom(other, row);
        }
    }

    public override void AppendAll(Column other)
    {
        var source = (BytesColumn)other;
        var start = DataLength;
        Pooled.Grow(ref _data, EndOf(start, source.DataLength), start);
        source.Data.CopyTo(_data.AsSpan(start));
        Reserve(source.Count);
        var ends = _ends.AsSpan(Count, source.Count);
        source.Ends.CopyTo(ends);
        if (start > 0)
        {
            for (var i = 0; i < ends.Length; i++)
            {
                ends[i] += start;
            }
        }

        Count += source.Count;
        AppendNulls(source);
    }

    public override void AppendRepeated(object? value, int rows)
    {
        for (; rows > 0; rows--)
        {
            if (value is null)
            {
                AppendNull();
            }
            else
            {
                Append((byte[])value);
            }
        }
    }

    public override object? ValueAt(int row) => IsNull(row) ? null : this[row].ToArray();

    public override bool AreEqual(int row, Column other, int otherRow) => IsNull(row) || other.IsNull(otherRow)
        ? IsNull(row) && other.IsNull(otherRow)
        : this[row].SequenceEqual(((BytesColumn)other)[otherRow]);

    public override long ByteSize => DataLength + ((long)sizeof(int) * Count);

    /// <summary>Bytes of one value.</summary>
    public int LengthOf(int row) => _ends[row] - (row == 0 ? 0 : _ends[row - 1]);

    public override void Return()
    {
        Pooled.Return(ref _data);
        Pooled.Return(ref _ends);
        base.Return();
    }

    private int EndOf(int start, long length) => start + length <= Array.MaxLength ? (int)(start + length) : throw TooLarge(start + length);

    private UnsupportedTypeException TooLarge(long bytes) => new(
        $"The values of one {Type} column in one batch would take {bytes:N0} bytes, and at most {Array.MaxLength:N0} are held. Leave the column out, or shorten its values before (Substring).");
}
