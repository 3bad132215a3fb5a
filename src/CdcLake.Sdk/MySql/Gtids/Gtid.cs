using System.Globalization;

namespace CdcLake.MySql.Gtids;

/// <summary>
/// The name of one transaction. MySQL: who committed it first, an optional tag, and a running number of that pair. MariaDB: a domain and a running number in it, beside which stands who
/// committed it first. Ordered as MySQL orders sets: by UUID bytes, then tag bytes (no tag first), then number.
/// </summary>
/// <param name="Source">The originating server, or the domain.</param>
/// <param name="Tag">Lower-case tag of at most 32 characters; empty when the transaction has none; <see cref="DomainTag"/> for MariaDB's.</param>
/// <param name="Number">1 or more.</param>
/// <param name="Server">Number of the server that committed it first; MariaDB's only, else 0.</param>
internal readonly record struct Gtid(GtidSource Source, string Tag, long Number, uint Server = 0) : IComparable<Gtid>
{
    /// <summary>Marks a domain of MariaDB; no tag of MySQL.</summary>
    public const string DomainTag = "#";

    /// <summary>True when its name is MariaDB's.</summary>
    public bool IsOfDomain => Tag == DomainTag;

    /// <summary>A transaction as MariaDB names it.</summary>
    public static Gtid OfDomain(uint domain, uint server, long number) => new(GtidSource.OfDomain(domain), DomainTag, number, server);

    public int CompareTo(Gtid other)
    {
        var order = CompareSources(Source, Tag, other.Source, other.Tag);
        return order != 0 ? order : Number.CompareTo(other.Number);
    }

    public override string ToString() => IsOfDomain ? string.Create(CultureInfo.InvariantCulture, $"{Source.Low}-{Server}-{Number}")
        : Tag.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"{Source}:{Number}")
        : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Tag}:{Number}");

    internal static int CompareSources(GtidSource leftSource, string leftTag, GtidSource rightSource, string rightTag)
    {
        var order = leftSource.CompareTo(rightSource);
        return order != 0 ? order : string.CompareOrdinal(leftTag, rightTag);
    }

    public static bool operator <(Gtid left, Gtid right) => left.CompareTo(right) < 0;

    public static bool operator >(Gtid left, Gtid right) => left.CompareTo(right) > 0;

    public static bool operator <=(Gtid left, Gtid right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Gtid left, Gtid right) => left.CompareTo(right) >= 0;
}
