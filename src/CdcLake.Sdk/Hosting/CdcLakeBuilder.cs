using System.Diagnostics.CodeAnalysis;
using CdcLake.Hosting;
using CdcLake.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcLake;

/// <summary>Takes the pipelines of an application; made by <c>services.AddCdcLake()</c>.</summary>
public sealed class CdcLakeBuilder
{
    private readonly PipelineRegistrations _registrations;

    internal CdcLakeBuilder(IServiceCollection services, PipelineRegistrations registrations) => (Services, _registrations) = (services, registrations);

    /// <summary>The application's container, for what belongs beside the pipelines.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a pipeline, which is built when the application starts. <c>[FromKeyedServices(name)] IPipelineHandle</c> gives its control.</summary>
    /// <param name="name">The name that the chain gives to <c>Build</c>.</param>
    /// <param name="factory">
    /// Builds it from services of the container, such as a <c>MySqlDataSource</c>. Without own ones in its options it gets the container's logger factory, meters and clock.
    /// </param>
    /// <param name="configure">What the host does with it; configuration goes before.</param>
    /// <exception cref="ArgumentException">The name is not that of a pipeline, or was added already.</exception>
    public CdcLakeBuilder AddPipeline(string name, Func<IServiceProvider, Pipeline> factory, Action<CdcLakeHostingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(factory);
        PipelineName.Require(name);
        _registrations.Add(new PipelineRegistration(name, factory, configure));
        Services.AddKeyedSingleton<IPipelineHandle>(name, (p, _) => p.GetRequiredService<PipelineRegistry>().HostOf(name));
        Services.AddSingleton<IHostedService>(p => p.GetRequiredService<PipelineRegistry>().HostOf(name));
        return this;
    }

    /// <summary>Adds a pipeline that a class builds; its constructor's parameters come from the container.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="configure">What the host does with it; configuration goes before.</param>
    /// <exception cref="ArgumentException">Its name is not that of a pipeline, or was added already.</exception>
    public CdcLakeBuilder AddPipeline<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(Action<CdcLakeHostingOptions>? configure = null)
        where T : class, IPipelineFactory =>
        AddPipeline(T.PipelineName, p => ActivatorUtilities.CreateInstance<T>(p).Build(), configure);
}
