using System.Text;
using System.Text.Json;

namespace CdcLake.Testing.Tables;

/// <summary>Encodes binary JSON as a server does, but for in-lining, which is only done where it must be read.</summary>
internal static class JsonDocuments
{
    /// <param name="value">Null, bool, short, ushort, int, uint, long, ulong, double, string, bytes of an opaque value with its type, a list, or a list of keys and values.</param>
    /// <param name="isLarge">Objects and arrays with words of four bytes.</param>
    public static byte[] Of(object? value, bool isLarge = false)
    {
        var (type, bytes) = Encode(value, isLarge);
        return [type, .. bytes];
    }

    /// <summary>A document as a server stores it: of keys that come twice the last one, keys by length and then by bytes, numbers in the narrowest type.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static byte[] OfText(string json)
    {
        using var document = JsonDocument.Parse(json);
        var value = ValueOf(document.RootElement);
        const int MostBytesOfSmall = ushort.MaxValue;
        return json.Length > MostBytesOfSmall / 4 ? Of(value, isLarge: true) : Of(value);
    }

    private static object? ValueOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => (IReadOnlyList<(string Key, object? Value)>)[.. element.EnumerateObject()
            .GroupBy(p => p.Name, StringComparer.Ordinal)
            .Select(g => (Key: g.Key, Bytes: Encoding.UTF8.GetBytes(g.Key), Value: ValueOf(g.Last().Value)))
            .OrderBy(p => p.Bytes.Length).ThenBy(p => Convert.ToHexString(p.Bytes), StringComparer.Ordinal)
            .Select(p => (p.Key, p.Value))],
        JsonValueKind.Array => (IReadOnlyList<object?>)[.. element.EnumerateArray().Select(ValueOf)],
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt16(out var narrow) ? narrow
            : element.TryGetInt32(out var middle) ? middle
            : element.TryGetInt64(out var wide) ? wide
            : element.TryGetUInt64(out var huge) ? huge
            : (object)element.GetDouble(),
        JsonValueKind.Null => null,
        var truth => truth == JsonValueKind.True,
    };

    private static (byte Type, byte[] Bytes) Encode(object? value, bool isLarge) => value switch
    {
        null => (4, [0]),
        bool b => (4, [b ? (byte)1 : (byte)2]),
        short n => (5, BitConverter.GetBytes(n)),
        ushort n => (6, BitConverter.GetBytes(n)),
        int n => (7, BitConverter.GetBytes(n)),
        uint n => (8, BitConverter.GetBytes(n)),
        long n => (9, BitConverter.GetBytes(n)),
        ulong n => (10, BitConverter.GetBytes(n)),
        double n => (11, BitConverter.GetBytes(n)),
        string s => (12, Prefixed(Encoding.UTF8.GetBytes(s))),
        (byte opaque, byte[] bytes) => (15, [opaque, .. Prefixed(bytes)]),
        IReadOnlyList<(string Key, object? Value)> members => ((byte)(isLarge ? 1 : 0), Container([.. members.Select(m => m.Key)], [.. members.Select(m => m.Value)], isLarge)),
        IReadOnlyList<object?> items => ((byte)(isLarge ? 3 : 2), Container([], items, isLarge)),
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    private static byte[] Container(string[] keys, IReadOnlyList<object?> values, bool isLarge)
    {
        var word = isLarge ? 4 : 2;
        byte[] Word(int n) => isLarge ? BitConverter.GetBytes(n) : BitConverter.GetBytes((ushort)n);
        var (entries, rest) = (new List<byte>(), new List<byte>());
        var head = (2 * word) + (keys.Length * (word + 2)) + (values.Count * (word + 1));
        foreach (var key in keys.Select(Encoding.UTF8.GetBytes))
        {
            entries.AddRange([.. Word(head + rest.Count), .. BitConverter.GetBytes((ushort)key.Length)]);
            rest.AddRange(key);
        }

        foreach (var (type, bytes) in values.Select(v => Encode(v, isLarge)))
        {
            var isInline = type is 4 or 5 or 6 || (isLarge && type is 7 or 8);
            entries.Add(type);
            entries.AddRange(isInline ? [.. bytes, .. new byte[word - bytes.Length]] : Word(head + rest.Count));
            rest.AddRange(isInline ? [] : bytes);
        }

        return [.. Word(values.Count), .. Word(head + rest.Count), .. entries, .. rest];
    }

    private static byte[] Prefixed(byte[] bytes)
    {
        var length = new List<byte>();
        var left = bytes.Length;
        for (; left >= 0x80; left >>= 7)
        {
            length.Add((byte)(left | 0x80));
        }

        return [.. length, (byte)left, .. bytes];
    }
}
