using CdcLake.Common;

namespace CdcLake.MySql.Binlog.Json;

/// <summary>Bytes that grow: the text of a document, or the document.</summary>
internal sealed class JsonText
{
    private const int KeptBytes = 1 << 20;

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
}
