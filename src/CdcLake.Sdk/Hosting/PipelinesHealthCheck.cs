using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CdcLake.Hosting;

/// <summary>The worst of all pipelines, with one entry of data for each. Does no I/O.</summary>
internal sealed class PipelinesHealthCheck(IPipelineRegistry registry, HealthLimits limits, Func<string, bool>? filter) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var worst = HealthStatus.Healthy;
        var reasons = new List<string>();
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var pipeline in registry.Pipelines.Where(p => filter?.Invoke(p.Name) != false))
        {
            var status = pipeline.Status;
            var (health, reason) = limits.Of(status);
            worst = health < worst ? health : worst; // the enum goes from Unhealthy up to Healthy
            if (health != HealthStatus.Healthy)
            {
                reasons.Add($"{pipeline.Name}: {reason}");
            }

            data.Add(pipeline.Name, Describe(status, health, reason));
        }

        return Task.FromResult(new HealthCheckResult(worst, reasons.Count == 0 ? null : string.Join("; ", reasons), null, data));
    }

    private static Dictionary<string, string?> Describe(PipelineStatus status, HealthStatus health, string? reason) => new(StringComparer.Ordinal)
    {
        ["health"] = health.ToString(),
        ["reason"] = reason,
        ["state"] = status.State.ToString(),
        ["lag"] = status.Lag?.ToString("c", CultureInfo.InvariantCulture),
        ["position"] = status.Position,
        ["checkpoint"] = status.CheckpointPosition,
        ["error"] = status.LastError?.Message,
    };
}
