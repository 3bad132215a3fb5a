using System.Buffers.Binary;

namespace CdcLake.MySql.Binlog.Json;

// object, array; a word is 2 bytes in small ones and 4 in large ones, offsets count from the start of the container:
//
//   size      field
//   word      entries
//   word      bytes of the container
//   word + 2  objects only, per entry: offset and length of the key
//   1 + word  per entry: type and offset of the value, or the value itself (literals and integers that fit a word)
//   rest      keys, then values
//
// Source: MySQL source, sql-common/json_binary.h.

/// <summary>An object or an array of a binary JSON document.</summary>
internal readonly ref struct JsonContainer
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _word;

    /// <exception cref="MySqlProtocolException">Its entries do not fit into its size, or its size not into the document.</exception>
    public JsonContainer(JsonValue value)
    {
        _word = value.Type is JsonType.LargeObject or JsonType.LargeArray ? 4 : 2;
        _bytes = value.Take(2 * _word);
        IsObject = value.Type is JsonType.SmallObject or JsonType.LargeObject;
        var (count, size) = (Word(0), Word(_word));
        Head = (2L * _word) + (count * ((IsObject ? KeyEntry : 0L) + ValueEntry));
        if (size > value.Bytes.Length || Head > size)
        {
            throw JsonValue.Damaged($"{count} entries in {size} bytes, {value.Bytes.Length} left");
        }

        _bytes = value.Bytes[..(int)size];
        Count = (int)count;
    }

    public bool IsObject { get; }

    public int Count { get; }

    /// <summary>Bytes before the keys and values.</summary>
    public long Head { get; }

    private int KeyEntry => _word + 2;

    private int ValueEntry => _word + 1;

    /// <summary>The key of an entry, UTF-8.</summary>
    public ReadOnlySpan<byte> Key(int entry)
    {
        var at = (2 * _word) + (entry * KeyEntry);
        var offset = Word(at);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(at + _word)..]);
        return offset >= Head && offset + length <= _bytes.Length ? _bytes.Slice((int)offset, length) : throw JsonValue.Damaged($"a key at {offset} of {_bytes.Length}");
    }

    /// <summary>The value of an entry. It lies behind the head, so that values inside values come to an end.</summary>
    public JsonValue this[int entry]
    {
        get
        {
            var at = (2 * _word) + (IsObject ? Count * KeyEntry : 0) + (entry * ValueEntry);
            var type = (JsonType)_bytes[at];
            if (type is JsonType.Literal or JsonType.Int16 or JsonType.UInt16 || (_word == 4 && type is JsonType.Int32 or JsonType.UInt32))
            {
                return new JsonValue(type, _bytes.Slice(at + 1, _word));
            }

            var offset = Word(at + 1);
            return offset >= Head && offset < _bytes.Length ? new JsonValue(type, _bytes[(int)offset..]) : throw JsonValue.Damaged($"a value at {offset} of {_bytes.Length}");
        }
    }

    private long Word(int at) => _word == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(_bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(_bytes[at..]);
}
