using CdcLake.State.Spilling;

namespace CdcLake.State.Stores;

/// <summary>The segment on disk that a walk through the log has come to: all of it is in memory meanwhile, and is written back if something in it changed. Not thread-safe.</summary>
/// <param name="segments">Those of the log.</param>
/// <param name="prefix">Of the log's records.</param>
internal sealed class SegmentWindow(LogSegments segments, RecordPrefix prefix)
{
    private WholeSegment? _now;
    private WholeSegment? _before;
    private int _segment;

    /// <summary>Memory that it takes.</summary>
    public long Bytes => 2L * (_now?.Length ?? 0);

    /// <summary>Reads a segment, which has an address from here on.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Open(int segment)
    {
        Close();
        segments.WillWalk(segment);
        var now = segments.Open(segment);
        try
        {
            RecordFormat.Complete(now.Bytes, segment, 0, segments.DeadOf(segment), prefix.Saved);
            _before = now.Copy();
        }
        catch
        {
            now.Dispose();
            throw;
        }

        (_now, _segment) = (now, segment);
        segments.Addresses[segment] = now.Address;
    }

    /// <summary>Writes the segment where it changed, and takes its address away.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Close()
    {
        if (_now is null)
        {
            return;
        }

        if (!_now.Bytes.SequenceEqual(_before!.Bytes))
        {
            _now.Write();
        }

        Forget();
    }

    /// <summary>As <see cref="Close"/>, and what changed is gone.</summary>
    public void Forget()
    {
        if (_now is not null)
        {
            segments.Addresses[_segment] = 0;
            _now.Dispose();
            _before!.Dispose();
            _now = _before = null;
        }
    }
}
