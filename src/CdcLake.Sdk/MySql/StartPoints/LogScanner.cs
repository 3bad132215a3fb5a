using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.StartPoints;

/// <summary>Reads a server's log from the beginning of a file until something is found, or to its end.</summary>
/// <param name="session">At the server.</param>
/// <param name="identity">Who reads.</param>
/// <param name="clock">Measures time limits.</param>
internal sealed class LogScanner(ServerSession session, ReplicaIdentity identity, TimeProvider clock)
{
    /// <summary>Reads from the beginning of <paramref name="file"/>, into the files behind it, until an event after which <paramref name="isFound"/> is true.</summary>
    /// <returns>The scan as it was then, and whether that was before the end of the log.</returns>
    /// <exception cref="MySqlServerException">The connection failed, or the server has no such file any more.</exception>
    public async Task<(TransactionScan Scan, bool IsFound)> ReadAsync(string file, Func<TransactionScan, bool> isFound, CancellationToken cancellationToken)
    {
        var connection = await session.OpenWireAsync(clock, "start_point", cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await ServerDialects.Of(session).StartDumpAsync(connection, identity, file, cancellationToken).ConfigureAwait(false);
            var scan = new TransactionScan(connection.Peer);
            try
            {
                return (scan, await PumpAsync(connection, scan, isFound, cancellationToken).ConfigureAwait(false));
            }
            catch
            {
                scan.Dispose();
                throw;
            }
        }
    }

    private static async Task<bool> PumpAsync(WireConnection connection, TransactionScan scan, Func<TransactionScan, bool> isFound, CancellationToken cancellationToken)
    {
        while (true)
        {
            while (connection.TryReadEvent(out var binlogEvent))
            {
                scan.Read(binlogEvent);
                if (isFound(scan))
                {
                    return true;
                }
            }

            if (connection.IsAtEnd)
            {
                return false;
            }

            await connection.FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
