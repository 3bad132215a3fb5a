using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CdcLake.Hosting;

/// <summary>How one pipeline is operated: what code says, and over it what configuration says.</summary>
/// <param name="Pipeline">Frozen.</param>
/// <param name="Host">Frozen.</param>
/// <param name="Entries">What configuration says.</param>
internal sealed record HostedSettings(PipelineOptions Pipeline, CdcLakeHostingOptions Host, IReadOnlyList<HostedEntry> Entries)
{
    /// <param name="services">The application's container, whose loggers, meters and clock are taken where code names none.</param>
    /// <param name="registration">What code says about hosting.</param>
    /// <param name="code">What code says about the pipeline.</param>
    /// <param name="configuration">Without errors.</param>
    public static HostedSettings Of(IServiceProvider services, PipelineRegistration registration, PipelineOptions code, HostedConfiguration configuration)
    {
        var host = new CdcLakeHostingOptions();
        registration.Configure?.Invoke(host);
        var pipeline = code.Copy();
        pipeline.LoggerFactory ??= services.GetService<ILoggerFactory>();
        pipeline.MeterFactory ??= services.GetService<System.Diagnostics.Metrics.IMeterFactory>();
        pipeline.TimeProvider = pipeline.TimeProvider == TimeProvider.System ? services.GetService<TimeProvider>() ?? TimeProvider.System : pipeline.TimeProvider;
        pipeline.Lease ??= true;
        configuration.Apply(registration.Name, pipeline, host);
        return new HostedSettings(pipeline.Freeze(), host.Freeze(), [.. configuration.EntriesOf(registration.Name)]);
    }

    /// <summary>Whether configuration says the same as under the others, which the same code made.</summary>
    public bool SaysTheSameAs(HostedSettings other) => Entries.SequenceEqual(other.Entries);

    /// <summary>Whether a run under these is one under the others, too.</summary>
    public bool RunsAs(HostedSettings other) => Entries.Where(e => !e.IsOfHost).SequenceEqual(other.Entries.Where(e => !e.IsOfHost));

    /// <summary>All values in force, without secrets.</summary>
    public override string ToString() => OptionKeys.Print(Pipeline, Host);
}

/// <summary>One thing that configuration says about a pipeline, for comparison; the value may be a secret.</summary>
internal readonly record struct HostedEntry(string Key, string Value, bool IsOfHost);
