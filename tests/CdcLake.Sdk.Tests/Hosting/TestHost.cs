using CdcLake.Tests.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace CdcLake.Tests.Hosting;

/// <summary>A real host with scripted pipelines.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly Dictionary<string, MemoryTarget> _targets = new(StringComparer.Ordinal);
    private readonly HostApplicationBuilder _builder;
    private IHost? _host;

    /// <param name="configuration">Keys below <c>CdcLake</c>.</param>
    public TestHost(params (string Key, string? Value)[] configuration)
    {
        _builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        _builder.Configuration.AddInMemoryCollection(configuration.Select(c => KeyValuePair.Create($"CdcLake:{c.Key}", c.Value)));
        _builder.Services.AddMetrics();
        _builder.Services.AddSingleton<ILoggerFactory>(new LoggerFactory([new FakeLoggerProvider(Logs)], new LoggerFilterOptions { MinLevel = LogLevel.Trace }));
        Pipelines = _builder.Services.AddCdcLake(_builder.Configuration.GetSection("CdcLake"));
    }

    public FakeLogCollector Logs { get; } = FakeLogCollector.Create(new FakeLogCollectorOptions());

    public IServiceCollection Services => _builder.Services;

    public CdcLakeBuilder Pipelines { get; }

    public IServiceProvider Provider => _host!.Services;

    public IPipelineRegistry Registry => Provider.GetRequiredService<IPipelineRegistry>();

    public MemoryTarget TargetOf(string pipeline) => _targets[pipeline];

    /// <summary>Adds a pipeline over three epochs that then waits for more.</summary>
    public TestHost Add(string name, Action<string>? fault = null, Action<CdcLakeHostingOptions>? hosting = null, Action<PipelineOptions>? options = null, bool endless = true)
    {
        var target = _targets[name] = new MemoryTarget(name, new MemoryCluster(name));
        Pipelines.AddPipeline(name, _ => ScriptedPipeline.Replica(new ScriptedSource(Epochs, endless, fault), [target], options, name: name), hosting);
        return this;
    }

    public async Task<TestHost> StartAsync()
    {
        _host = _builder.Build();
        await _host.StartAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return this;
    }

    /// <summary>Changes the configuration, as one whose file was edited.</summary>
    /// <param name="changes">Keys below <c>CdcLake</c>; a value of null takes the key away.</param>
    public void Change(params (string Key, string? Value)[] changes)
    {
        foreach (var (key, value) in changes)
        {
            _builder.Configuration[$"CdcLake:{key}"] = value;
        }

        ((IConfigurationRoot)_builder.Configuration).Reload();
    }

    public Task StopAsync(TimeSpan? limit = null) => _host!.StopAsync(new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(30)).Token);

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
    }

    private static ScriptedEpoch[] Epochs => [.. Enumerable.Range(1, 3).Select(n => ScriptedEpoch.Insert(n, n))];
}

/// <summary>Waits for what a handle shows.</summary>
internal static class HandleWaiting
{
    public static async Task<PipelineStatus> WaitForStatusAsync(this IPipelineHandle handle, Func<PipelineStatus, bool> condition)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var status = handle.Status;
            if (condition(status))
            {
                return status;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(60), $"The status never came; the last one: {status}");
            await Task.Delay(5); // until the next look
        }
    }
}
