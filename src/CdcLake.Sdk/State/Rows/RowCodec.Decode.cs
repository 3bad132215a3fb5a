using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Columnar;

namespace CdcLake.State.Rows;

internal sealed partial class RowCodec
{
    private byte[] _nulls = [];

    /// <summary>Appends the values of all rows to the columns of a batch that <see cref="Ordinals"/> name; weights are the caller's.</summary>
    public void Decode(EncodedRows rows, ChangeBatch batch)
    {
        var columns = new Column[_ordinals.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = batch[_ordinals[i]];
        }

        Decode(rows, columns);
    }

    /// <summary>Appends all rows to <paramref name="columns"/>, one column for each column of a row.</summary>
    public void Decode(EncodedRows rows, ReadOnlySpan<Column> columns)
    {
        var data = rows.Data;
        var ends = rows.Ends;
        var variable = -1;
        for (var i = 0; i < _types.Length; i++)
        {
            var anyNull = CollectNulls(data, ends, i);
            DecodeColumn(columns[i], data, ends, i, variable, anyNull);
            if (_types[i].Storage == StorageKind.Bytes)
            {
                variable = _offsets[i];
            }
        }
    }

    private bool CollectNulls(ReadOnlySpan<byte> data, ReadOnlySpan<int> ends, int column)
    {
        if (_nulls.Length < ends.Length)
        {
            _nulls = new byte[Math.Max(ends.Length, ChangeBatch.TargetRows)];
        }

        var at = column >> 3;
        var bit = column & 7;
        var any = 0;
        for (var i = 0; i < ends.Length; i++)
        {
            var isNull = (data[StartOf(ends, i) + at] >> bit) & 1;
            any |= isNull;
            _nulls[i] = (byte)isNull;
        }

        return any != 0;
    }

    private void DecodeColumn(Column column, ReadOnlySpan<byte> data, ReadOnlySpan<int> ends, int ordinal, int variable, bool anyNull)
    {
        var offset = _offsets[ordinal];
        switch (column)
        {
            case FixedColumn<byte> bytes:
                Read(bytes, data, ends, offset, anyNull);
                break;
            case FixedColumn<int> ints:
                Read(ints, data, ends, offset, anyNull);
                break;
            case FixedColumn<long> longs:
                Read(longs, data, ends, offset, anyNull);
                break;
            case FixedColumn<Int128> wides:
                Read(wides, data, ends, offset, anyNull);
                break;
            case FixedColumn<float> singles:
                Read(singles, data, ends, offset, anyNull);
                break;
            case FixedColumn<double> doubles:
                Read(doubles, data, ends, offset, anyNull);
                break;
            default:
                ReadBytes((BytesColumn)column, data, ends, offset, variable);
                break;
        }
    }

    private void Read<T>(FixedColumn<T> column, ReadOnlySpan<byte> data, ReadOnlySpan<int> ends, int offset, bool anyNull)
        where T : unmanaged
    {
        ref var source = ref MemoryMarshal.GetReference(data);
        if (column.HasNulls || (anyNull && column.Count > 0))
        {
            for (var i = 0; i < ends.Length; i++)
            {
                if (_nulls[i] != 0)
                {
                    column.AppendNull();
                }
                else
                {
                    column.Append(MemoryMarshal.Read<T>(data[(StartOf(ends, i) + offset)..]));
                }
            }

            return;
        }

        var target = column.AppendUninitialized(ends.Length);
        var start = 0;
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref source, start + offset));
            start = ends[i];
        }

        if (anyNull)
        {
            column.SetNulls(_nulls.AsSpan(0, ends.Length));
        }
    }

    private void ReadBytes(BytesColumn column, ReadOnlySpan<byte> data, ReadOnlySpan<int> ends, int offset, int variable)
    {
        for (var i = 0; i < ends.Length; i++)
        {
            if (_nulls[i] != 0)
            {
                column.AppendNull();
                continue;
            }

            var row = data[StartOf(ends, i)..ends[i]];
            var from = variable < 0 ? 0 : MemoryMarshal.Read<int>(row[variable..]);
            var to = MemoryMarshal.Read<int>(row[offset..]);
            column.Append(row[(FixedSize + from)..(FixedSize + to)]);
        }
    }
}
