using System.Buffers;
using CdcLake.Common;

namespace CdcLake.Columnar;

/// <summary>Bytes that grow: the text of a JSON document as MySQL prints it, or the document. Not thread-safe.</summary>
internal sealed class JsonText
{
    private const int KeptBytes = 1 << 20;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private byte[] _bytes = [];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Append(byte c)
    {
        Room(1)[0] = c;
        _length++;
    }

    public void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        _length += text.Length;
    }

    /// <summary>A text in quotes, escaped as MySQL does it.</summary>
    public void AppendQuoted(ReadOnlySpan<byte> text)
    {
        Append((byte)'"');
        for (var next = text.IndexOfAny(Escaped); next >= 0; next = text.IndexOfAny(Escaped))
        {
            Append(text[..next]);
            AppendEscaped(text[next]);
            text = text[(next + 1)..];
        }

        Append(text);
        Append((byte)'"');
    }

    /// <summary>At least <paramref name="bytes"/> to write into; <see cref="Advance"/> says how many were.</summary>
    public Span<byte> Room(int bytes)
    {
        Pooled.Grow(ref _bytes, checked(_length + bytes), _length);
        return _bytes.AsSpan(_length);
    }

    public void Advance(int bytes) => _length += bytes;

    /// <summary>What was written, from an offset on, to write over it.</summary>
    public Span<byte> At(int offset) => _bytes.AsSpan(offset, _length - offset);

    /// <summary>Forgets the text, and its memory when that is large.</summary>
    public void Trim()
    {
        _length = 0;
        if (_bytes.Length > KeptBytes)
        {
            Pooled.Return(ref _bytes);
        }
    }

    private void AppendEscaped(byte c)
    {
        var sign = c switch { (byte)'"' => '"', (byte)'\\' => '\\', (byte)'\b' => 'b', (byte)'\t' => 't', (byte)'\n' => 'n', (byte)'\f' => 'f', (byte)'\r' => 'r', _ => '\0' };
        if (sign != '\0')
        {
            Append([(byte)'\\', (byte)sign]);
        }
        else
        {
            Append("\\u00"u8);
            Append([(byte)('0' + (c >> 4)), "0123456789abcdef"u8[c & 15]]);
        }
    }
}
