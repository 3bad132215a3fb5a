namespace CdcLake.MySql.Gtids;

/// <summary>
/// A GTID set that grows in place. In a domain of MariaDB numbers ascend and may leave some out, so that a transaction there stands for all numbers before it, but for those that are held back
/// (<see cref="Hold"/>). Adding the next number of the source that was added last, the steady state of a stream, allocates nothing.
/// Not thread-safe.
/// </summary>
internal sealed class GtidSetBuilder
{
    private readonly Dictionary<(GtidSource Source, string Tag), List<GtidInterval>> _sources = [];
    private (GtidSource Source, string Tag) _lastKey;
    private List<GtidInterval>? _last;

    public GtidSetBuilder()
    {
    }

    public GtidSetBuilder(GtidSet set) => Add(set);

    /// <summary>Transactions in the set.</summary>
    public ulong Count { get; private set; }

    public void Add(Gtid gtid)
    {
        if (gtid.IsOfDomain)
        {
            AddToDomain(gtid);
        }
        else
        {
            AddRange(gtid.Source, gtid.Tag, gtid.Number, gtid.Number + 1);
        }
    }

    /// <summary>A transaction stays out of the set although later ones come: it is not stood for by them. Of MySQL's sets nothing has to be said for that.</summary>
    public void Hold(Gtid gtid)
    {
        if (!gtid.IsOfDomain)
        {
            return;
        }

        var list = Find(gtid.Source, gtid.Tag) ?? Create(gtid.Source, gtid.Tag);
        var behind = list.FindIndex(i => i.Start > gtid.Number);
        if (behind < 0 || list[behind].Start > gtid.Number + 1)
        {
            list.Insert(behind < 0 ? list.Count : behind, new GtidInterval(gtid.Number + 1, gtid.Number + 1)); // empty; what comes behind it does not reach back
        }
    }

    /// <summary>True when a number of a domain lies before everything that is left out there: no log that is read on from this set has it.</summary>
    public bool IsBehind(Gtid gtid) => gtid.IsOfDomain && Find(gtid.Source, gtid.Tag) is [var first, ..] && gtid.Number < first.End;

    public void Add(GtidSet set)
    {
        foreach (var entry in set.Entries)
        {
            foreach (var interval in entry.Intervals)
            {
                AddRange(entry.Source, entry.Tag, interval.Start, interval.End, interval.Server);
            }
        }
    }

    public bool Contains(Gtid gtid)
    {
        var list = Find(gtid.Source, gtid.Tag);
        return list is not null && GtidIntervals.Contains(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list), gtid.Number);
    }

    /// <summary>Adds the numbers from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    /// <exception cref="MySqlProtocolException">The set has transactions of MySQL and the range is MariaDB's, or the other way round.</exception>
    public void AddRange(GtidSource source, string tag, long start, long end, uint server = 0)
    {
        var list = Find(source, tag) ?? Create(source, tag);
        if (list.Count > 0 && list[^1].End == start)
        {
            list[^1] = new GtidInterval(list[^1].Start, end, server);
            Count += (ulong)(end - start);
            return;
        }

        Insert(list, start, end, server);
    }

    public GtidSet ToSet() => GtidSet.Create(_sources.Select(s => new GtidSet.Entry(s.Key.Source, s.Key.Tag, [.. s.Value.Where(i => i.End > i.Start)])));

    // All numbers behind the last one before it that is in the set.
    private void AddToDomain(Gtid gtid)
    {
        var list = Find(gtid.Source, gtid.Tag) ?? Create(gtid.Source, gtid.Tag);
        var before = list.Count - 1;
        while (before >= 0 && list[before].Start > gtid.Number)
        {
            before--;
        }

        var start = before < 0 ? 1 : list[before].End;
        if (start <= gtid.Number)
        {
            AddRange(gtid.Source, gtid.Tag, start, gtid.Number + 1, gtid.Server);
        }
    }

    private List<GtidInterval> Create(GtidSource source, string tag)
    {
        if (_sources.Count > 0 && (_sources.Keys.First().Tag == Gtid.DomainTag) != (tag == Gtid.DomainTag))
        {
            throw new MySqlProtocolException("GTIDs of MySQL and of MariaDB in one set: they name transactions in ways that cannot be compared. Keep the positions of the two apart.");
        }

        List<GtidInterval> list = [];
        _sources.Add((source, tag), list);
        _last = list;
        _lastKey = (source, tag);
        return list;
    }

    private List<GtidInterval>? Find(GtidSource source, string tag)
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

    private void Insert(List<GtidInterval> list, long start, long end, uint server)
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
            if (list[to].End > end || (list[to].End == end && list[to].End > list[to].Start))
            {
                (end, server) = (list[to].End, list[to].Server);
            }

            Count -= (ulong)(list[to].End - list[to].Start);
            to++;
        }

        list.RemoveRange(from, to - from);
        list.Insert(from, new GtidInterval(start, end, server));
        Count += (ulong)(end - start);
    }
}
