using System.Globalization;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>How many rows the server believes its tables to have: the optimizer's statistics, off by some percent as a rule, and now and then by half.</summary>
internal static class RowEstimates
{
    /// <summary>Asks for all tables, in their order; null where the server has no idea.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    public static async Task<IReadOnlyList<long?>> ReadAsync(ServerSession session, IEnumerable<MySqlTableName> tables, CancellationToken cancellationToken)
    {
        if (!session.IsMariaDb)
        {
            // Else the server answers with what it knew a day ago.
            await session.ExecuteAsync("SET SESSION information_schema_stats_expiry=0", cancellationToken).ConfigureAwait(false);
        }

        var estimates = new List<long?>();
        foreach (var name in tables)
        {
            var found = await session.QueryAsync(
                $"SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = {MySqlTableName.Literal(name.Database)} AND TABLE_NAME = {MySqlTableName.Literal(name.Table)}",
                cancellationToken).ConfigureAwait(false);
            estimates.Add(found.Count > 0 && long.TryParse(found[0, 0], NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : null);
        }

        return estimates;
    }
}
