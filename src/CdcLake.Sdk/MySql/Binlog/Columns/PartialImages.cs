using CdcLake.Columnar;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Columns;

// PARTIAL_UPDATE_ROWS: a before-image as always, then an after-image that may hold changes instead of documents:
//
//   ...       which documents (ChangedDocuments)
//   (n+7)/8   NULL bits
//   rest      the values
//
// Source: MySQL source documentation, binlog event "Rows_event" (Partial_update_rows_event).

/// <summary>Turns the images of partial updates into whole ones, applying the changes to the documents of the before-images. Not thread-safe.</summary>
internal sealed class PartialImages(IReadOnlyList<MySqlColumn> columns)
{
    private readonly ImageSize[] _sizes = [.. columns.Select(c => ColumnForm.Of(c).Size)];
    private readonly ChangedDocuments _documents = new(columns);
    private readonly JsonText _whole = new();

    /// <summary>Before-images and after-images, one behind the other; valid until the next call.</summary>
    /// <exception cref="MySqlProtocolException">The images are damaged.</exception>
    public ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> images)
    {
        _whole.Trim();
        var reader = new PacketReader(images);
        while (reader.Remaining > 0)
        {
            CopyBefore(images, ref reader);
            AppendAfter(images, ref reader);
        }

        return _whole.Written;
    }

    private void CopyBefore(ReadOnlySpan<byte> images, ref PacketReader reader)
    {
        var start = reader.Position;
        var nulls = reader.ReadBytes((columns.Count + 7) / 8);
        for (var i = 0; i < columns.Count; i++)
        {
            var isNull = IsSet(nulls, i);
            var length = isNull ? 0 : SkipValue(ref reader, _sizes[i]);
            _documents.Note(i, isNull, reader.Position - length, length);
        }

        _whole.Append(images[start..reader.Position]);
    }

    private void AppendAfter(ReadOnlySpan<byte> images, ref PacketReader reader)
    {
        var changed = _documents.ReadBits(ref reader);
        var nulls = reader.ReadBytes((columns.Count + 7) / 8);
        _whole.Append(nulls);
        var document = -1;
        for (var i = 0; i < columns.Count; i++)
        {
            document += _documents.IsJson(i) ? 1 : 0;
            if (IsSet(nulls, i))
            {
                continue;
            }

            if (_documents.IsJson(i) && !changed.IsEmpty && IsSet(changed, document))
            {
                _documents.TryAppend(ref reader, i, images, _whole, out _);
            }
            else
            {
                var start = reader.Position;
                SkipValue(ref reader, _sizes[i]);
                _whole.Append(images[start..reader.Position]);
            }
        }
    }

    /// <summary>Steps over a value and returns its bytes without the length.</summary>
    public static int SkipValue(ref PacketReader reader, ImageSize size)
    {
        var length = size.Prefix == 0 ? size.Width : LengthOf(ref reader, size.Prefix);
        reader.Skip(length);
        return length;
    }

    /// <summary>Reads the length of a value that follows.</summary>
    public static int LengthOf(ref PacketReader reader, int prefix)
    {
        uint length = 0;
        var bytes = reader.ReadBytes(prefix);
        for (var i = prefix - 1; i >= 0; i--)
        {
            length = (length << 8) | bytes[i];
        }

        return length <= reader.Remaining ? (int)length : throw MySqlProtocolException.Malformed("Partial row image", reader.Position, $"a value of {length} bytes, {reader.Remaining} left");
    }

    /// <summary>Bits count from the lowest of the first byte on.</summary>
    public static bool IsSet(ReadOnlySpan<byte> bits, int index) => (bits[index >> 3] & (1 << (index & 7))) != 0;
}
