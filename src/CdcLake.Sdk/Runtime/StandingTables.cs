using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>
/// Of a database most tables are where the log can be read on from as a rule. Those that are not, since they are new, or were altered meanwhile, come later; the others do not begin anew for them.
/// </summary>
internal static class StandingTables
{
    /// <param name="sinks">For each sink its table, and what it has committed: null where it has nothing, or nothing that fits the table as it is now.</param>
    /// <param name="reachesBack">Asks the source whether its log can be read on from a position.</param>
    /// <returns>The tables that come later; none where no table stands, so that all begin anew.</returns>
    public static async Task<IReadOnlyList<string>> OthersAsync(IReadOnlyList<(string Table, SourcePosition? At)> sinks, Func<SourcePosition, Task<bool>> reachesBack)
    {
        var missing = sinks.Where(s => s.At is null).Select(s => s.Table).ToHashSet(StringComparer.Ordinal);
        var standing = sinks.Where(s => !missing.Contains(s.Table)).Select(s => (s.Table, At: s.At!)).ToList();
        if (standing.Count == 0)
        {
            return [];
        }

        // One that was left behind long ago, such as one that was dropped and created again, is not worth what the log does not reach back to.
        var newest = standing.FirstOrDefault(s => standing.TrueForAll(o => s.At.Covers(o.At))).At;
        var oldest = standing.FirstOrDefault(s => standing.TrueForAll(o => o.At.Covers(s.At))).At;
        if (newest is not null && oldest is not null && !oldest.Equals(newest) && !await reachesBack(oldest).ConfigureAwait(false))
        {
            missing.UnionWith(standing.Where(s => !s.At.Equals(newest)).Select(s => s.Table));
        }

        return [.. missing.Order(StringComparer.Ordinal)];
    }
}
