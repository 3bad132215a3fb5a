using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Columnar;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Appends the values of one fixed-width column for a whole run of rows; the loops are compiled once per reader.</summary>
internal static class FixedWidthFill
{
    /// <param name="rows">The row images of the event.</param>
    /// <param name="scanner">The located run.</param>
    /// <param name="column">Where the column lies in it.</param>
    /// <param name="reader">Reads one value.</param>
    /// <param name="target">Grows by the rows of the run.</param>
    /// <returns>The values appended; null slots hold zero.</returns>
    public static Span<T> Append<T, TReader>(
        ReadOnlySpan<byte> rows, RowScanner scanner, ColumnPlace column, TReader reader, Column target)
        where T : unmanaged
        where TReader : struct, IValueReader<T>
    {
        var fixedTarget = (FixedColumn<T>)target;
        var values = fixedTarget.AppendUninitialized(scanner.Rows);
        ref var start = ref MemoryMarshal.GetReference(rows);
        switch (scanner.Location)
        {
            case RunLayout.Strided:
                ReadStrided(ref Unsafe.Add(ref start, scanner.First + column.Distance), scanner.Stride, reader, values);
                fixedTarget.SetLastNulls(values.Length, default);
                break;
            case RunLayout.Segments:
                ReadSegments(ref Unsafe.Add(ref start, column.Distance), ref scanner.Offsets[column.Segment], scanner.Stride, reader, values);
                fixedTarget.SetLastNulls(values.Length, default);
                break;
            default:
                var nulls = scanner.Values.Nulls.AsSpan(0, values.Length);
                ReadColumns(ref start, ref scanner.Offsets[column.Index], scanner.Stride, reader, values, nulls);
                fixedTarget.SetLastNulls(values.Length, nulls);
                break;
        }

        return values;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadStrided<T, TReader>(ref byte at, int stride, TReader reader, Span<T> values)
        where T : unmanaged
        where TReader : struct, IValueReader<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.Read(ref at);
            at = ref Unsafe.Add(ref at, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadSegments<T, TReader>(ref byte start, ref int offset, int stride, TReader reader, Span<T> values)
        where T : unmanaged
        where TReader : struct, IValueReader<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.Read(ref Unsafe.Add(ref start, offset));
            offset = ref Unsafe.Add(ref offset, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadColumns<T, TReader>(ref byte start, ref int offset, int stride, TReader reader, Span<T> values, Span<byte> nulls)
        where T : unmanaged
        where TReader : struct, IValueReader<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            nulls[i] = (byte)(offset < 0 ? 1 : 0);
            values[i] = offset < 0 ? default : reader.Read(ref Unsafe.Add(ref start, offset));
            offset = ref Unsafe.Add(ref offset, stride);
        }
    }
}
