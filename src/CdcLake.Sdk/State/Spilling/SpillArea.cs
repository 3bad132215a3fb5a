using System.Runtime.InteropServices;
using CdcLake.Storage;

namespace CdcLake.State.Spilling;

/// <summary>Places on disk for segments, in large files. A place that is free is used again; files stay until the end. Thread-safe.</summary>
/// <param name="folder">Where files are made.</param>
/// <param name="content">What is in them, for messages.</param>
internal sealed class SpillArea(string folder, string content) : IDisposable
{
    private const long ExtentBytes = 256L << 20;

    private readonly Lock _lock = new();
    private readonly List<SpillExtent> _extents = [];
    private readonly Dictionary<int, Stack<SpilledSegment>> _free = [];
    private long _next;
    private long _bytes;

    /// <summary>Bytes of all places that are taken.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Writes a segment.</summary>
    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to; then nothing is taken.</exception>
    public SpilledSegment Write(ReadOnlySpan<byte> bytes, int capacity)
    {
        var place = Take(capacity);
        try
        {
            place.Extent.Write(bytes, place.Offset);
        }
        catch
        {
            Free(place);
            throw;
        }

        return place;
    }

    public void Free(SpilledSegment segment)
    {
        lock (_lock)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_free, segment.Capacity, out _) ??= new Stack<SpilledSegment>();
            _free[segment.Capacity].Push(segment);
            _bytes -= segment.Capacity;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var extent in _extents)
            {
                extent.Dispose();
            }

            _extents.Clear();
            _free.Clear();
        }
    }

    private SpilledSegment Take(int capacity)
    {
        lock (_lock)
        {
            if (!_free.TryGetValue(capacity, out var free) || !free.TryPop(out var place))
            {
                if (_extents.Count == 0 || _next + capacity > _extents[^1].Bytes)
                {
                    if (_extents.Count == 0)
                    {
                        LocalFile.RemoveLeftOvers(folder, TimeProvider.System);
                    }

                    _extents.Add(SpillExtent.Create(folder, content, Math.Max(ExtentBytes, capacity)));
                    _next = 0;
                }

                place = new SpilledSegment(_extents[^1], _next, capacity);
                _next += capacity;
            }

            _bytes += capacity;
            return place;
        }
    }
}

/// <summary>Where a segment lies on disk.</summary>
/// <param name="Extent">The file.</param>
/// <param name="Offset">Where in it.</param>
/// <param name="Capacity">Bytes of the place.</param>
internal readonly record struct SpilledSegment(SpillExtent Extent, long Offset, int Capacity);
