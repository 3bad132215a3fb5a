namespace CdcLake.Columnar.Collations;

/// <summary>Bytes that are put one behind the other, in memory that is used again. Not thread-safe.</summary>
internal sealed class KeyBuffer
{
    private byte[] _bytes = new byte[64];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Takes back bytes from the end.</summary>
    public void Shorten(int count) => Length -= count;

    public void Append(byte value) => Room(1)[0] = value;

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    /// <summary>So many bytes more, to be filled.</summary>
    /// <exception cref="UnsupportedTypeException">Beyond what one buffer holds.</exception>
    public Span<byte> Room(int count)
    {
        var needed = (long)Length + count;
        if (needed > _bytes.Length)
        {
            Grow(needed);
        }

        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }

    private void Grow(long needed)
    {
        if (needed > Array.MaxLength)
        {
            throw new UnsupportedTypeException($"The sort key of one text takes more than {Array.MaxLength:N0} bytes. Compare such texts by bytes, or leave them out of the query.");
        }

        Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _bytes.Length)));
    }
}
