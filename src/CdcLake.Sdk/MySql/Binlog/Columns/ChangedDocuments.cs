using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Json;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Columns;

// Before the NULL bits of an image after the change, in PARTIAL_UPDATE_ROWS:
//
//   lenenc    options: 1 when there is what follows
//   (j+7)/8   one bit per JSON column of the table, also of those that the image leaves out, low bit first: 1 = changes
//
// The value of a JSON column with changes is their length (4 bytes) and the changes (JsonChange), none at all when the document stayed as it was.
// Source: MySQL source documentation, binlog event "Rows_event" (Partial_update_rows_event).

/// <summary>Documents of which an update's image has only the changes, and what they were before it. Not thread-safe.</summary>
internal sealed class ChangedDocuments(IReadOnlyList<MySqlColumn> columns)
{
    private const int HasChanges = 1;
    private const int PrefixBytes = 4;

    private readonly bool[] _isJson = [.. columns.Select(c => c.Type == MySqlTypeCode.Json)];
    private readonly (Known State, int Start, int Length)[] _before = new (Known, int, int)[columns.Count];

    private enum Known : byte
    {
        Nothing,
        Null,
        Document,
    }

    public bool IsJson(int column) => _isJson[column];

    /// <summary>One bit per JSON column; empty when no document has changes instead of a value.</summary>
    public ReadOnlySpan<byte> ReadBits(ref PacketReader reader)
    {
        var options = reader.ReadLengthEncoded();
        return options switch
        {
            0 => default,
            HasChanges => reader.ReadBytes((_isJson.Count(j => j) + 7) / 8),
            _ => throw MySqlProtocolException.Malformed("Partial row image", reader.Position, $"options {options}"),
        };
    }

    /// <summary>Another row begins.</summary>
    public void Forget() => Array.Clear(_before);

    /// <summary>What a column had before the update.</summary>
    public void Note(int column, bool isNull, int start, int length) => _before[column] = (isNull ? Known.Null : Known.Document, start, length);

    /// <summary>
    /// Takes the changes of a document and appends it, with its length. Where the image before the update has no such column, the changes are appended instead, as a document that says them
    /// (<see cref="DocumentChanges"/>).
    /// </summary>
    /// <returns>False where neither can be: it is what it was before, which is not known here, and nothing is appended.</returns>
    /// <exception cref="MySqlProtocolException">The changes are damaged.</exception>
    public bool TryAppend(ref PacketReader reader, int column, ReadOnlySpan<byte> images, JsonText target, out bool isWhole)
    {
        var changes = reader.ReadBytes(PartialImages.LengthOf(ref reader, PrefixBytes));
        var (state, start, length) = _before[column];
        isWhole = state == Known.Document;
        if (state == Known.Null)
        {
            throw MySqlProtocolException.Malformed("Partial row image", 0, $"changes of column \"{columns[column].Name}\", which was NULL");
        }

        if (changes.IsEmpty && !isWhole)
        {
            return false;
        }

        var at = target.Written.Length;
        target.Append("\0\0\0\0"u8);
        if (!isWhole)
        {
            JsonChange.WriteDocument(changes, target);
        }
        else if (changes.IsEmpty)
        {
            target.Append(images.Slice(start, length));
        }
        else
        {
            JsonDiff.Apply(images.Slice(start, length), changes, target);
        }

        BinaryPrimitives.WriteInt32LittleEndian(target.At(at), target.Written.Length - at - PrefixBytes);
        return true;
    }
}
