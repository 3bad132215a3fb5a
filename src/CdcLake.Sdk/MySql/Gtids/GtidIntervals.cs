namespace CdcLake.MySql.Gtids;

/// <summary>Algebra on interval lists that are ascending, disjoint and not adjacent.</summary>
internal static class GtidIntervals
{
    public static bool Contains(ReadOnlySpan<GtidInterval> list, long number)
    {
        var low = 0;
        var high = list.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (number < list[middle].Start)
            {
                high = middle - 1;
            }
            else if (number >= list[middle].End)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when every number of <paramref name="inner"/> is in <paramref name="outer"/>.</summary>
    public static bool Covers(ReadOnlySpan<GtidInterval> outer, ReadOnlySpan<GtidInterval> inner)
    {
        var o = 0;
        foreach (var interval in inner)
        {
            while (o < outer.Length && outer[o].End < interval.End)
            {
                o++;
            }

            if (o == outer.Length || outer[o].Start > interval.Start)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The numbers of <paramref name="left"/> that are not in <paramref name="right"/>.</summary>
    public static GtidInterval[] Subtract(ReadOnlySpan<GtidInterval> left, ReadOnlySpan<GtidInterval> right)
    {
        var result = new List<GtidInterval>();
        var r = 0;
        foreach (var interval in left)
        {
            var start = interval.Start;
            while (r < right.Length && right[r].End <= start)
            {
                r++;
            }

            for (var i = r; i < right.Length && right[i].Start < interval.End; i++)
            {
                if (right[i].Start > start)
                {
                    result.Add(new GtidInterval(start, right[i].Start));
                }

                start = Math.Max(start, right[i].End);
            }

            if (start < interval.End)
            {
                result.Add(interval with { Start = start });
            }
        }

        return [.. result];
    }
}
