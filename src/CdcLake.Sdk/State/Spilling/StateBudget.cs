using System.Globalization;
using System.Numerics;
using CdcLake.Common;

namespace CdcLake.State.Spilling;

/// <summary>
/// The memory that the state of one pipeline may take, and the place on a local disk for what exceeds it. Three quarters are for what lives in memory: records that did not spill, and hash indexes,
/// which cannot. One quarter is for copies of spilled records that were looked at; the system keeps more in its cache as far as memory is free. All stores of a pipeline have one budget: each may take what the others leave, and its even share in any case. Thread-safe; dispose it when nobody looks at state any more.
/// </summary>
internal sealed class StateBudget : IDisposable
{
    private const int SegmentsOfBudget = 64;
    private const long LeastDefaultBytes = 64 << 20;
    private const int LeastSegmentBytes = 4 << 10;

    private readonly SharedMemory _memory;
    private readonly SharedMemory _copies = null!;
    private readonly SpillArea _area;

    /// <param name="bytes">Of memory.</param>
    /// <param name="folder">Where files are made, once there is something to spill. They have no name, and go with the process however that ends.</param>
    public StateBudget(long bytes, string folder)
    {
        Bytes = bytes;
        SegmentBytes = (int)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(bytes / SegmentsOfBudget, LeastSegmentBytes, SegmentPool.SegmentBytes));
        _memory = new SharedMemory(bytes - (bytes / 4), leastShare: 0);
        CopyBytes = bytes / 4;
        _area = new SpillArea(folder, string.Create(CultureInfo.InvariantCulture,
            $"state that exceeds the {bytes:N0} bytes of PipelineOptions.MaxStateBytes (the folder is PipelineOptions.StateFolder)"));
    }

    /// <summary>Half of the memory that the process may use (that of its container, where there is one), 64 MiB at least.</summary>
    public static long DefaultBytes => Math.Max(LeastDefaultBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    /// <summary>The whole budget.</summary>
    public long Bytes { get; }

    /// <summary>Bytes of a segment: 1 MiB, less where the budget is small.</summary>
    public int SegmentBytes { get; init; }

    /// <summary>Bytes for copies of records that are on disk: a quarter of the budget.</summary>
    public long CopyBytes
    {
        get => _copies.Bytes;
        init => _copies = new SharedMemory(value, leastShare: 0);
    }

    /// <summary>Bytes that lie on disk.</summary>
    public long SpilledBytes => _area.Bytes;

    /// <summary>The part of one more store.</summary>
    /// <param name="used">Bytes of memory that it takes, without copies of records that are on disk.</param>
    public StateSpace Enter(Func<long> used) => new(this, _memory.Enter(), _copies.Enter(), used);

    /// <summary>Writes a segment to disk.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="capacity">The place that it takes; at least the content.</param>
    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to.</exception>
    internal SpilledSegment Write(ReadOnlySpan<byte> content, int capacity) => _area.Write(content, capacity);

    internal void Free(SpilledSegment segment) => _area.Free(segment);

    public void Dispose() => _area.Dispose();
}
