using System.Buffers.Binary;
using System.Globalization;
using CdcLake.Columnar;

namespace CdcLake.MySql.Binlog.Json;

/// <summary>
/// Prints binary JSON documents as the server prints them in a SELECT, byte by byte. Allocates nothing once its buffer has the size of the largest document. Not thread-safe.
/// </summary>
internal sealed class JsonPrinter
{
    /// <summary>Objects and arrays inside each other; the server allows no more.</summary>
    public const int MaxDepth = 100;

    private readonly JsonText _text = new();
    private JsonBudget _budget;

    /// <summary>The text of a document, UTF-8; valid until the next call.</summary>
    /// <exception cref="MySqlProtocolException">The document is damaged.</exception>
    public ReadOnlySpan<byte> Print(ReadOnlySpan<byte> document)
    {
        _text.Clear();
        _budget = new JsonBudget(document.Length + 1L);
        Append(JsonValue.Of(document), MaxDepth);
        return _text.Written;
    }

    /// <summary>Lets go of a large buffer.</summary>
    public void Trim() => _text.Trim();

    private void Append(JsonValue value, int depth)
    {
        switch (value.Type)
        {
            case <= JsonType.LargeArray:
                AppendContainer(new JsonContainer(value), depth);
                break;
            case JsonType.Literal:
                _text.Append(value.Take(1)[0] switch { 0 => "null"u8, 1 => "true"u8, 2 => "false"u8, var code => throw JsonValue.Damaged($"literal {code}") });
                break;
            case JsonType.String:
                _text.AppendQuoted(_budget.Spend(value.TakePrefixed(0)));
                break;
            case JsonType.Double:
                _text.Advance(DoubleText.Format(BinaryPrimitives.ReadDoubleLittleEndian(value.Take(sizeof(double))), _text.Room(DoubleText.MaxLength)));
                break;
            case JsonType.Opaque:
                OpaqueText.Append(value.Take(1)[0], _budget.Spend(value.TakePrefixed(1)), _text);
                break;
            default:
                AppendInteger(value);
                break;
        }
    }

    private void AppendContainer(JsonContainer container, int depth)
    {
        if (depth == 0)
        {
            throw JsonValue.Damaged($"more than {MaxDepth} objects and arrays inside each other");
        }

        _budget.Spend(container.Head);
        _text.Append(container.IsObject ? (byte)'{' : (byte)'[');
        for (var i = 0; i < container.Count; i++)
        {
            _text.Append(i == 0 ? default : ", "u8);
            if (container.IsObject)
            {
                _text.AppendQuoted(_budget.Spend(container.Key(i)));
                _text.Append(": "u8);
            }

            Append(container[i], depth - 1);
        }

        _text.Append(container.IsObject ? (byte)'}' : (byte)']');
    }

    private void AppendInteger(JsonValue value)
    {
        var room = _text.Room(20);
        var length = 0;
        _ = value.Type switch
        {
            JsonType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(value.Take(2)).TryFormat(room, out length, default, CultureInfo.InvariantCulture),
            JsonType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(value.Take(2)).TryFormat(room, out length, default, CultureInfo.InvariantCulture),
            JsonType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(value.Take(4)).TryFormat(room, out length, default, CultureInfo.InvariantCulture),
            JsonType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(value.Take(4)).TryFormat(room, out length, default, CultureInfo.InvariantCulture),
            JsonType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(value.Take(8)).TryFormat(room, out length, default, CultureInfo.InvariantCulture),
            JsonType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(value.Take(8)).TryFormat(room, out length, default, CultureInfo.InvariantCulture),
            _ => throw JsonValue.Damaged($"a value of type {(int)value.Type}"),
        };
        _text.Advance(length);
    }
}
