using System.Text.Json;
using CdcLake.Columnar;
using CdcLake.Common;

namespace CdcLake.Parquet.Variants;

// JSON                                          variant
//
// null, true, false, texts, objects, arrays     the same
// numbers                                       see JsonNumbers

/// <summary>
/// Makes variants of JSON documents as MySQL prints them: metadata with the document's names, sorted, and its value, whose fields lie in the order of the document. The same text gives the
/// same bytes. Allocates nothing once its buffers have the size of the largest document. Not thread-safe.
/// </summary>
/// <param name="column">For errors.</param>
internal sealed class JsonVariants(string column) : IDisposable
{
    /// <summary>As documents are read.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = VariantValue.MaxDepth };

    private readonly NameTable _names = new();
    private readonly VariantWriter _value = new();
    private byte[] _unescaped = [];
    private bool _isSealed;

    /// <summary>Metadata of the document; valid until the next one.</summary>
    public ReadOnlySpan<byte> Metadata => _names.Metadata;

    /// <summary>Value of the document; valid until the next one.</summary>
    public ReadOnlySpan<byte> Value => _value.Written;

    /// <summary>Takes a document.</summary>
    /// <exception cref="UnsupportedTypeException">It is no JSON.</exception>
    public void Encode(ReadOnlySpan<byte> text)
    {
        try
        {
            if (_isSealed && TryWrite(text) && _names.AreAllUsed)
            {
                return;
            }

            TakeNames(text);
            TryWrite(text);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the second: half of a surrogate pair
        {
            throw Refused(text, "it is no JSON: " + e.Message, e);
        }
    }

    public void Dispose()
    {
        _names.Dispose();
        _value.Dispose();
        Pooled.Return(ref _unescaped);
    }

    private void TakeNames(ReadOnlySpan<byte> text)
    {
        _names.Clear();
        var json = new Utf8JsonReader(text, Options);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName)
            {
                _names.Add(TextOf(ref json));
            }
        }

        _names.Seal();
        _isSealed = true;
    }

    /// <summary>False when the document has a name that the table has not.</summary>
    private bool TryWrite(ReadOnlySpan<byte> text)
    {
        _value.Clear();
        _names.Begin();
        var json = new Utf8JsonReader(text, Options);
        json.Read();
        return TryWrite(ref json, text) && !json.Read(); // the last one refuses what follows
    }

    private bool TryWrite(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                return TryWriteObject(ref json, text);
            case JsonTokenType.StartArray:
                return TryWriteArray(ref json, text);
            case JsonTokenType.String:
                _value.AppendText(TextOf(ref json));
                break;
            case JsonTokenType.Number:
                JsonNumbers.Write(_value, json.ValueSpan);
                break;
            default:
                _value.Append(json.TokenType switch { JsonTokenType.True => VariantType.True, JsonTokenType.False => VariantType.False, _ => VariantType.Null });
                break;
        }

        return true;
    }

    private bool TryWriteObject(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var open = _value.Open();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = _names.Use(TextOf(ref json));
            if (name < 0)
            {
                return false;
            }

            _value.Field(open, name, name);
            json.Read();
            if (!TryWrite(ref json, text))
            {
                return false;
            }
        }

        return _value.CloseObject(open) ? true : throw Refused(text, "an object has two fields of one name");
    }

    private bool TryWriteArray(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var open = _value.Open();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            _value.Element(open);
            if (!TryWrite(ref json, text))
            {
                return false;
            }
        }

        _value.CloseArray(open);
        return true;
    }

    private ReadOnlySpan<byte> TextOf(ref Utf8JsonReader json)
    {
        if (!json.ValueIsEscaped)
        {
            return json.ValueSpan;
        }

        Pooled.Grow(ref _unescaped, json.ValueSpan.Length, 0);
        return _unescaped.AsSpan(0, json.CopyString(_unescaped));
    }

    private UnsupportedTypeException Refused(ReadOnlySpan<byte> text, string reason, Exception? inner = null) => new(
        $"Column \"{column}\" cannot be written as a variant: {reason}. The value is {CellText.Of(DataType.String, text)}. Change the value, leave the column out, or keep it as text in another table.", inner);
}
