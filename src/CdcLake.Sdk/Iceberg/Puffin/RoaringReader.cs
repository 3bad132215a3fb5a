using System.Buffers.Binary;
using System.Numerics;
using CdcLake.Compression;
using CdcLake.Iceberg.Tables;
using static CdcLake.Iceberg.Puffin.RoaringFormat;

namespace CdcLake.Iceberg.Puffin;

// Layout: see RoaringFormat. Containers follow each other, so their offsets are not needed.

/// <summary>Reads a 64-bit Roaring bitmap. Whatever it says, no more memory is taken than one bit for each row of the file that it is about.</summary>
internal ref struct RoaringReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _rows;
    private readonly PositionSet _positions;
    private int _at;

    private RoaringReader(ReadOnlySpan<byte> bytes, long rows, PositionSet positions)
    {
        _bytes = bytes;
        _rows = rows;
        _positions = positions;
    }

    /// <param name="bytes">The bitmap, all of it.</param>
    /// <param name="rows">Rows that there are: positions are smaller.</param>
    /// <exception cref="CorruptDataException">Malformed, or a position is beyond the rows.</exception>
    public static PositionSet Read(ReadOnlySpan<byte> bytes, long rows)
    {
        var positions = new PositionSet();
        new RoaringReader(bytes, rows, positions).ReadBitmaps();
        return positions;
    }

    private void ReadBitmaps()
    {
        var count = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
        var before = -1L;
        for (var i = 0L; i < count; i++)
        {
            var key = (long)BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(int)));
            if (key <= before || key > int.MaxValue)
            {
                throw Corrupt($"key {key} follows {before}"); // positions are below 2^63
            }

            ReadBitmap(key << 32);
            before = key;
        }

        if (count < 0 || _at != _bytes.Length)
        {
            throw Corrupt($"{count} bitmaps, {_bytes.Length - _at} bytes behind them");
        }
    }

    private void ReadBitmap(long first)
    {
        var cookie = ReadInt32();
        var hasRuns = (cookie & 0xFFFF) == CookieWithRuns;
        if (!hasRuns && cookie != CookieWithoutRuns)
        {
            throw Corrupt($"cookie {cookie:X8}");
        }

        var count = hasRuns ? (int)((uint)cookie >> 16) + 1 : ReadInt32();
        if (count is < 0 or > Containers)
        {
            throw Corrupt($"{count} containers");
        }

        var flags = hasRuns ? Take((count + 7) / 8) : default;
        var headers = Take(count * 4);
        if (!hasRuns || count >= OffsetsFrom)
        {
            Take(count * 4);
        }

        var before = -1;
        for (var i = 0; i < count; i++)
        {
            var key = BinaryPrimitives.ReadUInt16LittleEndian(headers[(4 * i)..]);
            var values = BinaryPrimitives.ReadUInt16LittleEndian(headers[((4 * i) + 2)..]) + 1;
            if (key <= before)
            {
                throw Corrupt($"container {key} follows {before}");
            }

            var isRun = hasRuns && (flags[i / 8] >> (i % 8) & 1) != 0;
            ReadContainer(first + ((long)key * ContainerValues), values, isRun);
            before = key;
        }
    }

    private void ReadContainer(long first, int values, bool isRun)
    {
        var count = _positions.Count;
        if (isRun)
        {
            ReadRuns(first);
        }
        else if (values > ArrayValues)
        {
            ReadWords(first);
        }
        else
        {
            ReadArray(first, values);
        }

        if (_positions.Count - count != values)
        {
            throw Corrupt($"a container of {values} values has {_positions.Count - count}");
        }
    }

    private void ReadRuns(long first)
    {
        var runs = BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));
        var bytes = Take(runs * 4);
        for (var i = 0; i < runs; i++)
        {
            var start = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(4 * i)..]);
            var last = start + BinaryPrimitives.ReadUInt16LittleEndian(bytes[((4 * i) + 2)..]);
            Check(first + Math.Min(last, ContainerValues), last < ContainerValues);
            _positions.AddRange(first + start, last - start + 1);
        }
    }

    private void ReadWords(long first)
    {
        var bytes = Take(BitmapBytes);
        for (var i = 0; i < ContainerWords; i++)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * sizeof(ulong))..]);
            if (word != 0)
            {
                var start = first + (i * 64L);
                Check(start + 63 - BitOperations.LeadingZeroCount(word), true);
                _positions.AddWord(start / 64, word);
            }
        }
    }

    private void ReadArray(long first, int values)
    {
        var bytes = Take(values * sizeof(ushort));
        for (var i = 0; i < values; i++)
        {
            var position = first + BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(ushort))..]);
            Check(position, true);
            _positions.Add(position);
        }
    }

    private readonly void Check(long position, bool isInContainer)
    {
        if (position >= _rows || !isInContainer)
        {
            throw Corrupt($"position {position} of {_rows} rows");
        }
    }

    private int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _at)
        {
            throw Corrupt($"{length} bytes wanted, {_bytes.Length - _at} left");
        }

        _at += length;
        return _bytes.Slice(_at - length, length);
    }

    private readonly CorruptDataException Corrupt(string details) => new("Roaring bitmap", _at, details);
}
