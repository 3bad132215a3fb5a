using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Tests.Properties;

/// <summary>Relational operators by the book, over whole tables of plain objects.</summary>
internal static class NaiveRows
{
    /// <summary>A join of every kind by nested loops.</summary>
    public static List<object?[]> Join(
        JoinKind kind, List<object?[]> left, List<object?[]> right, Func<object?[], object?[], bool> match, (int Left, int Right) columns)
    {
        var result = new List<object?[]>();
        foreach (var l in left)
        {
            var partners = right.Where(r => match(l, r)).ToList();
            switch (kind)
            {
                case JoinKind.Semi or JoinKind.Anti:
                    if (partners.Count > 0 == (kind == JoinKind.Semi))
                    {
                        result.Add(l);
                    }

                    break;
                default:
                    result.AddRange(partners.Select(r => (object?[])[.. l, .. r]));
                    if (partners.Count == 0 && (kind is JoinKind.Left or JoinKind.Full))
                    {
                        result.Add([.. l, .. new object?[columns.Right]]);
                    }

                    break;
            }
        }

        if (kind is JoinKind.Right or JoinKind.Full)
        {
            result.AddRange(right.Where(r => !left.Exists(l => match(l, r))).Select(r => (object?[])[.. new object?[columns.Left], .. r]));
        }

        return result;
    }

    /// <summary>The columns of a join.</summary>
    public static IEnumerable<Field> JoinFields(JoinKind kind, Schema left, Schema right) => kind is JoinKind.Semi or JoinKind.Anti
        ? left.Fields
        : left.Fields.Concat(right.Fields);

    /// <summary>The first rows of each group, ordered by some columns and then by the others; null is smallest.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="key">What makes a group.</param>
    /// <param name="order">Ordinals of what rows are ordered by.</param>
    /// <param name="descending">Whether the largest come first.</param>
    /// <param name="count">How many of a group are kept.</param>
    /// <param name="compare">Order of two values that are not null.</param>
    public static List<object?[]> Top(
        List<object?[]> rows, Func<object?[], string> key, IReadOnlyList<int> order, bool descending, int count, Comparison<object> compare)
    {
        int Compare(object?[] a, object?[] b)
        {
            foreach (var column in order.Concat(Enumerable.Range(0, a.Length)))
            {
                var result = (a[column], b[column]) switch
                {
                    ({ } x, { } y) => compare(x, y),
                    ({ }, null) => 1,
                    (null, { }) => -1,
                    _ => 0,
                };
                if (result != 0)
                {
                    return descending ? -result : result;
                }
            }

            return 0;
        }

        return [.. rows.GroupBy(key).SelectMany(g => g.Order(Comparer<object?[]>.Create(Compare)).Take(count))];
    }
}
