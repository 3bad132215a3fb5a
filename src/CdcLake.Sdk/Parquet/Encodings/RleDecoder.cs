using System.Buffers.Binary;
using CdcLake.Compression;

namespace CdcLake.Parquet.Encodings;

// Layout: see RleEncoder.

/// <summary>Decodes definition levels and dictionary indices, as many at a time as the caller wants.</summary>
internal struct RleDecoder
{
    private readonly byte[] _bytes;
    private readonly int _end;
    private readonly int _width;
    private int _position;
    private int _runLeft; // values left of a run of equal values
    private int _runValue;
    private long _packedLeft; // values left of a bit-packed run
    private long _packedBit; // offset of the next one, in bits from the start of the array

    /// <param name="bytes">Holds the runs.</param>
    /// <param name="start">Where they start.</param>
    /// <param name="end">Where they end.</param>
    /// <param name="width">Bits of a value, 0 to 32.</param>
    public RleDecoder(byte[] bytes, int start, int end, int width)
    {
        _bytes = bytes;
        _position = start;
        _end = end;
        _width = width;
    }

    /// <summary>A decoder for bits without run headers, as PLAIN booleans are.</summary>
    public static RleDecoder OfPackedBits(byte[] bytes, int start, int end) =>
        new(bytes, end, end, 1) { _packedLeft = (long)(end - start) * 8, _packedBit = (long)start * 8 };

    /// <summary>Decodes <paramref name="values"/>.Length values.</summary>
    /// <exception cref="CorruptDataException">The runs end before, or a header is cut off.</exception>
    public void Read(Span<int> values)
    {
        while (!values.IsEmpty)
        {
            int step;
            if (_runLeft > 0)
            {
                step = Math.Min(_runLeft, values.Length);
                values[..step].Fill(_runValue);
                _runLeft -= step;
            }
            else if (_packedLeft > 0)
            {
                step = (int)Math.Min(_packedLeft, values.Length);
                Unpack(values[..step]);
                _packedLeft -= step;
            }
            else
            {
                NextRun();
                continue;
            }

            values = values[step..];
        }
    }

    /// <summary>Decodes definition levels of one bit as a null mask (1 = null); returns how many rows are not null.</summary>
    /// <exception cref="CorruptDataException">The runs end before, or a level is neither 0 nor 1.</exception>
    public int ReadPresence(Span<byte> nulls)
    {
        var present = 0;
        while (!nulls.IsEmpty)
        {
            int step;
            if (_runLeft > 0)
            {
                if (_runValue is not (0 or 1))
                {
                    throw new CorruptDataException("Definition levels", _position, $"level {_runValue} in a flat column");
                }

                step = Math.Min(_runLeft, nulls.Length);
                nulls[..step].Fill((byte)(_runValue ^ 1));
                present += _runValue * step;
                _runLeft -= step;
            }
            else if (_packedLeft > 0)
            {
                step = (int)Math.Min(_packedLeft, nulls.Length);
                present += UnpackPresence(nulls[..step]);
                _packedLeft -= step;
            }
            else
            {
                NextRun();
                continue;
            }

            nulls = nulls[step..];
        }

        return present;
    }

    private void NextRun()
    {
        var header = ReadVarint();
        if ((header & 1) != 0)
        {
            _packedLeft = (long)(header >> 1) * 8;
            _packedBit = (long)_position * 8;
            _position = (int)Math.Min(_end, _position + ((long)(header >> 1) * _width));
            return;
        }

        _runLeft = (int)(header >> 1);
        _runValue = 0;
        for (var bits = 0; bits < _width; bits += 8)
        {
            if (_position >= _end)
            {
                throw Cut();
            }

            _runValue |= _bytes[_position++] << bits;
        }
    }

    private void Unpack(Span<int> values)
    {
        CheckPacked(values.Length);
        var mask = (1UL << _width) - 1;
        var bit = _packedBit;
        var bytes = _bytes.AsSpan(0, _end);
        for (var i = 0; i < values.Length; i++, bit += _width)
        {
            var at = (int)(bit >> 3);
            var word = bytes.Length - at >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) : ReadLast(bytes, at);
            values[i] = (int)((word >> (int)(bit & 7)) & mask);
        }

        _packedBit = bit;
    }

    private int UnpackPresence(Span<byte> nulls)
    {
        CheckPacked(nulls.Length);
        var present = 0;
        for (var i = 0; i < nulls.Length; i++, _packedBit++)
        {
            var level = (_bytes[_packedBit >> 3] >> (int)(_packedBit & 7)) & 1;
            present += level;
            nulls[i] = (byte)(level ^ 1);
        }

        return present;
    }

    /// <summary>Writers may leave the padding of the last group out; the values asked for must be there.</summary>
    private readonly void CheckPacked(int count)
    {
        if (_packedBit + ((long)count * _width) > (long)_end * 8)
        {
            throw Cut();
        }
    }

    private static ulong ReadLast(ReadOnlySpan<byte> bytes, int at)
    {
        ulong word = 0;
        for (var i = 0; at + i < bytes.Length; i++)
        {
            word |= (ulong)bytes[at + i] << (8 * i);
        }

        return word;
    }

    private uint ReadVarint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (_position >= _end)
            {
                throw Cut();
            }

            var b = _bytes[_position++];
            value |= (uint)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw new CorruptDataException("Run header", _position, "more than five bytes");
    }

    private readonly CorruptDataException Cut() => new("Runs of levels or indices", _position, "they end before their values");
}
