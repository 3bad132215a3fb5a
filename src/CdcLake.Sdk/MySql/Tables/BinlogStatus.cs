using System.Globalization;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Tables;

/// <summary>The end of a server's log and what the server leaves out of it.</summary>
/// <param name="File">Newest log file.</param>
/// <param name="Offset">Bytes in it.</param>
/// <param name="DoDatabases">Comma-separated; empty when all are logged.</param>
/// <param name="IgnoredDatabases">Comma-separated; empty when none is left out.</param>
internal sealed record BinlogStatus(string File, long Offset, string DoDatabases, string IgnoredDatabases)
{
    /// <summary>Asks under the name of the statement that the server knows: it was renamed in MySQL 8.2 and the old one removed in 8.4.</summary>
    /// <exception cref="BinlogUnavailableException">The server keeps no log.</exception>
    /// <exception cref="MySqlServerException">Error 1227: REPLICATION CLIENT is missing.</exception>
    public static async Task<BinlogStatus> ReadAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var result = await session.QueryAsync("SHOW BINARY LOG STATUS", "SHOW MASTER STATUS", cancellationToken).ConfigureAwait(false);
        if (result.Count == 0)
        {
            throw new BinlogUnavailableException($"The binary log of {session.Peer} is off. Start the server with log_bin=binlog in its configuration.");
        }

        return new BinlogStatus(
            result[0, "File"] ?? "",
            long.Parse(result[0, "Position"] ?? "0", NumberStyles.None, CultureInfo.InvariantCulture),
            result[0, "Binlog_Do_DB"] ?? "",
            result[0, "Binlog_Ignore_DB"] ?? "");
    }

    /// <summary>True when a place in the log is at or behind this end. Files are ordered by their numeric suffix.</summary>
    public bool IsReachedBy(string? file, long offset)
    {
        if (file is null)
        {
            return false;
        }

        var order = LogFile.NumberOf(file).CompareTo(LogFile.NumberOf(File));
        return order > 0 || (order == 0 && offset >= Offset);
    }
}
