using System.Collections.Immutable;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Shredding;

/// <summary>Metrics of the places of a shredded variant.</summary>
internal static class ShreddedFields
{
    /// <summary>Bounds of the places whose values are all in columns of their own, null apart: others have values beside them that nobody compared.</summary>
    /// <param name="type">What has columns.</param>
    /// <param name="place">Who wrote them.</param>
    /// <param name="columns">Metrics of all columns of the place, in the order of the file.</param>
    public static IEnumerable<ParquetFieldBounds> Of(ShreddedType type, PlaceWriter place, IReadOnlyList<ParquetColumnMetrics> columns)
    {
        var found = new List<ParquetFieldBounds>();
        Add(type, place, columns, 0, [], found);
        return found;
    }

    private static void Add(ShreddedType type, PlaceWriter place, IReadOnlyList<ParquetColumnMetrics> columns, int first, ImmutableArray<byte[]> path, List<ParquetFieldBounds> found)
    {
        if (type.Leaf is { } leaf)
        {
            if (place.Others == 0 && columns[first + 1].Bounds is { } bounds)
            {
                found.Add(new ParquetFieldBounds(path, leaf, bounds));
            }

            return;
        }

        first++;
        for (var f = 0; f < type.Fields.Count; f++)
        {
            Add(type.Fields[f].Type, place[f], columns, first, path.Add(type.Fields[f].Name), found);
            first += place[f].Leaves.Count;
        }
    }
}
