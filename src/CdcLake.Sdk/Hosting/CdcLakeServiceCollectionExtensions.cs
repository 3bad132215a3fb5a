using CdcLake;
using CdcLake.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Pipelines in an application's container.</summary>
public static class CdcLakeServiceCollectionExtensions
{
    /// <summary>
    /// Hosts pipelines: each one that is added to the result runs as a hosted service of its own from the start of the application to its end. May be called several times;
    /// of several sections the last one counts.
    /// </summary>
    /// <param name="services">The application's container.</param>
    /// <param name="configuration">
    /// The section with settings of operation, usually <c>CdcLake</c>: keys of <see cref="PipelineOptions"/> and <see cref="CdcLakeHostingOptions"/> for all pipelines, and below
    /// <c>Pipelines:{name}</c> for one. They go before what code says. Unknown keys and names, and values that a key does not take, stop the start with all that is wrong.
    /// What changes while the application runs is taken over: the pipelines that it concerns drain and go on under it. A change with something wrong in it is logged, and nothing changes.
    /// Null: code alone decides.
    /// </param>
    public static CdcLakeBuilder AddCdcLake(this IServiceCollection services, IConfiguration? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var registrations = services.Select(s => s.ImplementationInstance).OfType<PipelineRegistrations>().FirstOrDefault();
        if (registrations is null)
        {
            registrations = new PipelineRegistrations();
            services.AddSingleton(registrations);
            services.AddSingleton<PipelineRegistry>();
            services.TryAddSingleton<IPipelineRegistry>(p => p.GetRequiredService<PipelineRegistry>());
            services.AddOptions<HostedConfiguration>().Configure<PipelineRegistrations>((o, r) => o.Read(r)).ValidateOnStart();
            services.AddSingleton<IValidateOptions<HostedConfiguration>, HostedConfigurationCheck>();
            services.AddHostedService<ConfigurationWatch>();
        }

        registrations.Configuration = configuration ?? registrations.Configuration;
        return new CdcLakeBuilder(services, registrations);
    }
}
