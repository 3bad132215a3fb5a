using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Columnar;

namespace CdcLake.State.Rows;

internal sealed partial class RowCodec
{
    private int[] _cursors = [];

    /// <summary>Encodes all rows of <paramref name="batch"/>, replacing what <paramref name="into"/> held. Weights are not part of a row.</summary>
    public void Encode(ChangeBatch batch, EncodedRows into)
    {
        var ends = into.ResetEnds(batch.Count);
        Measure(batch, ends);
        var data = into.DataToFill();
        ClearNullBits(data, ends);
        if (!IsFixed)
        {
            PlaceCursors(ends);
        }

        for (var i = 0; i < _types.Length; i++)
        {
            var column = batch[_ordinals[i]];
            EncodeColumn(column, data, ends, _offsets[i]);
            if (column.HasNulls)
            {
                SetNullBits(column.Nulls, data, ends, i);
            }
        }
    }

    private void Measure(ChangeBatch batch, Span<int> ends)
    {
        if (IsFixed)
        {
            for (var i = 0; i < ends.Length; i++)
            {
                ends[i] = EncodedRows.EndOf(i * FixedSize, FixedSize);
            }

            return;
        }

        ends.Fill(FixedSize);
        for (var i = 0; i < _types.Length; i++)
        {
            if (_types[i].Storage == StorageKind.Bytes)
            {
                AddLengths(batch.Bytes(_ordinals[i]).Ends, ends);
            }
        }

        var end = 0;
        foreach (ref var length in ends)
        {
            end = EncodedRows.EndOf(end, length);
            length = end;
        }
    }

    private static void AddLengths(ReadOnlySpan<int> valueEnds, Span<int> lengths)
    {
        var before = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = EncodedRows.EndOf(lengths[i], valueEnds[i] - before);
            before = valueEnds[i];
        }
    }

    private void ClearNullBits(Span<byte> data, ReadOnlySpan<int> ends)
    {
        for (var i = 0; i < ends.Length; i++)
        {
            data.Slice(StartOf(ends, i), _nullBytes).Clear();
        }
    }

    private void PlaceCursors(ReadOnlySpan<int> ends)
    {
        if (_cursors.Length < ends.Length)
        {
            _cursors = new int[Math.Max(ends.Length, ChangeBatch.TargetRows)];
        }

        for (var i = 0; i < ends.Length; i++)
        {
            _cursors[i] = StartOf(ends, i) + FixedSize;
        }
    }

    private void EncodeColumn(Column column, Span<byte> data, ReadOnlySpan<int> ends, int offset)
    {
        switch (column)
        {
            case FixedColumn<byte> bytes:
                Write(bytes.Values, data, ends, offset);
                break;
            case FixedColumn<int> ints:
                Write(ints.Values, data, ends, offset);
                break;
            case FixedColumn<long> longs:
                Write(longs.Values, data, ends, offset);
                break;
            case FixedColumn<Int128> wides:
                Write(wides.Values, data, ends, offset);
                break;
            case FixedColumn<float> singles:
                WriteFloats(singles.Values, data, ends, offset);
                break;
            case FixedColumn<double> doubles:
                WriteFloats(doubles.Values, data, ends, offset);
                break;
            default:
                WriteBytes((BytesColumn)column, data, ends, offset);
                break;
        }
    }

    private static void Write<T>(ReadOnlySpan<T> values, Span<byte> data, ReadOnlySpan<int> ends, int offset)
        where T : unmanaged
    {
        ref var target = ref MemoryMarshal.GetReference(data);
        var start = 0;
        for (var i = 0; i < values.Length; i++)
        {
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, start + offset), values[i]);
            start = ends[i];
        }
    }

    private static void WriteFloats<T>(ReadOnlySpan<T> values, Span<byte> data, ReadOnlySpan<int> ends, int offset)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            value = T.IsNaN(value) ? T.NaN : value == T.Zero ? T.Zero : value;
            MemoryMarshal.Write(data[(StartOf(ends, i) + offset)..], value);
        }
    }

    private void WriteBytes(BytesColumn column, Span<byte> data, ReadOnlySpan<int> ends, int offset)
    {
        var values = column.Data;
        var valueEnds = column.Ends;
        var before = 0;
        for (var i = 0; i < valueEnds.Length; i++)
        {
            var length = valueEnds[i] - before;
            values.Slice(before, length).CopyTo(data[_cursors[i]..]);
            before = valueEnds[i];
            _cursors[i] += length;
            var start = StartOf(ends, i);
            MemoryMarshal.Write(data[(start + offset)..], _cursors[i] - start - FixedSize);
        }
    }

    private static void SetNullBits(ReadOnlySpan<byte> nulls, Span<byte> data, ReadOnlySpan<int> ends, int column)
    {
        var at = column >> 3;
        var bit = column & 7;
        for (var i = 0; i < nulls.Length; i++)
        {
            data[StartOf(ends, i) + at] |= (byte)((nulls[i] & 1) << bit);
        }
    }
}
