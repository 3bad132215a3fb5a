using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CdcLake.MySql.Binlog.Columns;

// Row image with all columns present: NULL bits of all columns ((columns + 7) / 8 bytes, low bit first), then the values that are not NULL.
// Source: MySQL source documentation, "Rows_event".

/// <summary>
/// Finds where the values of a run of row images lie and checks that every one lies inside the event, so that the loops over columns need not.
/// Rows without NULLs are cut into segments: a variable-length column ends one, and every column lies at a fixed distance behind the start of
/// its segment. If no column has variable length, rows lie at a fixed distance too. As soon as a row has a NULL, columns are located one by one.
/// </summary>
internal sealed class RowScanner
{
    /// <summary>Most images of one run; even, so that the two images of an update stay together.</summary>
    public const int MaxRows = 1024;

    private readonly ImageSize[] _columns;
    private readonly int[] _read;
    private readonly int _nullBytes;
    private readonly byte _lastNullMask;
    private readonly (int Fixed, int Prefix)[] _segments;
    private readonly int _tail;
    private readonly int _rowSize;
    private readonly byte[] _nulls;
    private int[] _offsets = [];

    /// <param name="columns">All columns of the table.</param>
    /// <param name="read">Ordinals of the columns to locate, ascending.</param>
    public RowScanner(ImageSize[] columns, int[] read)
    {
        _columns = columns;
        _read = read;
        _nullBytes = (columns.Length + 7) / 8;
        _lastNullMask = (byte)(0xFF >> ((8 - (columns.Length & 7)) & 7));
        _nulls = new byte[_nullBytes];
        var segments = new List<(int Fixed, int Prefix)>();
        var distance = 0;
        foreach (var column in columns)
        {
            if (column.Prefix > 0)
            {
                segments.Add((distance, column.Prefix));
                distance = 0;
            }

            distance += column.Width;
        }

        _segments = [.. segments];
        _tail = distance;
        _rowSize = _nullBytes + distance;
    }

    /// <summary>How the last run was located.</summary>
    public RunLayout Location { get; private set; }

    /// <summary>Images in the last run.</summary>
    public int Rows { get; private set; }

    /// <summary>With <see cref="RunLayout.Strided"/>: offset of the first row's first value.</summary>
    public int First { get; private set; }

    /// <summary>With <see cref="RunLayout.Strided"/> the bytes from row to row, otherwise the entries of <see cref="Offsets"/> per row.</summary>
    public int Stride { get; private set; }

    /// <summary>
    /// With <see cref="RunLayout.Segments"/> for each row the start of each segment, with <see cref="RunLayout.Columns"/> for each row the offset of
    /// each column to read, −1 for NULL.
    /// </summary>
    public int[] Offsets => _offsets;

    /// <summary>Scratch for the decoders of the columns, used by one after the other.</summary>
    public ValueSpans Values { get; } = new();

    /// <summary>Where a value lies that is not null.</summary>
    /// <param name="column">Its column.</param>
    /// <param name="row">Its row in the located run.</param>
    public int OffsetOf(ColumnPlace column, int row) => Location switch
    {
        RunLayout.Strided => First + (row * Stride) + column.Distance,
        RunLayout.Segments => _offsets[(row * Stride) + column.Segment] + column.Distance,
        _ => _offsets[(row * Stride) + column.Index],
    };

    /// <summary>For each column the segment it lies in and its distance from the segment's start.</summary>
    public (int Segment, int Distance) Locate(int column)
    {
        var (segment, distance) = (0, 0);
        for (var i = 0; i < column; i++)
        {
            if (_columns[i].Prefix > 0)
            {
                segment++;
                distance = 0;
            }

            distance += _columns[i].Width;
        }

        // A variable column is the last of its segment; the columns behind it count from the end of its bytes.
        return (segment, distance);
    }

    /// <summary>Locates the run that begins at <paramref name="at"/> and returns the offset behind it.</summary>
    /// <exception cref="MySqlProtocolException">A row runs over the end.</exception>
    public int Scan(ReadOnlySpan<byte> rows, int at)
    {
        Rows = 0;
        return _segments.Length == 0 && TryScanStrided(rows, ref at) || TryScanSegments(rows, ref at) ? at : ScanColumns(rows, at);
    }

