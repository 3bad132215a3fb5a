using System.Globalization;
using System.Text;

namespace CdcLake.MySql.Gtids;

/// <summary>
/// An immutable set of transactions, holes included: a hole is a transaction that is not in the set and is never filled up.
/// Compared by content.
/// </summary>
internal sealed class GtidSet : IEquatable<GtidSet>
{
    private readonly Entry[] _entries;

    private GtidSet(Entry[] entries) => _entries = entries;

    public static GtidSet Empty { get; } = new([]);

    /// <summary>One per source and tag, ascending by both; none has an empty interval list.</summary>
    public ReadOnlySpan<Entry> Entries => _entries;

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>True when any transaction of the set has a tag: such a set needs version 1 of the binary form.</summary>
    public bool HasTags => Array.Exists(_entries, e => e.Tag.Length > 0);

    /// <summary>True for transactions of domains, as MariaDB names them; false for MySQL's, and for the empty set.</summary>
    public bool IsOfDomains => _entries is [{ Tag: Gtid.DomainTag }, ..];

    /// <summary>
    /// For a server of MariaDB: of each domain the last transaction before anything that is left out (<c>0-1-96,1-7-12</c>). Whoever reads the log on from there is sent all that is not in the set,
    /// and perhaps some that is.
    /// </summary>
    public string Positions => string.Join(
        ',', _entries.Where(e => e.Intervals[0].Start == 1).Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Source.Low}-{e.Intervals[0].Server}-{e.Intervals[0].End - 1}")));

    /// <summary>True when a transaction of the set was first committed by a server.</summary>
    /// <param name="server">Its UUID, or for MariaDB its number; null for none.</param>
    public bool IsPartlyOf(string? server) => Array.Exists(_entries, e => e.Tag == Gtid.DomainTag
        ? Array.Exists(e.Intervals, i => i.Server.ToString(CultureInfo.InvariantCulture) == server)
        : e.Source.ToString().Equals(server, StringComparison.OrdinalIgnoreCase));

    /// <summary>Transactions in the set.</summary>
    public ulong Count
    {
        get
        {
            ulong count = 0;
            foreach (var entry in _entries)
            {
                foreach (var interval in entry.Intervals)
                {
                    count += (ulong)(interval.End - interval.Start);
                }
            }

            return count;
        }
    }

    /// <summary>Reads the text form, as <c>@@gtid_executed</c> gives it (line breaks allowed) or <see cref="ToString"/> printed it.</summary>
    /// <exception cref="MySqlProtocolException">The text is not a GTID set; the message quotes the wrong part.</exception>
    public static GtidSet Parse(string text)
    {
        var builder = new GtidSetBuilder();
        return GtidText.TryParse(text, builder, out var problem)
            ? builder.ToSet()
            : throw new MySqlProtocolException($"\"{problem}\" is not a GTID set. Expected a form such as 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23:25, or 0-1-77 of MariaDB.");
    }

    /// <summary>Like <see cref="Parse"/>; null instead of an error.</summary>
    public static GtidSet? TryParse(string text)
    {
        var builder = new GtidSetBuilder();
        return GtidText.TryParse(text, builder, out _) ? builder.ToSet() : null;
    }

    /// <summary>Reads the binary form (version 0 or 1) of the dump command and PREVIOUS_GTIDS.</summary>
    /// <exception cref="MySqlProtocolException">Malformed, or a version this library does not know.</exception>
    public static GtidSet Decode(ReadOnlySpan<byte> bytes) => GtidSetCodec.Decode(bytes);

    /// <summary>The binary form for the dump command: version 0 without tags, else version 1.</summary>
    public byte[] Encode() => GtidSetCodec.Encode(this, HasTags ? 1 : 0);

    public bool Contains(Gtid gtid)
    {
        var entry = Find(gtid.Source, gtid.Tag);
        return entry >= 0 && GtidIntervals.Contains(_entries[entry].Intervals, gtid.Number);
    }

    /// <summary>True when every transaction of <paramref name="other"/> is in this set too.</summary>
    public bool Covers(GtidSet other)
    {
        foreach (var entry in other._entries)
        {
            var mine = Find(entry.Source, entry.Tag);
            if (mine < 0 || !GtidIntervals.Covers(_entries[mine].Intervals, entry.Intervals))
            {
                return false;
            }
        }

        return true;
    }

    public GtidSet Union(GtidSet other)
    {
        if (other.IsEmpty || ReferenceEquals(this, other))
        {
            return this;
        }

        var builder = new GtidSetBuilder(this);
        builder.Add(other);
        return builder.ToSet();
    }

    public GtidSet Add(Gtid gtid)
    {
        var builder = new GtidSetBuilder(this);
        builder.Add(gtid);
        return builder.ToSet();
    }

    /// <summary>The transactions of this set that are not in <paramref name="other"/>.</summary>
    public GtidSet Subtract(GtidSet other) => Create(_entries.Select(entry =>
    {
        var theirs = other.Find(entry.Source, entry.Tag);
        return theirs < 0 ? entry : entry with { Intervals = GtidIntervals.Subtract(entry.Intervals, other._entries[theirs].Intervals) };
    }));

    public bool Equals(GtidSet? other)
    {
        if (other is null || other._entries.Length != _entries.Length)
        {
            return false;
        }

        for (var i = 0; i < _entries.Length; i++)
        {
            var (mine, theirs) = (_entries[i], other._entries[i]);
            if (mine.Source != theirs.Source || mine.Tag != theirs.Tag || !mine.Intervals.AsSpan().SequenceEqual(theirs.Intervals))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as GtidSet);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var entry in _entries)
        {
            hash.Add(entry.Source);
            hash.Add(entry.Tag);
            hash.Add(entry.Intervals[^1]);
        }

        return hash.ToHashCode();
    }

    /// <summary>As MySQL prints it, with "," instead of "," and a line break; empty text for the empty set.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i < _entries.Length; i++)
        {
            var entry = _entries[i];
            if (entry.Tag == Gtid.DomainTag)
            {
                DomainText.Append(text.Append(i == 0 ? "" : ","), (uint)entry.Source.Low, entry.Intervals);
                continue;
            }

            if (i == 0 || _entries[i - 1].Source != entry.Source)
            {
                text.Append(i == 0 ? "" : ",").Append(entry.Source.ToString());
            }

            text.Append(entry.Tag.Length == 0 ? "" : ":").Append(entry.Tag);
            foreach (var interval in entry.Intervals)
            {
                GtidText.Append(text, interval);
            }
        }

        return text.ToString();
    }

    /// <summary>Takes entries in any order; those without intervals are left out.</summary>
    internal static GtidSet Create(IEnumerable<Entry> entries)
    {
        Entry[] sorted = [.. entries.Where(e => e.Intervals.Length > 0)];
        Array.Sort(sorted, (a, b) => Gtid.CompareSources(a.Source, a.Tag, b.Source, b.Tag));
        return sorted.Length == 0 ? Empty : new GtidSet(sorted);
    }

    private int Find(GtidSource source, string tag)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].Source == source && _entries[i].Tag == tag)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>What the set has of one source and tag.</summary>
    /// <param name="Source">The originating server, or the domain.</param>
    /// <param name="Tag">Empty for transactions without a tag; <see cref="Gtid.DomainTag"/> for domains.</param>
    /// <param name="Intervals">Ascending, disjoint, not adjacent; not to be modified.</param>
    internal readonly record struct Entry(GtidSource Source, string Tag, GtidInterval[] Intervals);
}
