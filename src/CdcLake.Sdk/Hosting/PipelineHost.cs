using CdcLake.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcLake.Hosting;

/// <summary>
/// One pipeline as a hosted service and its control. Its errors end its own run and nothing else. Starting never waits for the pipeline; all pipelines of a host begin to
/// drain when the first of them is asked to stop.
/// </summary>
internal sealed class PipelineHost : IHostedLifecycleService, IPipelineHandle, IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly AsyncLock _commands = new();
    private readonly Pipeline _pipeline;
    private readonly Func<HostedConfiguration, HostedSettings> _settingsOf;
    private readonly IHostApplicationLifetime? _lifetime;
    private readonly ILogger _log;
    private HostedSettings _settings;
    private CancellationTokenSource? _stop;
    private Task _run = Task.CompletedTask;
    private bool _isStopping;
    private bool _isDisposed;

    /// <param name="built">As code built it; what becomes of it is owned.</param>
    /// <param name="settingsOf">How it is operated under a configuration.</param>
    /// <param name="configuration">The one at the start; without errors.</param>
    /// <param name="lifetime">The application's; null outside a host.</param>
    /// <param name="loggers">The application's; null for silence.</param>
    public PipelineHost(
        Pipeline built, Func<HostedConfiguration, HostedSettings> settingsOf, HostedConfiguration configuration, IHostApplicationLifetime? lifetime, ILoggerFactory? loggers)
    {
        _settingsOf = settingsOf;
        _settings = settingsOf(configuration);
        _pipeline = built.Configured(_settings.Pipeline);
        _lifetime = lifetime;
        _log = _pipeline.Recorded(loggers?.CreateLogger("CdcLake.Hosting") ?? NullLogger.Instance, "Hosting");
        HostingLog.Configured(_log, Name, _settings.ToString());
    }

    public string Name => _pipeline.Name;

    public PipelineStatus Status => _pipeline.Status;

    public IReadOnlyList<PipelineEvent> Events => _pipeline.Events;

    public IReadOnlyList<IcebergTable> Tables => _pipeline.Tables;

    public IReadOnlyList<IView> Views => _pipeline.Views;

    private bool IsRunning => !_run.IsCompleted;

    public string Explain() => _pipeline.Explain();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_settings.Host.Enabled)
        {
            HostingLog.Disabled(_log, Name);
            return;
        }

        using (await _commands.EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            Begin();
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _isStopping, true);
        return _stop?.CancelAsync() ?? Task.CompletedTask;
    }

    /// <summary>Waits for the drain as long as the host allows; what is not committed by then is read again at the next start.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await StoppingAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _run.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            HostingLog.NotDrained(_log, Name);
            _pipeline.Abort();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PauseAsync(CancellationToken cancellationToken = default) => CommandAsync(
        async () =>
        {
            if (IsRunning)
            {
                HostingLog.Pausing(_log, Name);
                await EndAsync().ConfigureAwait(false);
                _pipeline.Show(PipelineState.Paused);
            }
        },
        cancellationToken);

    public Task ResumeAsync(CancellationToken cancellationToken = default) => CommandAsync(
        async () =>
        {
            // What has failed may still be about to end, or wait to begin again by itself.
            if (!IsRunning || Status.State is PipelineState.Failed or PipelineState.Completed or PipelineState.Stopped)
            {
                HostingLog.Resuming(_log, Name);
                await EndAsync().ConfigureAwait(false);
                Begin();
            }
        },
        cancellationToken);

    public Task RestartAsync(CancellationToken cancellationToken = default) => CommandAsync(
        async () =>
        {
            HostingLog.Restarting(_log, Name);
            await EndAsync().ConfigureAwait(false);
            Begin();
        },
        cancellationToken);

    public Task ResetAsync(CancellationToken cancellationToken = default) => CommandAsync(
        async () =>
        {
            HostingLog.Resetting(_log, Name);
            var wasRunning = IsRunning;
            await EndAsync().ConfigureAwait(false);
            try
            {
                await _pipeline.ResetAsync(cancellationToken).ConfigureAwait(false);
            }
            catch when (wasRunning)
            {
                Begin(); // what cannot be reset goes on as it was
                throw;
            }

            Begin();
        },
        cancellationToken);

    public Task CheckpointAsync(CancellationToken cancellationToken = default) => _pipeline.CheckpointAsync(cancellationToken);

    public Task WaitForGtidAsync(string gtid, string? sink = null, CancellationToken cancellationToken = default) => _pipeline.WaitForGtidAsync(gtid, sink, cancellationToken);

    public Task WaitForLatestAsync(string? sink = null, CancellationToken cancellationToken = default) => _pipeline.WaitForLatestAsync(sink, cancellationToken);

    public async Task ReadyAsync(TimeSpan maxLag, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var status = Status;
            if (status.State is PipelineState.Failed)
            {
                throw new InvalidOperationException($"Pipeline \"{Name}\" failed: {status.LastError?.Message}", status.LastError?.Exception);
            }

            if (status.State == PipelineState.Completed || (status.State == PipelineState.Streaming && status.Sinks.All(s => s.Lag <= maxLag)))
            {
                return;
            }

            await Task.Delay(Look, _pipeline.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Goes on under another configuration. A run that it concerns drains and begins again, as does one that has failed; one that was paused by an operator stays so. Nothing happens while the application
    /// stops.
    /// </summary>
    /// <param name="configuration">Without errors.</param>
    public async Task ChangeAsync(HostedConfiguration configuration)
    {
        using (await _commands.EnterAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var (before, now) = (_settings, _settingsOf(configuration));
            if (Volatile.Read(ref _isStopping) || now.SaysTheSameAs(before))
            {
                return;
            }

            HostingLog.Changed(_log, Name, now.ToString());
            var runsOn = now.RunsAs(before);
            var wasRunning = IsRunning;
            var stops = before.Host.Enabled && !now.Host.Enabled;
            var begins = now.Host.Enabled && !before.Host.Enabled;
            if (stops || !runsOn)
            {
                begins |= !stops && (wasRunning || Status.State == PipelineState.Failed);
                await EndAsync().ConfigureAwait(false);
                _pipeline.Operate(now.Pipeline);
            }

            _settings = now;
            if (begins && !IsRunning)
            {
                Begin();
            }
            else if (stops && wasRunning)
            {
                _pipeline.Show(PipelineState.Paused);
            }
        }
    }

    /// <summary>Says what is wrong with another configuration, under which it does not go on.</summary>
    public void Refuse(HostedConfiguration configuration) => HostingLog.ChangeRefused(_log, Name, string.Join(" ", configuration.Errors));

    /// <summary>The registry disposes it, and so does the container under each service that it was asked for.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        Volatile.Write(ref _isStopping, true);
        if (_stop is { } stop)
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }

        await _pipeline.DisposeAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _stop?.Dispose();
    }

    private async Task CommandAsync(Func<Task> command, CancellationToken cancellationToken)
    {
        using (await _commands.EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            if (Volatile.Read(ref _isStopping))
            {
                throw new InvalidOperationException($"The application is stopping, and pipeline \"{Name}\" with it.");
            }

            await command().ConfigureAwait(false);
        }
    }

    private void Begin()
    {
        _stop?.Dispose();
        _stop = new CancellationTokenSource();
        if (Volatile.Read(ref _isStopping))
        {
            return; // whoever stops the host did not see this source of tokens
        }

        _run = RunAsync(_stop.Token);
    }

    private async Task EndAsync()
    {
        if (_stop is { } stop)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await _run.ConfigureAwait(false);
        }
    }

    // Never throws: what ended the pipeline stands in its status, and in the log.
    private async Task RunAsync(CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            try
            {
                await _pipeline.RunAsync(stop).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (_settings.Host.OnFailure == OnFailure.Restart && !stop.IsCancellationRequested)
            {
                HostingLog.WillRestart(_log, error, Name, _settings.Host.RestartAfter);
            }
            catch (Exception error)
            {
                HostingLog.Failed(_log, error, Name, _settings.Host.OnFailure);
                if (_settings.Host.OnFailure == OnFailure.StopHost && !stop.IsCancellationRequested)
                {
                    _lifetime?.StopApplication();
                }

                return;
            }

            await Task.Delay(_settings.Host.RestartAfter, _pipeline.Options.TimeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