    private bool TryScanStrided(ReadOnlySpan<byte> rows, ref int at)
    {
        var count = Math.Min(MaxRows, (rows.Length - at) / _rowSize);
        if (count == 0 || HasNulls(rows, at, count))
        {
            return false;
        }

        (Location, Rows, First, Stride) = (RunLayout.Strided, count, at + _nullBytes, _rowSize);
        at += count * _rowSize;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool HasNulls(ReadOnlySpan<byte> rows, int at, int count)
    {
        ref var bits = ref Unsafe.Add(ref MemoryMarshal.GetReference(rows), at);
        if (_nullBytes == 1)
        {
            return HasNulls(ref bits, _rowSize, count, _lastNullMask);
        }

        var any = 0;
        for (var row = 0; row < count; row++)
        {
            any |= Unsafe.Add(ref bits, _nullBytes - 1) & _lastNullMask;
            for (var i = 0; i < _nullBytes - 1; i++)
            {
                any |= Unsafe.Add(ref bits, i);
            }

            bits = ref Unsafe.Add(ref bits, _rowSize);
        }

        return any != 0;
    }

    /// <summary>The usual case of at most eight columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool HasNulls(ref byte bits, int stride, int rows, byte mask)
    {
        var any = 0;
        nint at = 0;
        for (; rows >= 4; rows -= 4)
        {
            any |= Unsafe.Add(ref bits, at) | Unsafe.Add(ref bits, at + stride) | Unsafe.Add(ref bits, at + (2 * stride)) | Unsafe.Add(ref bits, at + (3 * stride));
            at += 4 * stride;
        }

        for (; rows > 0; rows--)
        {
            any |= Unsafe.Add(ref bits, at);
            at += stride;
        }

        return (any & mask) != 0;
    }

    /// <summary>Takes rows while they have no NULL; false when the first one has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryScanSegments(ReadOnlySpan<byte> rows, ref int at)
    {
        var stride = _segments.Length + 1;
        Reserve(stride, rows.Length - at);
        ref var start = ref MemoryMarshal.GetReference(rows);
        var count = 0;
        while (count < MaxRows && at < rows.Length)
        {
            if (rows.Length - at < _nullBytes)
            {
                ThrowOverrun(at);
            }

            if (HasNulls(rows, at, 1))
            {
                break;
            }

            ref var offset = ref _offsets[count * stride];
            var position = (long)at + _nullBytes;
            for (var i = 0; i < _segments.Length; i++)
            {
                Unsafe.Add(ref offset, i) = (int)position;
                position += _segments[i].Fixed;
                var prefix = _segments[i].Prefix;
                if (position + prefix > rows.Length)
                {
                    ThrowOverrun(at);
                }

                ref var length = ref Unsafe.Add(ref start, (int)position);
                position += prefix + (prefix == 1 ? length : prefix == 2 ? Wire.UInt16(ref length) : (long)Wire.LittleEndian(ref length, prefix));
                if (position > rows.Length)
                {
                    ThrowOverrun(at);
                }
            }

            Unsafe.Add(ref offset, _segments.Length) = (int)position;
            position += _tail;
            if (position > rows.Length)
            {
                ThrowOverrun(at);
            }

            at = (int)position;
            count++;
        }

        (Location, Rows, Stride) = (RunLayout.Segments, count, stride);
        return count > 0;
    }

    private int ScanColumns(ReadOnlySpan<byte> rows, int at)
    {
        var stride = _read.Length;
        Reserve(stride, rows.Length - at);
        var count = 0;
        while (count < MaxRows && at < rows.Length)
        {
            if (rows.Length - at < _nullBytes)
            {
                ThrowOverrun(at);
            }

            rows.Slice(at, _nullBytes).CopyTo(_nulls);
            at = ScanRow(rows, at, _offsets.AsSpan(count * stride, stride));
            count++;
        }

        (Location, Rows, Stride) = (RunLayout.Columns, count, stride);
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ScanRow(ReadOnlySpan<byte> rows, int row, Span<int> offsets)
    {
        var position = (long)row + _nullBytes;
        var next = 0;
        for (var i = 0; i < _columns.Length; i++)
        {
            var isNull = ((_nulls[i >> 3] >> (i & 7)) & 1) != 0;
            if (next < _read.Length && _read[next] == i)
            {
                offsets[next++] = isNull ? -1 : (int)position;
            }

            if (isNull)
            {
                continue;
            }

            var column = _columns[i];
            position += column.Width + column.Prefix;
            if (position > rows.Length)
            {
                ThrowOverrun(row);
            }

            if (column.Prefix > 0)
            {
                position += (long)Wire.LittleEndian(ref MemoryMarshal.GetReference(rows[((int)position - column.Prefix)..]), column.Prefix);
                if (position > rows.Length)
                {
                    ThrowOverrun(row);
                }
            }
        }

        return (int)position;
    }

    /// <summary>Makes room for the most rows that <paramref name="bytes"/> can hold, at most <see cref="MaxRows"/>.</summary>
    private void Reserve(int stride, int bytes)
    {
        var needed = stride * Math.Min(MaxRows, (bytes / _nullBytes) + 1);
        if (_offsets.Length < needed)
        {
            _offsets = new int[Math.Min(stride * MaxRows, needed * 2)];
        }
    }

    private static void ThrowOverrun(int row) =>
        throw MySqlProtocolException.Malformed("Row image", row, "its columns run over the end of the event");
}
