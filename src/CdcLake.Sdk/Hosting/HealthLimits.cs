using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CdcLake.Hosting;

/// <summary>When a pipeline counts as healthy. The table stands at <c>AddHealthChecks().AddCdcLake()</c>.</summary>
/// <param name="DegradedLag">Lag above which it is degraded.</param>
/// <param name="UnhealthyLag">Lag above which it is unhealthy; null for none.</param>
/// <param name="RetryGrace">How long it may wait out errors.</param>
internal sealed record HealthLimits(TimeSpan DegradedLag, TimeSpan? UnhealthyLag, TimeSpan RetryGrace)
{
    private const int SilentHeartbeats = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The health of a status, and why it is not good.</summary>
    public (HealthStatus Health, string? Reason) Of(PipelineStatus status)
    {
        if (status.State == PipelineState.Failed)
        {
            return (HealthStatus.Unhealthy, $"failed: {status.LastError?.Message}");
        }

        if (status.State is PipelineState.Created or PipelineState.Standby or PipelineState.Paused or PipelineState.Stopped or PipelineState.Completed)
        {
            return (HealthStatus.Healthy, null);
        }

        if (status.TroubleSince is { } since)
        {
            return (status.At - since > RetryGrace ? HealthStatus.Unhealthy : HealthStatus.Degraded, $"retrying for {Text(status.At - since)}: {status.LastError?.Message ?? status.Detail}");
        }

        return status.State switch
        {
            PipelineState.Snapshotting => OfSnapshot(status),
            PipelineState.Streaming => OfStream(status),
            _ => status.At - status.Since > Patience ? (HealthStatus.Degraded, $"{status.State} for {Text(status.At - status.Since)}") : (HealthStatus.Healthy, null),
        };
    }

    private static (HealthStatus Health, string? Reason) OfSnapshot(PipelineStatus status)
    {
        var last = status.Snapshot?.LastRow ?? status.Since;
        return status.At - last > Patience ? (HealthStatus.Degraded, $"no row of the snapshot for {Text(status.At - last)}") : (HealthStatus.Healthy, null);
    }

    private (HealthStatus Health, string? Reason) OfStream(PipelineStatus status)
    {
        if (status.Source is { Heartbeat: { } period, LastHeard: { } heard } && status.At - heard > SilentHeartbeats * period)
        {
            return (HealthStatus.Unhealthy, $"the server is silent for {Text(status.At - heard)}");
        }

        if (status.Source.Retention is { IsPurged: true })
        {
            return (HealthStatus.Unhealthy, "the server has removed log that a restart needs");
        }

        // What a sink shows may be behind although everything was read.
        var lag = status.Sinks.Select(s => s.Lag).Append(status.Lag).Max();
        if (lag > UnhealthyLag)
        {
            return (HealthStatus.Unhealthy, $"lag {Text(lag.Value)}");
        }

        if (lag > DegradedLag)
        {
            return (HealthStatus.Degraded, $"lag {Text(lag.Value)}");
        }

        if (status.Source.Retention is { IsExpiring: true } retention)
        {
            return (HealthStatus.Degraded, $"the server removes log that a restart needs in {Text(retention.Left ?? TimeSpan.Zero)}");
        }

        return status.CheckpointError is { } error ? (HealthStatus.Degraded, $"no checkpoint: {error.Message}") : (HealthStatus.Healthy, null);
    }

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:N0} s");
}
