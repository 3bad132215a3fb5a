using System.Runtime.ExceptionServices;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql;

/// <summary>Follows the log from connection to connection.</summary>
/// <param name="options">The hosts and the account.</param>
/// <param name="settings">Times.</param>
/// <param name="hosts">Chooses the host.</param>
/// <param name="identity">Under which the log is read.</param>
/// <param name="clock">Measures pauses.</param>
internal sealed class LogFollower(
    MySqlConnectionOptions options, MySqlSourceOptions settings, HostSelector hosts, ReplicaIdentity identity, TimeProvider clock)
{
    private readonly Backoff _delay = new(settings.FirstRetryDelay, settings.MaxRetryDelay, identity.ServerId);

    /// <summary>The captured tables, which a host has to log; empty where that is not asked.</summary>
    public IReadOnlyList<MySqlTableName> Names { get; set; } = [];

    /// <summary>Told which host is read from.</summary>
    public Action<string> Connected { get; init; } = _ => { };

    /// <summary>Follows the log until it has to be left (<see cref="BinlogEventProcessor.IsStopped"/>), with as many connections as it takes.</summary>
    public async Task FollowAsync(BinlogEventProcessor processor, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        while (!processor.IsStopped && await StreamAsync(processor, output, cancellationToken).ConfigureAwait(false) is { } error)
        {
            await PauseAsync(error, output, cancellationToken).ConfigureAwait(false);
        }
    }

    // Follows the log until the connection fails in a way that a new one may mend, or, without an error, until tables have to be read anew.
    private async Task<MySqlServerException?> StreamAsync(
        BinlogEventProcessor processor, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        BinlogStream? stream = null;
        try
        {
            var session = await hosts.OpenAsync(
                Names, processor.Required, what => output.Report(new SourceProgress(SourcePhase.Retrying, what)), cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                stream = await BinlogStream.OpenAsync(session, identity, processor, clock, cancellationToken).ConfigureAwait(false);
                Connected(session.Host);
            }

            output.Report(new SourceProgress(SourcePhase.Streaming, stream.Peer, Server: stream.Peer));
            await stream.PumpAsync(output, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (MySqlServerException error) when (!output.HasFailed)
        {
            ThrowIfFinal(error);
            if (stream is { HasReceived: true })
            {
                _delay.Reset();
            }

            return error;
        }
        finally
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Throws what no new connection mends.</summary>
    /// <exception cref="CdcLakeException">The error, or what it means.</exception>
    public void ThrowIfFinal(MySqlServerException error)
    {
        // A password that comes from a callback worked when the tables were described: it is being rotated, and the callback does not know the new one yet.
        if (error.Code == ServerErrors.AccessDenied && options.PasswordCallback is not null)
        {
            return;
        }

        var meaning = DumpErrors.Classify(error, options.Endpoint, hosts.Service);
        if (!ReferenceEquals(meaning, error))
        {
            throw meaning;
        }

        if (!error.IsTransient)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    /// <summary>Waits before a new connection.</summary>
    public async Task PauseAsync(MySqlServerException error, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        var pause = _delay.Next();
        output.Report(new SourceProgress(SourcePhase.Retrying, error.Message, error, _delay.Failures, pause));
        await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
        output.Report(new SourceProgress(SourcePhase.Connecting, options.Endpoint));
    }
}
