using System.Collections.Immutable;
using CdcLake.Iceberg.Manifests;

namespace CdcLake.Iceberg.Partitioning;

/// <summary>What a manifest list says of the partitions in a manifest. Iceberg specification, "Manifest Lists", field 507.</summary>
internal static class PartitionSummary
{
    /// <summary>One summary for each field of the spec; none for an unpartitioned one.</summary>
    /// <param name="tuples">Partitions of all files of the manifest, which has one or more.</param>
    public static ImmutableArray<FieldSummary> Of(IEnumerable<PartitionTuple> tuples)
    {
        var rows = tuples.Distinct().Select(PartitionValues.Read).ToList();
        return [.. Enumerable.Range(0, rows.Min(r => r.Length)).Select(field => Of(rows, field))];
    }

    private static FieldSummary Of(List<PartitionValue[]> rows, int field)
    {
        var (hasNull, hasNan) = (false, false);
        PartitionValue? low = null;
        PartitionValue? high = null;
        foreach (var value in rows.Select(r => r[field]))
        {
            if (value.IsNull || double.IsNaN(value.Float))
            {
                hasNull |= value.IsNull;
                hasNan |= !value.IsNull;
                continue;
            }

            low = low is { } l && Compare(l, value) <= 0 ? low : value;
            high = high is { } h && Compare(h, value) >= 0 ? high : value;
        }

        return new FieldSummary(hasNull, hasNan, low?.Single, high?.Single);
    }

    private static int Compare(in PartitionValue a, in PartitionValue b) => a.Bytes is { } bytes
        ? bytes.AsSpan().SequenceCompareTo(b.Bytes)
        : a.Integer != b.Integer ? a.Integer.CompareTo(b.Integer) : a.Float.CompareTo(b.Float);
}
