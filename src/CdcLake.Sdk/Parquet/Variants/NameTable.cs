using CdcLake.Common;

namespace CdcLake.Parquet.Variants;

/// <summary>
/// The names of a document's fields, each once, and the metadata that they make. It is kept from document to document, since most of a column have the same names. Allocates nothing once
/// its buffers have the size of the largest. Not thread-safe.
/// </summary>
internal sealed class NameTable : IDisposable
{
    private const int Version = 1;
    private const int Sorted = 0x10;
    private const int KeptSlots = 1 << 14;

    private readonly Comparison<int> _byBytes;
    private byte[] _bytes = [];
    private int _length;
    private int[] _ends = [];
    private int[] _ranks = [];
    private int[] _uses = [];
    private int[] _sorted = [];
    private int[] _slots = []; // number + 1 by hash; 0 is free
    private byte[] _metadata = [];
    private int _metadataLength;
    private int _use;
    private int _used;

    public NameTable() => _byBytes = (x, y) => NameOf(x).SequenceCompareTo(NameOf(y)); // once: sorting with a comparer would make a delegate each time

    public int Count { get; private set; }

    /// <summary>Names that were found since <see cref="Begin"/>.</summary>
    public bool AreAllUsed => _used == Count;

    public ReadOnlySpan<byte> Metadata => _metadata.AsSpan(0, _metadataLength);

    /// <summary>From here on is counted which names are used.</summary>
    public void Begin()
    {
        _use++;
        _used = 0;
    }

    public void Clear()
    {
        Count = _length = _used = 0;
        _slots = _slots.Length > KeptSlots ? [] : _slots; // one document of very many names does not slow all that follow
        _slots.AsSpan().Clear();
    }

    /// <summary>Adds a name that is not there yet.</summary>
    public void Add(ReadOnlySpan<byte> name)
    {
        if (2 * (Count + 1) > _slots.Length)
        {
            Rehash();
        }

        var slot = SlotOf(name);
        if (_slots[slot] != 0)
        {
            return;
        }

        Pooled.Grow(ref _bytes, checked(_length + name.Length), _length);
        name.CopyTo(_bytes.AsSpan(_length));
        _length += name.Length;
        Pooled.Grow(ref _ends, Count + 1, Count);
        Pooled.Grow(ref _ranks, Count + 1, Count);
        Pooled.Grow(ref _uses, Count + 1, Count);
        _ends[Count] = _length;
        _uses[Count] = 0;
        _slots[slot] = ++Count;
    }

    /// <summary>Place of a name in the metadata; −1 when it is not there.</summary>
    public int Use(ReadOnlySpan<byte> name)
    {
        var number = Count == 0 ? -1 : _slots[SlotOf(name)] - 1;
        if (number < 0)
        {
            return -1;
        }

        if (_uses[number] != _use)
        {
            _uses[number] = _use;
            _used++;
        }

        return _ranks[number];
    }

    /// <summary>Makes the metadata: names in the order of their bytes, numbers as narrow as they fit.</summary>
    public void Seal()
    {
        Pooled.Grow(ref _sorted, Count, 0);
        for (var i = 0; i < Count; i++)
        {
            _sorted[i] = i;
        }

        _sorted.AsSpan(0, Count).Sort(_byBytes);
        var width = VariantWriter.WidthOf((uint)Math.Max(Count, _length));
        _metadataLength = checked(1 + (width * (Count + 2)) + _length);
        Pooled.Grow(ref _metadata, _metadataLength, 0);
        _metadata[0] = (byte)(Version | Sorted | ((width - 1) << 6));
        var offsets = VariantWriter.Put(_metadata.AsSpan(1), Count, width);
        var names = _metadata.AsSpan(_metadataLength - _length);
        var at = 0;
        for (var rank = 0; rank < Count; rank++)
        {
            offsets = VariantWriter.Put(offsets, at, width);
            var number = _sorted[rank];
            _ranks[number] = rank;
            NameOf(number).CopyTo(names[at..]);
            at += NameOf(number).Length;
        }

        VariantWriter.Put(offsets, at, width);
    }

    public void Dispose()
    {
        Pooled.Return(ref _bytes);
        Pooled.Return(ref _ends);
        Pooled.Return(ref _ranks);
        Pooled.Return(ref _uses);
        Pooled.Return(ref _sorted);
        Pooled.Return(ref _metadata);
        _slots = [];
        Count = 0;
    }

    private ReadOnlySpan<byte> NameOf(int number) => _bytes.AsSpan(0, _ends[number])[(number == 0 ? 0 : _ends[number - 1])..];

    private int SlotOf(ReadOnlySpan<byte> name)
    {
        var hash = new HashCode();
        hash.AddBytes(name);
        var slot = hash.ToHashCode() & (_slots.Length - 1);
        while (_slots[slot] is var entry and not 0 && !NameOf(entry - 1).SequenceEqual(name))
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }

    private void Rehash()
    {
        _slots = new int[Math.Max(64, 2 * _slots.Length)];
        for (var number = 0; number < Count; number++)
        {
            _slots[SlotOf(NameOf(number))] = number + 1;
        }
    }
}
