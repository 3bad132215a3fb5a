using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.MySql.Wire.Packets;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.Benchmarks.Baselines;

/// <summary>Receives what a server sends and throws it away, unread but for the packet headers: the pace of server and network alone.</summary>
internal static class DiscardingClient
{
    private static readonly ReplicaIdentity Identity = new(4_000_000_001, "00000000-0000-8000-8000-00000000b001", "cdclake-benchmark", TimeSpan.FromSeconds(30));

    /// <summary>The log from a set on until its end.</summary>
    /// <returns>Bytes of events.</returns>
    public static async Task<long> LogAsync(string server, byte[] encodedSet)
    {
        await using var connection = await OpenAsync(server);
        await connection.StartDumpAsync(Identity, encodedSet, DumpFlags.NonBlock, CancellationToken.None);
        long bytes = 0;
        while (!connection.IsAtEnd)
        {
            while (connection.TryReadEvent(out var binlogEvent))
            {
                bytes += binlogEvent.Length;
            }

            if (!connection.IsAtEnd)
            {
                await connection.FillAsync(CancellationToken.None);
            }
        }

        return bytes;
    }

    /// <summary>The rows of a SELECT over the binary protocol.</summary>
    /// <returns>Rows.</returns>
    public static async Task<long> RowsAsync(string server, string select)
    {
        await using var connection = await OpenAsync(server);
        var statement = await connection.PrepareAsync(select, CancellationToken.None);
        await connection.ExecuteAsync(statement, ReadOnlyMemory<StatementParameter>.Empty, CancellationToken.None);
        long rows = 0;
        while (!connection.IsAtEnd)
        {
            while (connection.TryReadRow(out _))
            {
                rows++;
            }

            if (!connection.IsAtEnd)
            {
                await connection.FillAsync(CancellationToken.None);
            }
        }

        return rows;
    }

    private static Task<WireConnection> OpenAsync(string server) =>
        WireConnection.OpenAsync(MySqlConnectionOptions.Parse(server), TimeProvider.System, "benchmark", CancellationToken.None);
}
