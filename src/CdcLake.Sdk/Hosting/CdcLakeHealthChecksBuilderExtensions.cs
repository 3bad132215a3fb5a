using CdcLake;
using CdcLake.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The health of pipelines.</summary>
public static class CdcLakeHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds one check over all hosted pipelines. It reads their status and never waits.
    /// <list type="table">
    /// <item><term>Healthy</term><description>streaming with little lag; reading a snapshot with rows in the last minute; starting; standing by; paused, stopped or completed</description></item>
    /// <item><term>Degraded</term><description>lag above <paramref name="degradedLag"/>; retrying for less than <paramref name="retryGrace"/>; the last checkpoint could not be written; the server is about to remove log that a restart needs; no row of a
    /// snapshot, or no end of starting, for a minute</description></item>
    /// <item><term>Unhealthy</term><description>failed; the server is silent for three heartbeats, or has removed log that a restart needs; retrying for longer; lag above <paramref name="unhealthyLag"/></description></item>
    /// </list>
    /// Lag says nothing about whether the process lives, so the check has the tag <c>ready</c>: leave it out of a liveness probe, which would restart a pipeline that is catching up.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks()</c> gives.</param>
    /// <param name="name">Name of the check.</param>
    /// <param name="degradedLag">Null for 1 minute.</param>
    /// <param name="unhealthyLag">Null for none.</param>
    /// <param name="retryGrace">How long errors that pass by themselves may be waited out; null for 1 minute.</param>
    /// <param name="pipelines">Says by name which pipelines count; null for all.</param>
    /// <param name="tags">Null for <c>ready</c>.</param>
    public static IHealthChecksBuilder AddCdcLake(
        this IHealthChecksBuilder builder,
        string name = "cdclake",
        TimeSpan? degradedLag = null,
        TimeSpan? unhealthyLag = null,
        TimeSpan? retryGrace = null,
        Func<string, bool>? pipelines = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var limits = new HealthLimits(degradedLag ?? TimeSpan.FromMinutes(1), unhealthyLag, retryGrace ?? TimeSpan.FromMinutes(1));
        return builder.Add(new HealthCheckRegistration(
            name, p => new PipelinesHealthCheck(p.GetRequiredService<IPipelineRegistry>(), limits, pipelines), failureStatus: null, tags ?? ["ready"]));
    }
}
