using System.Globalization;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Tables;

/// <summary>One file of a server's log.</summary>
/// <param name="Name">As <c>binlog.000012</c>.</param>
/// <param name="Size">Bytes.</param>
internal readonly record struct LogFile(string Name, long Size)
{
    /// <summary>The number at the end of the name; files are ordered by it. 0 without one.</summary>
    public long Number => NumberOf(Name);

    /// <summary>The number at the end of a file's name; 0 without one.</summary>
    public static long NumberOf(string name) =>
        long.TryParse(name.AsSpan(name.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>The files of a server's log, the oldest first.</summary>
internal static class LogFiles
{
    /// <exception cref="MySqlServerException">Error 1381: the log is off; 1227: REPLICATION CLIENT is missing.</exception>
    public static async Task<IReadOnlyList<LogFile>> ReadAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync("SHOW BINARY LOGS", cancellationToken).ConfigureAwait(false);
        return [.. rows.Rows.Select(r => new LogFile(r[0]!, long.Parse(r[1]!, CultureInfo.InvariantCulture))).OrderBy(f => f.Number)];
    }

    /// <summary>Transactions that were logged before a file was begun: its PREVIOUS_GTIDS. Needs REPLICATION SLAVE.</summary>
    /// <exception cref="MySqlServerException">The file is gone, or the connection failed.</exception>
    public static async Task<GtidSet> ReadBeginningAsync(ServerSession session, string file, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync($"SHOW BINLOG EVENTS IN {MySqlTableName.Literal(file)} LIMIT 2", cancellationToken).ConfigureAwait(false);
        var at = Enumerable.Range(0, rows.Count).FirstOrDefault(i => rows[i, "Event_type"] == "Previous_gtids", -1);
        return at < 0 ? GtidSet.Empty : GtidSet.Parse(rows[at, "Info"] ?? "");
    }
}
