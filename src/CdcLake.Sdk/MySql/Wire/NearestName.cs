using CdcLake.Common;

namespace CdcLake.MySql.Wire;

/// <summary>Finds what somebody probably meant to type.</summary>
internal static class NearestName
{
    /// <summary>At most three candidates by edit distance without case, nearest first; at least one unless there are none.</summary>
    public static IReadOnlyList<string> Of(string typed, IEnumerable<string> candidates)
    {
        var ranked = candidates.Select(name => (Name: name, Distance: EditDistance.Between(typed.ToLowerInvariant(), name.ToLowerInvariant()))).OrderBy(r => r.Distance).ToList();
        return [.. ranked.Where((r, i) => i == 0 || r.Distance <= Math.Max(2, typed.Length / 3)).Take(3).Select(r => r.Name)];
    }
}
