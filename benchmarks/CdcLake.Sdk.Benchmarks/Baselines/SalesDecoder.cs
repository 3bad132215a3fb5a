using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;

namespace CdcLake.Benchmarks.Baselines;

/// <summary>Decodes a sales log with a loop written by hand for exactly these five columns: about the most one core can do. Checksums are verified. Compiled at its best at once, as the loops that it is held against are.</summary>
internal sealed class SalesDecoder
{
    private const int BatchRows = 4096;
    private readonly long[] _id = new long[BatchRows];
    private readonly int[] _product = new int[BatchRows];
    private readonly int[] _quantity = new int[BatchRows];
    private readonly long[] _price = new long[BatchRows];
    private readonly long[] _time = new long[BatchRows];
    private readonly byte[] _buffer = new byte[1 << 20];

    /// <summary>Row images of the sales table.</summary>
    public long Rows { get; private set; }

    /// <summary>Sum over values of all rows, so that nothing can be left out.</summary>
    public long Sum { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(string path)
    {
        Rows = Sum = 0;
        using var file = File.OpenHandle(path);
        var at = 4L;
        int read;
        while ((read = RandomAccess.Read(file, _buffer, at)) > 0)
        {
            var used = 0;
            while (read - used >= 19 && BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(used + 9)) is var length && length <= read - used)
            {
                Event(_buffer.AsSpan(used, length));
                used += length;
            }

            at += used;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Event(ReadOnlySpan<byte> bytes)
    {
        if (Crc32.HashToUInt32(bytes[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]))
        {
            throw new InvalidDataException("checksum");
        }

        var type = bytes[4];
        if (type is 30 or 31 && bytes[19] == 0x7F)
        {
            Images(bytes[(type == 30 ? 31 : 32)..^4]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Images(ReadOnlySpan<byte> images)
    {
        var row = 0;
        for (; images.Length >= 28; images = images[28..])
        {
            if (row == BatchRows)
            {
                Finish(ref row);
            }

            _id[row] = BinaryPrimitives.ReadInt64LittleEndian(images[1..]);
            _product[row] = BinaryPrimitives.ReadInt32LittleEndian(images[9..]);
            _quantity[row] = BinaryPrimitives.ReadInt32LittleEndian(images[13..]);
            _price[row] = ((long)(BinaryPrimitives.ReadUInt32BigEndian(images[17..]) & 0x7FFF_FFFF) * 100) + images[21];
            _time[row] = (BinaryPrimitives.ReadUInt32BigEndian(images[22..]) * 1_000_000L) + (BinaryPrimitives.ReadUInt16BigEndian(images[26..]) * 100L);
            row++;
        }

        Finish(ref row);
    }

    private void Finish(ref int row)
    {
        Rows += row;
        Sum += row > 0 ? _id[row - 1] + _product[row - 1] + _quantity[row - 1] + _price[row - 1] + _time[row - 1] : 0;
        row = 0;
    }
}
