using System.Globalization;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql;

/// <summary>One connection that feeds a server's log into an event processor.</summary>
internal sealed class BinlogStream : IAsyncDisposable
{
    // A full read is followed by more within this time unless the log has ended just there.
    private static readonly TimeSpan Lull = TimeSpan.FromMilliseconds(1);
    private const int FullRead = 8 * 1024; // the server sends rows in buffers of 8 to 16 KiB

    private readonly MySqlConnection _connection;
    private readonly TimeProvider _clock;
    private readonly BinlogEventProcessor _processor;

    private BinlogStream(MySqlConnection connection, BinlogEventProcessor processor, TimeProvider clock)
    {
        _connection = connection;
        _clock = clock;
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
            return new BinlogStream(connection, processor, clock);
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
        var received = _connection.BytesReceived;
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

            var isBusy = _connection.BytesReceived - received >= FullRead;
            received = _connection.BytesReceived;
            var fill = _connection.FillAsync(cancellationToken);
            if (fill.IsCompleted)
            {
                await fill.ConfigureAwait(false);
            }
            else
            {
                await FillIdleAsync(fill.AsTask(), isBusy, output, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // No bytes are at hand: after a lull, or at once when the last read was small, the consumer gets what is whole while the next bytes are on their way.
    private async Task FillIdleAsync(Task fill, bool isBusy, ISourceOutput output, CancellationToken cancellationToken)
    {
        if (!isBusy || await Task.WhenAny(fill, Task.Delay(Lull, _clock, cancellationToken)).ConfigureAwait(false) != fill)
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
