namespace CdcLake.Common;

/// <summary>What somebody probably meant who wrote a name that does not exist.</summary>
internal static class NearestNames
{
    private const int Most = 3;

    /// <summary>At most three candidates by edit distance, nearest first; at least one unless there are none.</summary>
    public static IReadOnlyList<string> Of(string wanted, IEnumerable<string> candidates)
    {
        var ranked = Rank(wanted, candidates);
        return [.. ranked.Where((r, i) => i == 0 || r.IsNear).Take(Most).Select(r => r.Name)];
    }

    /// <summary>Text such as <c>Nearest: price, prize.</c>, or all names when none is near.</summary>
    public static string Suggest(string wanted, IEnumerable<string> candidates)
    {
        var all = candidates.ToList();
        var near = Rank(wanted, all).Where(r => r.IsNear).Take(Most).Select(r => r.Name).ToList();
        return near.Count > 0 ? $"Nearest: {string.Join(", ", near)}." : $"It has: {string.Join(", ", all)}.";
    }

    /// <summary>Takes away what spelling does not mean: letter case and underscores.</summary>
    public static string Normalize(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    private static List<(string Name, int Distance, bool IsNear)> Rank(string wanted, IEnumerable<string> candidates)
    {
        var normal = Normalize(wanted);
        return
        [
            .. candidates
                .Select(name => (Name: name, Distance: EditDistance.Between(normal, Normalize(name))))
                .Select(c => (c.Name, c.Distance, c.Distance <= Math.Max(2, wanted.Length / 3)))
                .OrderBy(c => c.Distance)
                .ThenBy(c => c.Name, StringComparer.Ordinal),
        ];
    }
}
