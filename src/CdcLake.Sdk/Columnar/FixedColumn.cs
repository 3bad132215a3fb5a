using System.Runtime.CompilerServices;
using CdcLake.Common;

namespace CdcLake.Columnar;

/// <summary>A column of fixed-width values; see <see cref="StorageKind"/> for which <typeparamref name="T"/> holds which type.</summary>
internal sealed class FixedColumn<T> : Column
    where T : unmanaged
{
    private T[] _values = [];

    public FixedColumn(DataType type)
        : base(type)
    {
    }

    /// <summary>The values filled so far; null slots hold zero.</summary>
    public ReadOnlySpan<T> Values => _values.AsSpan(0, Count);

    public void Append(T value)
    {
        if (Count == _values.Length)
        {
            Reserve(1);
        }

        _values[Count] = value;
        if (HasNulls)
        {
            MarkValid(Count);
        }

        Count++;
    }

    public override void AppendNull()
    {
        Reserve(1);
        _values[Count] = default;
        MarkNull(Count);
        Count++;
    }

    /// <summary>Adds <paramref name="rows"/> rows, not null, and returns the span to fill. Only for a column without nulls, or followed by <see cref="Column.SetNulls"/>.</summary>
    public Span<T> AppendUninitialized(int rows)
    {
        Reserve(rows);
        Count += rows;
        return _values.AsSpan(Count - rows, rows);
    }

    public override void Reserve(int rows) => Pooled.Grow(ref _values, Count + rows, Count);

    public override void AppendFrom(Column other, int row)
    {
        if (other.IsNull(row))
        {
            AppendNull();
        }
        else
        {
            Append(((FixedColumn<T>)other)._values[row]);
        }
    }

    public override void AppendFrom(Column other, ReadOnlySpan<int> rows)
    {
        if (other.HasNulls || HasNulls)
        {
            foreach (var row in rows)
            {
                AppendFrom(other, row);
            }

            return;
        }

        var source = ((FixedColumn<T>)other).Values;
        var target = AppendUninitialized(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            target[i] = source[rows[i]];
        }
    }

    public override void AppendAll(Column other)
    {
        ((FixedColumn<T>)other).Values.CopyTo(AppendUninitialized(other.Count));
        AppendNulls(other);
    }

    public override void AppendRepeated(object? value, int rows)
    {
        if (value is not null && !HasNulls)
        {
            AppendUninitialized(rows).Fill((T)value);
            return;
        }

        for (; rows > 0; rows--)
        {
            if (value is null)
            {
                AppendNull();
            }
            else
            {
                Append((T)value);
            }
        }
    }

    public override object? ValueAt(int row) => IsNull(row) ? null : _values[row];

    public override bool AreEqual(int row, Column other, int otherRow) => IsNull(row) || other.IsNull(otherRow)
        ? IsNull(row) && other.IsNull(otherRow)
        : EqualityComparer<T>.Default.Equals(_values[row], ((FixedColumn<T>)other)._values[otherRow]);

    public override long ByteSize => (long)Unsafe.SizeOf<T>() * Count;

    public override void Return()
    {
        Pooled.Return(ref _values);
        base.Return();
    }
}
