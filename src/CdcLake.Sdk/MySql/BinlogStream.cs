using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql;

/// <summary>One connection that feeds a server's log into an event processor.</summary>
internal sealed class BinlogStream : IAsyncDisposable
{
    // A full read is followed by more within this time unless the log has ended just there.
    private static readonly TimeSpan Lull = TimeSpan.FromMilliseconds(1);
    private const int FullRead = 8 * 1024; // the server sends rows in buffers of 8 to 16 KiB

    private readonly WireConnection _connection;
    private readonly TimeProvider _clock;
    private readonly BinlogEventProcessor _processor;
    private readonly SourceMeter _meter;

    private BinlogStream(WireConnection connection, BinlogEventProcessor processor, TimeProvider clock)
    {
        _meter = processor.Meter;
        _connection = connection;
        _clock = clock;
        _processor = processor;
    }

    /// <summary>Host and port.</summary>
    public string Peer => _connection.Peer;

    /// <summary>True once an event arrived: the server accepted the position.</summary>
    public bool HasReceived { get; private set; }

    /// <summary>Opens a connection to the very server of a checked session and starts the stream behind what the processor includes.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    public static async Task<BinlogStream> OpenAsync(
        ServerSession session, ReplicaIdentity identity, BinlogEventProcessor processor, TimeProvider clock, CancellationToken cancellationToken)
    {
        var connection = await session.OpenWireAsync(clock, "binary_log_listener", cancellationToken).ConfigureAwait(false);
        try
        {
            await ServerDialects.Of(session).StartDumpAsync(connection, identity, processor.Executed, untilEnd: false, cancellationToken).ConfigureAwait(false);
            processor.BeginStream(connection.Peer, checksum: true);
            return new BinlogStream(connection, processor, clock);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Feeds events on until cancelled, the connection fails, or tables have to be read anew; hands on all that is whole whenever no more bytes are at hand.</summary>
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
                if (IsHeartbeat(binlogEvent) && _processor.AtTransactionEnd)
                {
                    _meter.Complete();
                }

                if (_processor.NeedsFlush)
                {
                    await _processor.FlushAsync(output, idle: false, cancellationToken).ConfigureAwait(false);
                    if (_processor.IsStopped)
                    {
                        return;
                    }
                }
            }

            if (_processor.IsStopped)
            {
                await _processor.FlushAsync(output, idle: true, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (_connection.IsAtEnd)
            {
                throw new MySqlServerException($"{_connection.Peer} ended the binary log stream without a reason.") { IsTransient = true };
            }

            var isBusy = _connection.BytesReceived - received >= FullRead;
            _meter.Received(_connection.BytesReceived - received);
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

    public ValueTask DisposeAsync()
    {
        _meter.Wake();
        return _connection.DisposeAsync();
    }

    // A server that has anything to send sends no heartbeat.
    private static bool IsHeartbeat(ReadOnlySpan<byte> bytes) => bytes.Length > 4 && (EventType)bytes[4] is EventType.Heartbeat or EventType.HeartbeatV2;

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

            if (_processor.AtTransactionEnd)
            {
                _meter.Rest();
            }
        }

        await fill.ConfigureAwait(false);
        _meter.Wake();
    }
}
