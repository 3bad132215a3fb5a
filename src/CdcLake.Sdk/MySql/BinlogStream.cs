using System.Globalization;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Protocol;
using CdcLake.MySql.Protocol.Payloads;

namespace CdcLake.MySql;

/// <summary>One connection that feeds a server's log into an event processor.</summary>
internal sealed class BinlogStream : IAsyncDisposable
{
    private readonly MySqlConnection _connection;
    private readonly BinlogEventProcessor _processor;

    private BinlogStream(MySqlConnection connection, BinlogEventProcessor processor)
    {
        _connection = connection;
        _processor = processor;
    }

    /// <summary>True once an event arrived: the server accepted the position.</summary>
    public bool HasReceived { get; private set; }

    /// <summary>Connects, checks that the server still has all that is needed, and starts the stream behind what the processor includes.</summary>
    /// <exception cref="BinlogUnavailableException">It has not.</exception>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    public static async Task<BinlogStream> OpenAsync(
        MySqlConnectionOptions options, ReplicaIdentity identity, BinlogEventProcessor processor, MySqlSourceSettings settings, TimeProvider clock, CancellationToken cancellationToken)
    {
        var connection = await MySqlConnection.OpenAsync(options, clock, "binary_log_listener", cancellationToken).ConfigureAwait(false);
        try
        {
            await CheckAsync(connection, processor.Executed, settings.CatchUpTimeout, cancellationToken).ConfigureAwait(false);
            await connection.StartDumpAsync(identity, processor.Executed.Encode(), DumpFlags.HeartbeatV2, cancellationToken).ConfigureAwait(false);
            processor.BeginStream(connection.Peer, checksum: true);
            return new BinlogStream(connection, processor);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Feeds events on until cancelled or the connection fails; hands on all that is whole whenever no more bytes are at hand.</summary>
    /// <exception cref="MySqlServerException">The connection failed, or the server ended the stream.</exception>
    public async Task PumpAsync(ISourceOutput output, CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_connection.TryReadEvent(out var binlogEvent))
            {
                HasReceived = true;
                _processor.Process(binlogEvent);
                if (_processor.NeedsFlush)
                {
                    await _processor.FlushAsync(output, idle: false, cancellationToken).ConfigureAwait(false);
                }
            }

            if (_connection.IsAtEnd)
            {
                throw new MySqlServerException($"{_connection.Peer} ended the binary log stream without a reason.") { IsTransient = true };
            }

            var fill = _connection.FillAsync(cancellationToken);
            if (!fill.IsCompleted)
            {
                await FlushIdleAsync(fill.AsTask(), output, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await fill.ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // The consumer works while the next bytes are on their way.
    private async Task FlushIdleAsync(Task fill, ISourceOutput output, CancellationToken cancellationToken)
    {
        try
        {
            await _processor.FlushAsync(output, idle: true, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
            await fill.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await fill.ConfigureAwait(false);
    }

    // Purged transactions must be included already, and included ones must not be news to the server.
    private static async Task CheckAsync(MySqlConnection connection, GtidSet included, TimeSpan catchUp, CancellationToken cancellationToken)
    {
        var sets = await connection.QueryAsync("SELECT @@GLOBAL.gtid_purged, @@GLOBAL.gtid_executed", cancellationToken).ConfigureAwait(false);
        var purged = GtidSet.Parse(sets[0, 0]!);
        if (!included.Covers(purged))
        {
            throw DumpErrors.Purged(connection.Peer, purged.Subtract(included).ToString(), null);
        }

        var ahead = included.Subtract(GtidSet.Parse(sets[0, 1]!));
        if (ahead.IsEmpty)
        {
            return;
        }

        // A transaction is in the log a moment before it counts as executed; a replica that took over may be further behind.
        var seconds = Math.Max(1, (long)catchUp.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var waited = await connection.QueryAsync($"SELECT WAIT_FOR_EXECUTED_GTID_SET('{ahead}', {seconds})", cancellationToken).ConfigureAwait(false);
        if (waited[0, 0] != "0")
        {
            throw new BinlogUnavailableException(DumpErrors.Ahead(connection.Peer, ahead.ToString()));
        }
    }
}
