using CdcLake.Common;

namespace CdcLake.Planning.Binding;

/// <summary>Suggestions for names that do not exist.</summary>
internal static class NearestNames
{
    /// <summary>Text such as <c>Nearest: price, prize.</c>, or all names when none is near.</summary>
    public static string Suggest(string wanted, IEnumerable<string> names)
    {
        var all = names.ToList();
        var normal = Normalize(wanted);
        var near = all
            .Select(n => (Name: n, Distance: EditDistance.Between(normal, Normalize(n))))
            .Where(c => c.Distance <= Math.Max(2, wanted.Length / 3))
            .OrderBy(c => c.Distance)
            .ThenBy(c => c.Name, StringComparer.Ordinal)
            .Take(3)
            .Select(c => c.Name)
            .ToList();
        return near.Count > 0 ? $"Nearest: {string.Join(", ", near)}." : $"It has: {string.Join(", ", all)}.";
    }

    /// <summary>Spelling that the naming convention ignores is taken away: letter case and underscores.</summary>
    public static string Normalize(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
