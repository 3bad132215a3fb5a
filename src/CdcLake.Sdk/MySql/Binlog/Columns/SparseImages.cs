using System.Numerics;
using CdcLake.Columnar;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Columns;

// Row image that leaves columns out, as the bits of its rows event say: NULL bits of the columns that are there ((columns there + 7) / 8 bytes, low bit first; MariaDB sets those that are left
// over), then their values that are not NULL.
// Source: MySQL source documentation, "Rows_event".

/// <summary>Turns images that leave columns out into whole ones, in which these are NULL: for columns that nobody reads. Not thread-safe.</summary>
internal sealed class SparseImages(IReadOnlyList<MySqlColumn> columns)
{
    private readonly ImageSize[] _sizes = [.. columns.Select(c => ColumnForm.Of(c).Size)];
    private readonly int _bytes = (columns.Count + 7) / 8;
    private readonly JsonText _whole = new();

    /// <summary>The images one behind the other; valid until the next call.</summary>
    /// <param name="present">One bit per column that is there; of updates first for the images before, then for those after.</param>
    /// <param name="images">The images.</param>
    /// <exception cref="MySqlProtocolException">The images are damaged.</exception>
    public ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> present, ReadOnlySpan<byte> images)
    {
        _whole.Trim();
        var kinds = present.Length / _bytes;
        var reader = new PacketReader(images);
        for (var image = 0; reader.Remaining > 0 || image % kinds != 0; image++)
        {
            var there = present.Slice(image % kinds * _bytes, _bytes);
            if (image % kinds == 0 && CountOf(there) == 0)
            {
                throw MySqlProtocolException.Malformed("Row image", reader.Position, "an image without columns");
            }

            Append(there, images, ref reader);
        }

        return _whole.Written;
    }

    private void Append(ReadOnlySpan<byte> present, ReadOnlySpan<byte> images, ref PacketReader reader)
    {
        var nulls = reader.ReadBytes((CountOf(present) + 7) / 8);
        var at = _whole.Written.Length;
        _whole.Room(_bytes)[.._bytes].Clear();
        _whole.Advance(_bytes);
        var (values, bit) = (reader.Position, 0);
        for (var i = 0; i < _sizes.Length; i++)
        {
            if (!PartialImages.IsSet(present, i) || PartialImages.IsSet(nulls, bit++))
            {
                _whole.At(at)[i >> 3] |= (byte)(1 << (i & 7));
            }
            else
            {
                PartialImages.SkipValue(ref reader, _sizes[i]);
            }
        }

        _whole.Append(images[values..reader.Position]);
    }

    private int CountOf(ReadOnlySpan<byte> present)
    {
        var count = 0;
        for (var i = 0; i < _bytes; i++)
        {
            count += BitOperations.PopCount((uint)present[i] & (i == _bytes - 1 ? 0xFFu >> ((8 - (_sizes.Length & 7)) & 7) : 0xFF));
        }

        return count;
    }
}
