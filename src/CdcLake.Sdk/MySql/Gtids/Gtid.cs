using System.Globalization;

namespace CdcLake.MySql.Gtids;

/// <summary>
/// The name of one transaction: who committed it first, an optional tag, and a running number of that pair.
/// Ordered as MySQL orders sets: by UUID bytes, then tag bytes (no tag first), then number.
/// </summary>
/// <param name="Source">UUID of the originating server, first text digit in the highest bits.</param>
/// <param name="Tag">Lower-case tag of at most 32 characters; empty when the transaction has none.</param>
/// <param name="Number">1 or more.</param>
internal readonly record struct Gtid(UInt128 Source, string Tag, long Number) : IComparable<Gtid>
{
    public int CompareTo(Gtid other)
    {
        var order = CompareSources(Source, Tag, other.Source, other.Tag);
        return order != 0 ? order : Number.CompareTo(other.Number);
    }

    public override string ToString() => Tag.Length == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{GtidText.Format(Source)}:{Number}")
        : string.Create(CultureInfo.InvariantCulture, $"{GtidText.Format(Source)}:{Tag}:{Number}");

    internal static int CompareSources(UInt128 leftSource, string leftTag, UInt128 rightSource, string rightTag)
    {
        var order = leftSource.CompareTo(rightSource);
        return order != 0 ? order : string.CompareOrdinal(leftTag, rightTag);
    }

    public static bool operator <(Gtid left, Gtid right) => left.CompareTo(right) < 0;

    public static bool operator >(Gtid left, Gtid right) => left.CompareTo(right) > 0;

    public static bool operator <=(Gtid left, Gtid right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Gtid left, Gtid right) => left.CompareTo(right) >= 0;
}
