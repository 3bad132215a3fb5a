using System.Buffers;

namespace CdcLake.Columnar;

/// <summary>A value of a document that is text, as MySQL prints it, while it is being changed. What is not changed stays as it was printed, byte by byte. Not thread-safe.</summary>
internal sealed class JsonTextNode
{
    private const int MaxDepth = 101; // the server's documents have 100
    private static readonly SearchValues<byte> Ends = SearchValues.Create(",:]}[{\" \t\r\n"u8);

    private JsonTextNode(bool isObject, bool isArray, byte[] scalar) => (IsObject, IsArray, Scalar) = (isObject, isArray, scalar);

    public bool IsObject { get; }

    public bool IsArray { get; }

    /// <summary>What is neither, as it is printed.</summary>
    public byte[] Scalar { get; }

    /// <summary>Keys of an object in the order of <see cref="Items"/>: as they are printed, without quotes.</summary>
    public List<byte[]> Keys { get; } = [];

    /// <summary>Values of an object or an array.</summary>
    public List<JsonTextNode> Items { get; } = [];

    /// <summary>The document; null when it is none.</summary>
    public static JsonTextNode? TryParse(ReadOnlySpan<byte> text)
    {
        var root = Parse(ref text, MaxDepth);
        SkipSpace(ref text);
        return text.IsEmpty ? root : null;
    }

    /// <summary>Where a key of an object is; the complement of where it belongs when it is not there: the server orders keys by length, then by bytes.</summary>
    /// <param name="key">As it is printed, without quotes.</param>
    public int Find(ReadOnlySpan<byte> key)
    {
        var wanted = Unescaped(key);
        for (var i = 0; i < Keys.Count; i++)
        {
            var other = Unescaped(Keys[i]);
            var order = other.Length != wanted.Length ? other.Length.CompareTo(wanted.Length) : other.SequenceCompareTo(wanted);
            if (order >= 0)
            {
                return order == 0 ? i : ~i;
            }
        }

        return ~Keys.Count;
    }

    /// <summary>Prints it as MySQL does.</summary>
    public void Write(JsonText target)
    {
        if (!IsObject && !IsArray)
        {
            target.Append(Scalar);
            return;
        }

        target.Append(IsObject ? (byte)'{' : (byte)'[');
        for (var i = 0; i < Items.Count; i++)
        {
            target.Append(i == 0 ? default : ", "u8);
            if (IsObject)
            {
                target.Append((byte)'"');
                target.Append(Keys[i]);
                target.Append("\": "u8);
            }

            Items[i].Write(target);
        }

        target.Append(IsObject ? (byte)'}' : (byte)']');
    }

    private static JsonTextNode? Parse(ref ReadOnlySpan<byte> text, int depth)
    {
        SkipSpace(ref text);
        if (text.IsEmpty || depth == 0)
        {
            return null;
        }

        if (text[0] is (byte)'{' or (byte)'[')
        {
            return ParseContainer(ref text, depth);
        }

        var length = text[0] == '"' ? LengthOfText(text) : text.IndexOfAny(Ends) is >= 0 and var end ? end : text.Length;
        var scalar = text[..Math.Max(length, 0)].ToArray();
        text = text[scalar.Length..];
        return scalar.Length > 0 ? new JsonTextNode(isObject: false, isArray: false, scalar) : null;
    }

    private static JsonTextNode? ParseContainer(ref ReadOnlySpan<byte> text, int depth)
    {
        var node = new JsonTextNode(text[0] == '{', text[0] == '[', []);
        var end = node.IsObject ? (byte)'}' : (byte)']';
        text = text[1..];
        if (TryTake(ref text, end))
        {
            return node;
        }

        while (true)
        {
            if (node.IsObject && !TryParseKey(ref text, node.Keys))
            {
                return null;
            }

            if (Parse(ref text, depth - 1) is not { } item)
            {
                return null;
            }

            node.Items.Add(item);
            if (!TryTake(ref text, (byte)','))
            {
                return TryTake(ref text, end) ? node : null;
            }
        }
    }

    private static bool TryParseKey(ref ReadOnlySpan<byte> text, List<byte[]> keys)
    {
        SkipSpace(ref text);
        var length = !text.IsEmpty && text[0] == '"' ? LengthOfText(text) : -1;
        if (length < 0)
        {
            return false;
        }

        keys.Add(text[1..(length - 1)].ToArray());
        text = text[length..];
        return TryTake(ref text, (byte)':');
    }

    /// <summary>Bytes of a text with its quotes; negative when it does not end.</summary>
    private static int LengthOfText(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i + 1;
            }

            i += text[i] == '\\' ? 1 : 0;
        }

        return -1;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> text, byte sign)
    {
        SkipSpace(ref text);
        if (text.IsEmpty || text[0] != sign)
        {
            return false;
        }

        text = text[1..];
        return true;
    }

    private static void SkipSpace(ref ReadOnlySpan<byte> text) => text = text.TrimStart(" \t\r\n"u8);

    private static ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> key)
    {
        if (!key.Contains((byte)'\\'))
        {
            return key;
        }

        var plain = new List<byte>(key.Length);
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] != '\\')
            {
                plain.Add(key[i]);
                continue;
            }

            var sign = key[++i];
            plain.Add(sign switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'t' => (byte)'\t',
                (byte)'n' => (byte)'\n',
                (byte)'f' => (byte)'\f',
                (byte)'r' => (byte)'\r',
                (byte)'u' => Convert.ToByte(System.Text.Encoding.ASCII.GetString(key.Slice(i + 3, 2)), 16), // only control characters are written so
                _ => sign,
            });
            i += sign == 'u' ? 4 : 0;
        }

        return plain.ToArray();
    }
}
