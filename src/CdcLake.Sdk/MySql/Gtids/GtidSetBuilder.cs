namespace CdcLake.MySql.Gtids;

/// <summary>
/// A GTID set that grows in place. Adding the next number of the source that was added last, the steady state of a stream, allocates nothing.
/// Not thread-safe.
/// </summary>
internal sealed class GtidSetBuilder
{
    private readonly Dictionary<(UInt128 Source, string Tag), List<GtidInterval>> _sources = [];
    private (UInt128 Source, string Tag) _lastKey;
    private List<GtidInterval>? _last;

    public GtidSetBuilder()
    {
    }

    public GtidSetBuilder(GtidSet set) => Add(set);

    /// <summary>Transactions in the set.</summary>
    public Int128 Count { get; private set; }

    public void Add(Gtid gtid) => AddRange(gtid.Source, gtid.Tag, gtid.Number, gtid.Number + 1);

    public void Add(GtidSet set)
    {
        foreach (var entry in set.Entries)
        {
            foreach (var interval in entry.Intervals)
            {
                AddRange(entry.Source, entry.Tag, interval.Start, interval.End);
            }
        }
    }

    public bool Contains(Gtid gtid)
    {
        var list = Find(gtid.Source, gtid.Tag);
        return list is not null && GtidIntervals.Contains(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list), gtid.Number);
    }

    /// <summary>Adds the numbers from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    public void AddRange(UInt128 source, string tag, long start, long end)
    {
        var list = Find(source, tag);
        if (list is null)
        {
            list = [];
            _sources.Add((source, tag), list);
            _last = list;
            _lastKey = (source, tag);
        }

        if (list.Count > 0 && list[^1].End == start)
        {
            list[^1] = new GtidInterval(list[^1].Start, end);
            Count += end - start;
            return;
        }

        Insert(list, start, end);
    }

    public GtidSet ToSet() => GtidSet.Create(_sources.Select(s => new GtidSet.Entry(s.Key.Source, s.Key.Tag, [.. s.Value])));

    private List<GtidInterval>? Find(UInt128 source, string tag)
    {
        if (_last is not null && _lastKey.Source == source && string.Equals(_lastKey.Tag, tag, StringComparison.Ordinal))
        {
            return _last;
        }

        if (!_sources.TryGetValue((source, tag), out var list))
        {
            return null;
        }

        _last = list;
        _lastKey = (source, tag);
        return list;
    }

    private void Insert(List<GtidInterval> list, long start, long end)
    {
        var from = 0;
        while (from < list.Count && list[from].End < start)
        {
            from++;
        }

        var to = from;
        while (to < list.Count && list[to].Start <= end)
        {
            start = Math.Min(start, list[to].Start);
            end = Math.Max(end, list[to].End);
            Count -= list[to].End - list[to].Start;
            to++;
        }

        list.RemoveRange(from, to - from);
        list.Insert(from, new GtidInterval(start, end));
        Count += end - start;
    }
}
