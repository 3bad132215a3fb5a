using System.Globalization;
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
}
