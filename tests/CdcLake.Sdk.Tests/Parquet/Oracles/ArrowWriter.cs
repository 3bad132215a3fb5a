using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Parquet.Oracles;

/// <summary>Writes our columns with Arrow C++ (ParquetSharp), value by value as they are stored.</summary>
internal static class ArrowWriter
{
    private const long MicrosecondsPerDay = 86_400_000_000;
    private const int UnixEpochJulianDay = 2_440_588;

    /// <summary>A file of the columns in row groups of <paramref name="groupRows"/> rows.</summary>
    public static byte[] Write(IReadOnlyList<ArrowColumn> columns, Column[] data, int groupRows, Arrow.WriterProperties properties)
    {
        using var stream = new MemoryStream();
        using var root = new Arrow.Schema.GroupNode("table", Arrow.Repetition.Required, [.. columns.Select(c => c.ToNode())]);
        using (var file = new Arrow.ParquetFileWriter(stream, root, properties, keyValueMetadata: null, leaveOpen: true))
        {
            for (var start = 0; start < data[0].Count; start += groupRows)
            {
                using var group = file.AppendRowGroup();
                for (var i = 0; i < data.Length; i++)
                {
                    using var writer = group.NextColumn();
                    WriteColumn(writer, columns[i], data[i], start, Math.Min(groupRows, data[i].Count - start));
                }
            }

            file.Close();
        }

        return stream.ToArray();
    }

    private static void WriteColumn(Arrow.ColumnWriter writer, ArrowColumn column, Column data, int start, int rows)
    {
        int[] present = [.. Enumerable.Range(start, rows).Where(r => !data.IsNull(r))];
        var levels = column.Column.Required ? null : Enumerable.Range(start, rows).Select(r => data.IsNull(r) ? (short)0 : (short)1).ToArray();
        switch (writer)
        {
            case Arrow.ColumnWriter<bool> w:
                Batch(w, rows, levels, [.. present.Select(r => ((FixedColumn<byte>)data).Values[r] != 0)]);
                break;
            case Arrow.ColumnWriter<int> w:
                Batch(w, rows, levels, [.. present.Select(r => (int)Integer(data, r))]);
                break;
            case Arrow.ColumnWriter<long> w:
                Batch(w, rows, levels, [.. present.Select(r => (long)Integer(data, r))]);
                break;
            case Arrow.ColumnWriter<float> w:
                Batch(w, rows, levels, [.. present.Select(r => ((FixedColumn<float>)data).Values[r])]);
                break;
            case Arrow.ColumnWriter<double> w:
                Batch(w, rows, levels, [.. present.Select(r => ((FixedColumn<double>)data).Values[r])]);
                break;
            case Arrow.ColumnWriter<Arrow.Int96> w:
                Batch(w, rows, levels, [.. present.Select(r => ToInt96((long)Integer(data, r)))]);
                break;
            default:
                WriteBytes(writer, rows, levels, [.. present.Select(r => Bytes(column, data, r))]);
                break;
        }
    }

    private static unsafe void WriteBytes(Arrow.ColumnWriter writer, int rows, short[]? levels, byte[][] values)
    {
        var all = values.SelectMany(v => v).ToArray();
        fixed (byte* memory = all.Length == 0 ? [0] : all)
        {
            var offset = 0;
            var pointers = new (IntPtr At, int Length)[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                pointers[i] = ((IntPtr)(memory + offset), values[i].Length);
                offset += values[i].Length;
            }

            if (writer is Arrow.ColumnWriter<Arrow.ByteArray> variable)
            {
                Batch(variable, rows, levels, [.. pointers.Select(p => new Arrow.ByteArray(p.At, p.Length))]);
            }
            else
            {
                Batch((Arrow.ColumnWriter<Arrow.FixedLenByteArray>)writer, rows, levels, [.. pointers.Select(p => new Arrow.FixedLenByteArray(p.At))]);
            }
        }
    }

    private static void Batch<T>(Arrow.ColumnWriter<T> writer, int rows, short[]? levels, T[] values)
        where T : unmanaged
    {
        if (levels is null)
        {
            writer.WriteBatch(values);
        }
        else
        {
            writer.WriteBatch(rows, levels, default, values);
        }
    }

    private static Int128 Integer(Column column, int row) => column switch
    {
        FixedColumn<int> c => c.Values[row],
        FixedColumn<long> c => c.Values[row],
        FixedColumn<Int128> c => c.Values[row],
        _ => throw new InvalidOperationException(column.Type.ToString()),
    };

    private static byte[] Bytes(ArrowColumn column, Column data, int row)
    {
        if (data is BytesColumn bytes)
        {
            return bytes[row].ToArray();
        }

        var all = new byte[16];
        BinaryPrimitives.WriteInt128BigEndian(all, Integer(data, row));
        if (column.Length > 0)
        {
            return all[^column.Length..];
        }

        var start = 0;
        while (start < 15 && ((all[start] == 0 && all[start + 1] < 0x80) || (all[start] == 0xFF && all[start + 1] >= 0x80)))
        {
            start++;
        }

        return all[start..];
    }

    private static Arrow.Int96 ToInt96(long micros)
    {
        var day = (int)Math.Floor(micros / (double)MicrosecondsPerDay);
        day += micros - (day * MicrosecondsPerDay) is var rest && rest < 0 ? -1 : rest >= MicrosecondsPerDay ? 1 : 0;
        var bytes = new byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (micros - (day * MicrosecondsPerDay)) * 1000);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), day + UnixEpochJulianDay);
        var words = MemoryMarshal.Cast<byte, int>(bytes);
        return new Arrow.Int96(words[0], words[1], words[2]);
    }
}
