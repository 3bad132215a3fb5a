using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;

namespace CdcLake.Hosting;

/// <summary>
/// Takes over what changes in the application's configuration while it runs: each pipeline that it concerns goes on under the changed settings. A change with an error in it changes nothing.
/// </summary>
/// <param name="registry">The pipelines.</param>
/// <param name="registrations">Where they are configured.</param>
internal sealed class ConfigurationWatch(PipelineRegistry registry, PipelineRegistrations registrations) : IHostedLifecycleService, IDisposable
{
    // Sources of configuration tell of one change several times: what waits to be read is read once.
    private readonly SemaphoreSlim _changed = new(0);
    private readonly CancellationTokenSource _stop = new();
    private IDisposable? _subscription;
    private Task _work = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (registrations.Configuration is { } root)
        {
            _subscription = ChangeToken.OnChange(root.GetReloadToken, Tell);
            _work = TakeOverAsync(_stop.Token);
        }

        return Task.CompletedTask;
    }

    // Before the pipelines are asked to stop, so that none of them begins again.
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return _stop.CancelAsync();
    }

    // Comes after the stop of the pipelines, which bounds what a change may still wait for.
    public Task StopAsync(CancellationToken cancellationToken) => _work;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _subscription?.Dispose();
        _stop.Cancel();
        _stop.Dispose();
        _changed.Dispose();
    }

    private void Tell()
    {
        if (_changed.CurrentCount == 0)
        {
            _changed.Release();
        }
    }

    private async Task TakeOverAsync(CancellationToken stop)
    {
        while (true)
        {
            await _changed.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            var configuration = new HostedConfiguration();
            configuration.Read(registrations);
            foreach (var host in registry.Hosts)
            {
                if (configuration.Errors.Count > 0)
                {
                    host.Refuse(configuration);
                }
                else
                {
                    await host.ChangeAsync(configuration).ConfigureAwait(false);
                }
            }
        }
    }
}
