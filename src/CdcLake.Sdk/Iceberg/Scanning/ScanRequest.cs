using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Iceberg.Scanning;

/// <summary>What a scan is to give. Made for one version of a schema.</summary>
/// <param name="Columns">Ordinals of the schema's columns that are read, in order: those wanted first, then those that only the condition needs.</param>
/// <param name="Wanted">How many of them are wanted.</param>
/// <param name="Condition">Makes the condition over the columns that are read; null when all rows are wanted.</param>
/// <param name="Filter">The part of the condition that bounds can refute, or null.</param>
internal sealed record ScanRequest(IReadOnlyList<int> Columns, int Wanted, Func<Predicate>? Condition, ScanFilter? Filter)
{
    /// <summary>All rows and columns.</summary>
    public static ScanRequest Everything(Schema schema) => new([.. Enumerable.Range(0, schema.Count)], schema.Count, null, null);
}
