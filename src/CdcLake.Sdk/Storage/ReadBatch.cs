using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace CdcLake.Storage;

/// <summary>
/// Several short reads from files of the engine's own: by one call where the system offers that, else one after the other as far as what is read is in the system's cache. Rent it, and give it back after use. Not thread-safe.
/// </summary>
internal sealed unsafe class ReadBatch
{
    /// <summary>Reads of one batch.</summary>
    public const int Most = 128;

    /// <summary>Bytes of one read.</summary>
    public const int LongestRead = 1024;

    private static readonly ConcurrentBag<ReadBatch> Free = [];

    private readonly byte* _memory = (byte*)NativeMemory.Alloc(Most * LongestRead);
    private readonly (LocalFile File, long Offset, int Length)[] _reads = new (LocalFile, long, int)[Most];
    private readonly int[] _results = new int[Most];
    private readonly bool _isAlone;
    private ReadRing? _ring;
    private bool _isLost;

    private ReadBatch(bool alone) => (_isAlone, _ring) = (alone, alone ? null : ReadRing.TryCreate(Most));

    // What a failed ring may still write to is left alone.
    ~ReadBatch()
    {
        if (!_isLost)
        {
            _ring?.Close();
            NativeMemory.Free(_memory);
        }
    }

    /// <summary>Reads added.</summary>
    public int Count { get; private set; }

    /// <summary>True when no more can be added.</summary>
    public bool IsFull => Count == Most;

    /// <summary>What a read gave after <see cref="Run"/>; nothing where it must be done by itself: the disk would have to be waited for, or it fails.</summary>
    public ReadOnlySpan<byte> this[int read] => _results[read] == _reads[read].Length ? Memory(read) : default;

    /// <summary>An empty one.</summary>
    /// <param name="alone">Without what the system offers for several reads.</param>
    public static ReadBatch Rent(bool alone = false) => !alone && Free.TryTake(out var free) ? free : new ReadBatch(alone);

    /// <summary>Adds a read of no more than <see cref="LongestRead"/> bytes.</summary>
    public void Add(LocalFile file, long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestRead);
        _reads[Count++] = (file, offset, length);
    }

    /// <summary>Does all reads that were added.</summary>
    public void Run()
    {
        if (_ring is null)
        {
            for (var i = 0; i < Count; i++)
            {
                _results[i] = _reads[i].File.TryReadNow(Memory(i), _reads[i].Offset) ? _reads[i].Length : -1;
            }

            return;
        }

        for (var i = 0; i < Count; i++)
        {
            _reads[i].File.AddTo(_ring, _reads[i].Offset, Memory(i));
        }

        if (!_ring.Run(_results))
        {
            (_ring, _isLost) = (null, true);
            Array.Fill(_results, -1);
        }
    }

    /// <summary>Forgets all reads.</summary>
    public void Clear()
    {
        Array.Clear(_reads, 0, Count);
        Count = 0;
    }

    /// <summary>Takes it back for whoever rents one next.</summary>
    public void GiveBack()
    {
        Clear();
        if (!_isAlone && !_isLost)
        {
            Free.Add(this);
        }
    }

    private Span<byte> Memory(int read) => new(_memory + (read * LongestRead), _reads[read].Length);
}
