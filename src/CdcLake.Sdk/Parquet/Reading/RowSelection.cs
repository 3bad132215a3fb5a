using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

/// <summary>Which rows of a file are not wanted, as far as bounds tell.</summary>
internal interface IRowFilter
{
    /// <summary>Leaves of the file that it asks about.</summary>
    IReadOnlyCollection<int> LeavesOf(ParquetFooter footer);

    /// <summary>Leaves of which it wants to know whether they hold a certain value.</summary>
    IReadOnlyCollection<int> ProbedLeavesOf(ParquetFooter footer) => [];

    /// <summary>False when certainly none of some rows is wanted.</summary>
    /// <param name="footer">Of the file.</param>
    /// <param name="boundsOf">For a leaf bounds of rows among which these are, and how many those are; null when nothing is known.</param>
    /// <param name="valuesOf">For a leaf the Bloom filter of rows among which these are; null when there is none.</param>
    bool MayMatch(ParquetFooter footer, Func<int, (StoredStatistics Bounds, long Rows)?> boundsOf, Func<int, StoredBloomFilter?> valuesOf);
}

/// <summary>Finds the rows of a row group that may be wanted: by its bounds first, then by its Bloom filters, then by the bounds of its pages.</summary>
internal static class RowSelection
{
    /// <summary>Ascending ranges of rows; none when no row is wanted.</summary>
    public static async ValueTask<IReadOnlyList<(long First, long Count)>> OfAsync(
        FileBytes file, ParquetFooter footer, RowGroupLocation group, IRowFilter? filter, CancellationToken cancellationToken)
    {
        if (filter is null || group.Rows == 0)
        {
            return [(0, group.Rows)];
        }

        if (!filter.MayMatch(footer, WholeBounds, _ => null))
        {
            return [];
        }

        var values = new Dictionary<int, StoredBloomFilter>();
        foreach (var leaf in filter.ProbedLeavesOf(footer))
        {
            if (footer.Leaves[leaf].IsFlat && await StoredBloomFilter.ReadAsync(file, group.Chunks[leaf], cancellationToken).ConfigureAwait(false) is { } found)
            {
                values[leaf] = found;
            }
        }

        if (values.Count > 0 && !filter.MayMatch(footer, WholeBounds, values.GetValueOrDefault))
        {
            return [];
        }

        var indexes = new Dictionary<int, (IReadOnlyList<PageLocation> Pages, IReadOnlyList<StoredStatistics> Bounds)>();
        foreach (var leaf in footer.HasColumnOrders ? filter.LeavesOf(footer) : [])
        {
            var chunk = group.Chunks[leaf];
            if (footer.Leaves[leaf].IsFlat
                && await PageIndex.ReadOffsetsAsync(file, chunk, group.Rows, cancellationToken).ConfigureAwait(false) is { } pages
                && await PageIndex.ReadBoundsAsync(file, chunk, pages, group.Rows, cancellationToken).ConfigureAwait(false) is { } bounds)
            {
                indexes[leaf] = (pages, bounds);
            }
        }

        return indexes.Count == 0 ? [(0, group.Rows)] : Select(footer, group, filter, indexes);

        (StoredStatistics, long)? WholeBounds(int leaf) => group.Chunks[leaf].Statistics is { } whole ? (whole, group.Rows) : null;
    }

    /// <summary>Between two page boundaries of any of the columns the same bounds hold for all rows.</summary>
    private static List<(long First, long Count)> Select(
        ParquetFooter footer,
        RowGroupLocation group,
        IRowFilter filter,
        Dictionary<int, (IReadOnlyList<PageLocation> Pages, IReadOnlyList<StoredStatistics> Bounds)> indexes)
    {
        var starts = indexes.Values.SelectMany(i => i.Pages).Select(p => p.FirstRow).Distinct().Order().ToList();
        var current = indexes.Keys.ToDictionary(leaf => leaf, _ => 0); // page of each column
        var selected = new List<(long First, long Count)>();
        for (var i = 0; i < starts.Count; i++)
        {
            var end = i + 1 < starts.Count ? starts[i + 1] : group.Rows;
            foreach (var (leaf, (pages, _)) in indexes)
            {
                while (current[leaf] + 1 < pages.Count && pages[current[leaf] + 1].FirstRow <= starts[i])
                {
                    current[leaf]++;
                }
            }

            if (!filter.MayMatch(footer, BoundsOf, _ => null))
            {
                continue;
            }

            if (selected.Count > 0 && selected[^1].First + selected[^1].Count == starts[i])
            {
                selected[^1] = (selected[^1].First, end - selected[^1].First);
            }
            else
            {
                selected.Add((starts[i], end - starts[i]));
            }
        }

        return selected;

        (StoredStatistics, long)? BoundsOf(int leaf)
        {
            if (!indexes.TryGetValue(leaf, out var index))
            {
                return group.Chunks[leaf].Statistics is { } whole ? (whole, group.Rows) : null;
            }

            var page = current[leaf];
            var last = page + 1 < index.Pages.Count ? index.Pages[page + 1].FirstRow : group.Rows;
            return (index.Bounds[page], last - index.Pages[page].FirstRow);
        }
    }
}
