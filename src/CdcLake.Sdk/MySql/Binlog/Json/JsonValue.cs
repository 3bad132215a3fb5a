namespace CdcLake.MySql.Binlog.Json;

// value    literal     1 byte: 0 null, 1 true, 2 false
//          integers    2, 4 or 8 bytes, little endian
//          double      8 bytes, IEEE, little endian
//          string      length (7 bits a byte, low ones first, top bit: more), UTF-8
//          opaque      column type u8, length as above, bytes
//          containers  JsonContainer
// Source: MySQL source, sql-common/json_binary.h.

/// <summary>A value of a binary JSON document.</summary>
/// <param name="type">Says what <paramref name="bytes"/> hold.</param>
/// <param name="bytes">From where the value begins to the end of what it lies in; a value may end before.</param>
internal readonly ref struct JsonValue(JsonType type, ReadOnlySpan<byte> bytes)
{
    private const int MaxLengthBytes = 5;

    public JsonType Type { get; } = type;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public bool IsContainer => Type <= JsonType.LargeArray;

    /// <summary>The value of a document: a type and what belongs to it. No bytes at all stand for null: IGNORE stores such in a NOT NULL column.</summary>
    public static JsonValue Of(ReadOnlySpan<byte> document) =>
        document.IsEmpty ? new JsonValue(JsonType.Literal, [0]) : new JsonValue((JsonType)document[0], document[1..]);

    /// <summary>The first <paramref name="count"/> bytes.</summary>
    /// <exception cref="MySqlProtocolException">There are fewer.</exception>
    public ReadOnlySpan<byte> Take(int count) => count <= Bytes.Length ? Bytes[..count] : throw Damaged($"{count} bytes wanted, {Bytes.Length} left");

    /// <summary>The text of a string, or the bytes of an opaque value behind its type.</summary>
    /// <param name="at">Where the length begins.</param>
    /// <exception cref="MySqlProtocolException">The length runs over the end.</exception>
    public ReadOnlySpan<byte> TakePrefixed(int at)
    {
        long length = 0;
        for (var i = 0; i < MaxLengthBytes && at < Bytes.Length; i++)
        {
            var b = Bytes[at++];
            length |= (long)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                return length <= Bytes.Length - at ? Bytes.Slice(at, (int)length) : throw Damaged($"a string of {length} bytes, {Bytes.Length - at} left");
            }
        }

        throw Damaged("a length that does not end");
    }

    public static MySqlProtocolException Damaged(string detail) => MySqlProtocolException.Malformed("JSON document", 0, detail);
}
