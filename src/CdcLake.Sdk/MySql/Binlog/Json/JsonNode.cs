using System.Buffers.Binary;
using CdcLake.Columnar;

namespace CdcLake.MySql.Binlog.Json;

/// <summary>A value of a JSON document that is being changed. Not thread-safe.</summary>
internal sealed class JsonNode
{
    private readonly JsonType _type;
    private readonly byte[] _bytes;

    private JsonNode(JsonType type, byte[] bytes) => (_type, _bytes) = (type, bytes);

    /// <summary>JSON's null.</summary>
    public static JsonNode Null { get; } = new(JsonType.Literal, [0]);

    public bool IsObject => _type is JsonType.SmallObject or JsonType.LargeObject;

    public bool IsArray => _type is JsonType.SmallArray or JsonType.LargeArray;

    /// <summary>Keys of an object in the order of <see cref="Items"/>: by length, then by bytes.</summary>
    public List<byte[]> Keys { get; } = [];

    /// <summary>Values of an object or an array.</summary>
    public List<JsonNode> Items { get; } = [];

    /// <summary>An array without values.</summary>
    public static JsonNode Array() => new(JsonType.LargeArray, []);

    public static JsonNode Of(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return new JsonNode(JsonType.Int32, bytes);
    }

    /// <param name="text">UTF-8.</param>
    public static JsonNode Of(ReadOnlySpan<byte> text)
    {
        var bytes = new List<byte>(text.Length + 1);
        for (var length = text.Length; ; length >>= 7)
        {
            bytes.Add((byte)(length < 0x80 ? length : length | 0x80));
            if (length < 0x80)
            {
                return new JsonNode(JsonType.String, [.. bytes, .. text]);
            }
        }
    }

    /// <exception cref="MySqlProtocolException">The document is damaged.</exception>
    public static JsonNode Parse(ReadOnlySpan<byte> document)
    {
        var budget = new JsonBudget(document.Length + 1L);
        return Parse(JsonValue.Of(document), JsonPrinter.MaxDepth, ref budget);
    }

    /// <summary>Where a key of an object is; the complement of where it belongs when it is not there.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < Keys.Count; i++)
        {
            var order = Keys[i].Length != key.Length ? Keys[i].Length.CompareTo(key.Length) : Keys[i].AsSpan().SequenceCompareTo(key);
            if (order >= 0)
            {
                return order == 0 ? i : ~i;
            }
        }

        return ~Keys.Count;
    }

    /// <summary>Appends the document of this value: with large objects and arrays throughout, which hold all that small ones do.</summary>
    public void WriteDocument(JsonText target)
    {
        target.Append((byte)(IsObject ? JsonType.LargeObject : IsArray ? JsonType.LargeArray : _type));
        Write(target);
    }

    private static JsonNode Parse(JsonValue value, int depth, ref JsonBudget budget)
    {
        if (!value.IsContainer)
        {
            var bytes = BytesOf(value);
            budget.Spend(value.Type is JsonType.String or JsonType.Opaque ? bytes.Length : 0); // numbers may lie in the head of what they are in
            return new JsonNode(value.Type, bytes.ToArray());
        }

        var container = depth > 0 ? new JsonContainer(value) : throw JsonValue.Damaged($"more than {JsonPrinter.MaxDepth} objects and arrays inside each other");
        budget.Spend(container.Head);
        var node = new JsonNode(value.Type, []);
        for (var i = 0; i < container.Count; i++)
        {
            if (container.IsObject)
            {
                node.Keys.Add(budget.Spend(container.Key(i)).ToArray());
            }

            node.Items.Add(Parse(container[i], depth - 1, ref budget));
        }

        return node;
    }

    /// <summary>What a scalar takes in the document, its length included.</summary>
    private static ReadOnlySpan<byte> BytesOf(JsonValue value)
    {
        switch (value.Type)
        {
            case JsonType.String or JsonType.Opaque:
                var head = value.Type == JsonType.String ? 0 : 1;
                var text = value.TakePrefixed(head);
                var lengthBytes = 1;
                for (var left = text.Length >> 7; left > 0; left >>= 7)
                {
                    lengthBytes++;
                }

                return value.Take(head + lengthBytes + text.Length);
            case JsonType.Literal:
                return value.Take(1);
            case JsonType.Int16 or JsonType.UInt16:
                return value.Take(2);
            case JsonType.Int32 or JsonType.UInt32:
                return value.Take(4);
            case JsonType.Int64 or JsonType.UInt64 or JsonType.Double:
                return value.Take(8);
            default:
                throw JsonValue.Damaged($"a value of type {(int)value.Type}");
        }
    }

    private void Write(JsonText target)
    {
        if (!IsObject && !IsArray)
        {
            target.Append(_bytes);
            return;
        }

        const int Word = 4, KeyEntry = Word + 2, ValueEntry = Word + 1;
        var start = target.Written.Length;
        var values = start + (2 * Word) + (Keys.Count * KeyEntry);
        var head = values - start + (Items.Count * ValueEntry);
        target.Room(head)[..head].Clear();
        target.Advance(head);
        BinaryPrimitives.WriteInt32LittleEndian(target.At(start), Items.Count);
        for (var i = 0; i < Keys.Count; i++)
        {
            var entry = start + (2 * Word) + (i * KeyEntry);
            BinaryPrimitives.WriteInt32LittleEndian(target.At(entry), target.Written.Length - start);
            BinaryPrimitives.WriteUInt16LittleEndian(target.At(entry + Word), (ushort)Keys[i].Length);
            target.Append(Keys[i]);
        }

        for (var i = 0; i < Items.Count; i++)
        {
            Items[i].WriteEntry(target, start, values + (i * ValueEntry));
        }

        BinaryPrimitives.WriteInt32LittleEndian(target.At(start + Word), target.Written.Length - start);
    }

    private void WriteEntry(JsonText target, int start, int entry)
    {
        target.At(entry)[0] = (byte)(IsObject ? JsonType.LargeObject : IsArray ? JsonType.LargeArray : _type);
        if (_type is JsonType.Literal or JsonType.Int16 or JsonType.UInt16 or JsonType.Int32 or JsonType.UInt32)
        {
            _bytes.CopyTo(target.At(entry + 1));
            return;
        }

        BinaryPrimitives.WriteInt32LittleEndian(target.At(entry + 1), target.Written.Length - start);
        Write(target);
    }
}
