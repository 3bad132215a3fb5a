using System.Numerics;
using CdcLake.Columnar;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Columns;

// Row image that leaves columns out, as the bits of its rows event say: NULL bits of the columns that are there ((columns there + 7) / 8 bytes, low bit first; MariaDB sets those that are left
// over), then their values that are not NULL. With documents in part (ChangedDocuments) what says so comes first in images after the change.
// Source: MySQL source documentation, "Rows_event".

/// <summary>Turns images that leave columns out into whole ones, in which these are NULL. Not thread-safe.</summary>
internal sealed class SparseImages(IReadOnlyList<MySqlColumn> columns)
{
    private readonly ImageSize[] _sizes = [.. columns.Select(c => ColumnForm.Of(c).Size)];
    private readonly int _bytes = (columns.Count + 7) / 8;
    private readonly ChangedDocuments _documents = new(columns);
    private readonly List<(int Image, int Column)> _inPart = [];
    private readonly JsonText _whole = new();

    /// <summary>Documents that have only changes (<see cref="DocumentChanges"/>) in the images that were completed last, or are NULL instead of what they were before; in the images' order.</summary>
    public IReadOnlyList<(int Image, int Column)> InPart => _inPart;

    /// <summary>The images one behind the other; valid until the next call.</summary>
    /// <param name="present">One bit per column that is there; of updates first for the images before, then for those after.</param>
    /// <param name="images">The images.</param>
    /// <param name="haveDocumentsInPart">They are of PARTIAL_UPDATE_ROWS.</param>
    /// <exception cref="MySqlProtocolException">The images are damaged.</exception>
    public ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> present, ReadOnlySpan<byte> images, bool haveDocumentsInPart = false)
    {
        _whole.Trim();
        _inPart.Clear();
        var kinds = present.Length / _bytes;
        var reader = new PacketReader(images);
        for (var image = 0; reader.Remaining > 0 || image % kinds != 0; image++)
        {
            var there = present.Slice(image % kinds * _bytes, _bytes);
            if (image % kinds == 0 && CountOf(there) == 0)
            {
                throw MySqlProtocolException.Malformed("Row image", reader.Position, "an image without columns");
            }

            if (image % kinds == 0)
            {
                _documents.Forget();
            }

            Append(image, there, haveDocumentsInPart && image % kinds == 1, images, ref reader);
        }

        return _whole.Written;
    }

    private void Append(int image, ReadOnlySpan<byte> present, bool mayBeInPart, ReadOnlySpan<byte> images, ref PacketReader reader)
    {
        var changed = mayBeInPart ? _documents.ReadBits(ref reader) : default;
        var nulls = reader.ReadBytes((CountOf(present) + 7) / 8);
        var at = _whole.Written.Length;
        _whole.Room(_bytes)[.._bytes].Clear();
        _whole.Advance(_bytes);
        var (values, bit, document) = (reader.Position, 0, -1);
        for (var i = 0; i < _sizes.Length; i++)
        {
            document += _documents.IsJson(i) ? 1 : 0;
            var isThere = PartialImages.IsSet(present, i);
            var isNull = !isThere || PartialImages.IsSet(nulls, bit++);
            if (isThere && !isNull && _documents.IsJson(i) && !changed.IsEmpty && PartialImages.IsSet(changed, document))
            {
                _whole.Append(images[values..reader.Position]);
                isNull = !_documents.TryAppend(ref reader, i, images, _whole, out var isWhole);
                values = reader.Position;
                if (!isWhole)
                {
                    _inPart.Add((image, i));
                }
            }
            else
            {
                var length = isNull ? 0 : PartialImages.SkipValue(ref reader, _sizes[i]);
                if (isThere && _documents.IsJson(i))
                {
                    _documents.Note(i, isNull, reader.Position - length, length);
                }
            }

            if (isNull)
            {
                _whole.At(at)[i >> 3] |= (byte)(1 << (i & 7));
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
