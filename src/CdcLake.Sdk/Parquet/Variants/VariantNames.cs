using CdcLake.Compression;

namespace CdcLake.Parquet.Variants;

/// <summary>The metadata of a variant: the names of its objects' fields, by number. Layout: see <see cref="VariantType"/>.</summary>
internal readonly ref struct VariantNames
{
    private const int Version = 1;

    private readonly ReadOnlySpan<byte> _metadata;
    private readonly int _width;
    private readonly int _start; // of the names

    /// <param name="metadata">The metadata. Iceberg's empty one has no offset for the end of no name; others may have bytes behind the last name.</param>
    /// <exception cref="CorruptDataException">Malformed.</exception>
    public VariantNames(ReadOnlySpan<byte> metadata)
    {
        if (metadata.IsEmpty || (metadata[0] & 0xF) != Version)
        {
            throw new CorruptDataException("Variant metadata", 0, metadata.IsEmpty ? "it is empty" : $"version {metadata[0] & 0xF}, {Version} expected");
        }

        _metadata = metadata;
        _width = (metadata[0] >> 6) + 1;
        IsSorted = (metadata[0] & 0x10) != 0;
        var count = 1 + _width <= metadata.Length ? VariantValue.Number(metadata.Slice(1, _width)) : uint.MaxValue;
        if (count == 0)
        {
            return;
        }

        if (count > ((metadata.Length - 1) / _width) - 2)
        {
            throw new CorruptDataException("Variant metadata", 1, $"{count} names in {metadata.Length} bytes");
        }

        Count = (int)count;
        _start = 1 + (_width * (Count + 2));
        if (_start + (long)Offset(Count) > metadata.Length)
        {
            throw new CorruptDataException("Variant metadata", 1, $"names of {Offset(Count)} bytes in {metadata.Length}");
        }
    }

    public int Count { get; }

    /// <summary>True when the names stand in the order of their bytes, each once.</summary>
    public bool IsSorted { get; }

    /// <summary>The bytes themselves.</summary>
    public ReadOnlySpan<byte> Bytes => _metadata;

    /// <exception cref="CorruptDataException">There is no such name.</exception>
    public ReadOnlySpan<byte> this[int number]
    {
        get
        {
            if ((uint)number >= (uint)Count)
            {
                throw new CorruptDataException("Variant value", 0, $"name {number} of {Count}");
            }

            var (from, to) = (Offset(number), Offset(number + 1));
            return from <= to && to <= _metadata.Length - _start
                ? _metadata.Slice(_start + (int)from, (int)(to - from))
                : throw new CorruptDataException("Variant metadata", _start, $"name {number} from {from} to {to}");
        }
    }

    /// <summary>Number of a name, or −1.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        var (low, high) = (0, IsSorted ? Count : 0);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = this[middle].SequenceCompareTo(name) < 0 ? (middle + 1, high) : (low, middle);
        }

        while (low < Count && !this[low].SequenceEqual(name))
        {
            low = IsSorted ? Count : low + 1;
        }

        return low < Count ? low : -1;
    }

    private uint Offset(int i) => VariantValue.Number(_metadata.Slice(1 + (_width * (i + 1)), _width));
}
