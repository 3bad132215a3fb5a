using System.Numerics;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

/// <summary>
/// The registers of a program while it runs over one batch. A register is a column: an input's own, a constant filled as far as needed, or scratch that is reused from batch to batch.
/// </summary>
internal sealed class Frame
{
    private readonly Column[] _registers;
    private byte[] _mask = [];

    public Frame(Column[] registers) => _registers = registers;

    /// <summary>Rows of the batch; constant registers may hold more.</summary>
    public int Count { get; private set; }

    public Column this[int register]
    {
        get => _registers[register];
        set => _registers[register] = value;
    }

    public void Begin(int count)
    {
        Count = count;
        if (_mask.Length < count)
        {
            _mask = new byte[Math.Max(count, ChangeBatch.TargetRows)];
        }
    }

    public ReadOnlySpan<T> Values<T>(int register)
        where T : unmanaged => ((FixedColumn<T>)_registers[register]).Values[..Count];

    public BytesColumn Bytes(int register) => (BytesColumn)_registers[register];

    /// <summary>One byte per row, or empty when the register has no nulls.</summary>
    public ReadOnlySpan<byte> Nulls(int register) => _registers[register].HasNulls ? _registers[register].Nulls[..Count] : default;

    /// <summary>The emptied register, as many uninitialised values as the batch has rows.</summary>
    public Span<T> Output<T>(int register)
        where T : unmanaged
    {
        var column = (FixedColumn<T>)_registers[register];
        column.Clear();
        return column.AppendUninitialized(Count);
    }

    /// <summary>The emptied register of bytes, with room for the rows.</summary>
    public BytesColumn OutputBytes(int register)
    {
        var column = (BytesColumn)_registers[register];
        column.Clear();
        column.Reserve(Count);
        return column;
    }

    /// <summary>A mask to fill, one byte per row; valid until the next call.</summary>
    public Span<byte> Mask => _mask.AsSpan(0, Count);

    /// <summary>Rows that are null in either register; empty when there are none.</summary>
    public ReadOnlySpan<byte> EitherNull(int left, int right)
    {
        var a = Nulls(left);
        var b = Nulls(right);
        if (a.IsEmpty || b.IsEmpty)
        {
            return a.IsEmpty ? b : a;
        }

        var mask = Mask;
        Or(a, b, mask);
        return mask;
    }

    public static void Or(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> target)
    {
        var i = 0;
        for (; i <= target.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            (new Vector<byte>(a[i..]) | new Vector<byte>(b[i..])).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] = (byte)(a[i] | b[i]);
        }
    }

    /// <summary>Makes rows of an output null and zero, as columns want it. An empty mask changes nothing.</summary>
    public void SetNulls<T>(int register, ReadOnlySpan<byte> nulls, Span<T> values)
        where T : unmanaged
    {
        if (nulls.IsEmpty)
        {
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = nulls[i] != 0 ? default : values[i];
        }

        _registers[register].SetNulls(nulls);
    }
}
