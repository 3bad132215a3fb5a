using CdcLake.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CdcLake.Hosting;

/// <summary>Builds all pipelines of a container when the first of them is asked for, and disposes them with it.</summary>
internal sealed class PipelineRegistry : IPipelineRegistry, IAsyncDisposable
{
    private readonly IReadOnlyList<PipelineHost> _hosts;

    /// <exception cref="InvalidOperationException">A factory failed, or built a pipeline of another name.</exception>
    public PipelineRegistry(IServiceProvider services, PipelineRegistrations registrations, IOptions<HostedConfiguration> configuration) =>
        _hosts = [.. registrations.All.Select(r => HostOf(services, r, configuration.Value))];

    public IReadOnlyList<IPipelineHandle> Pipelines => _hosts;

    public IReadOnlyList<PipelineHost> Hosts => _hosts;

    public IPipelineHandle this[string name] => HostOf(name);

    public IPipelineHandle? Find(string name) => _hosts.FirstOrDefault(h => h.Name == name);

    public PipelineHost HostOf(string name) => (PipelineHost?)Find(name)
        ?? throw new KeyNotFoundException($"There is no pipeline \"{name}\". {NearestNames.Suggest(name, _hosts.Select(h => h.Name))}");

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static PipelineHost HostOf(IServiceProvider services, PipelineRegistration registration, HostedConfiguration configuration)
    {
        Pipeline built;
        try
        {
            built = registration.Factory(services);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Pipeline \"{registration.Name}\" could not be built: {error.Message}", error);
        }

        if (built.Name != registration.Name)
        {
            throw new InvalidOperationException($"The pipeline that was added as \"{registration.Name}\" calls itself \"{built.Name}\" in Build. Give both the same name.");
        }

        return new PipelineHost(
            built, c => HostedSettings.Of(services, registration, built.Options, c), configuration, services.GetService<IHostApplicationLifetime>(), services.GetService<ILoggerFactory>());
    }
}
