using CdcLake.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CdcLake.Tests.Hosting;

/// <summary>When a pipeline counts as healthy.</summary>
public sealed class HealthTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, HealthStatus, object> Matrix() => new()
    {
        { "created", HealthStatus.Healthy, In(PipelineState.Created) },
        { "standby", HealthStatus.Healthy, In(PipelineState.Standby) },
        { "paused for long", HealthStatus.Healthy, In(PipelineState.Paused) with { Lag = TimeSpan.FromDays(1) } },
        { "stopped", HealthStatus.Healthy, In(PipelineState.Stopped) },
        { "completed", HealthStatus.Healthy, In(PipelineState.Completed) },
        { "failed", HealthStatus.Unhealthy, In(PipelineState.Failed) },
        { "starting", HealthStatus.Healthy, In(PipelineState.Starting, seconds: 30) },
        { "starting for long", HealthStatus.Degraded, In(PipelineState.Starting, seconds: 90) },
        { "draining", HealthStatus.Healthy, In(PipelineState.Draining, seconds: 10) },
        { "snapshot with rows", HealthStatus.Healthy, Snapshot(lastRow: 10) },
        { "snapshot that stands", HealthStatus.Degraded, Snapshot(lastRow: 70) },
        { "snapshot before its first row", HealthStatus.Healthy, In(PipelineState.Snapshotting, seconds: 30) },
        { "streaming", HealthStatus.Healthy, Streaming(lag: 1) },
        { "streaming, lag not known yet", HealthStatus.Healthy, Streaming(lag: 0) with { Lag = null } },
        { "some lag", HealthStatus.Degraded, Streaming(lag: 61) },
        { "much lag", HealthStatus.Unhealthy, Streaming(lag: 601) },
        { "a sink with lag", HealthStatus.Degraded, Streaming(lag: 1) with { Sinks = [new SinkStatus("a") { Lag = TimeSpan.FromSeconds(61) }] } },
        { "silent server", HealthStatus.Unhealthy, Streaming(lag: 1, heard: 16) },
        { "server heard", HealthStatus.Healthy, Streaming(lag: 1, heard: 14) },
        { "log about to go", HealthStatus.Degraded, Streaming(lag: 1) with { Source = Streaming(1).Source with { Retention = new LogRetentionStatus { IsExpiring = true } } } },
        { "log that is gone", HealthStatus.Unhealthy, Streaming(lag: 1) with { Source = Streaming(1).Source with { Retention = new LogRetentionStatus { IsPurged = true } } } },
        { "no checkpoint", HealthStatus.Degraded, Streaming(lag: 1) with { CheckpointError = Error } },
        { "retrying", HealthStatus.Degraded, In(PipelineState.Retrying) with { TroubleSince = Now.AddSeconds(-30), LastError = Error } },
        { "retrying for long", HealthStatus.Unhealthy, In(PipelineState.Retrying) with { TroubleSince = Now.AddSeconds(-61), LastError = Error } },
        { "the next attempt after long retrying", HealthStatus.Unhealthy, In(PipelineState.Starting, seconds: 1) with { TroubleSince = Now.AddSeconds(-61) } },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Health_follows_the_status(string what, HealthStatus expected, object status)
    {
        var (health, reason) = new HealthLimits(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)).Of((PipelineStatus)status);
        Assert.True(expected == health, $"{what}: {health}, {reason}");
        Assert.Equal(expected == HealthStatus.Healthy, reason is null);
    }

    [Fact]
    public async Task The_check_of_a_host_tells_the_worst_and_each_pipeline()
    {
        var host = new TestHost().Add("bad", s => { if (s == "stream 2") { throw new ObjectStoreException("The disk is full."); } }).Add("good");
        await using var _ = host;
        host.Services.AddHealthChecks().AddCdcLake(degradedLag: TimeSpan.FromDays(36500)).AddCdcLake("only-good", TimeSpan.FromDays(36500), pipelines: n => n == "good");
        await host.StartAsync();
        await host.Registry["bad"].WaitForStatusAsync(s => s.State == PipelineState.Failed);
        await host.Registry["good"].WaitForStatusAsync(s => s.Sinks[0].Commits == 3);
        var report = await host.Provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        var all = report.Entries["cdclake"];
        Assert.Equal((HealthStatus.Unhealthy, "bad: failed: The disk is full."), (all.Status, all.Description));
        Assert.Equal(["bad", "good"], all.Data.Keys);
        Assert.Equal("Failed", ((IReadOnlyDictionary<string, string?>)all.Data["bad"])["state"]);
        Assert.Equal(["ready"], all.Tags);
        Assert.Equal((HealthStatus.Healthy, 1), (report.Entries["only-good"].Status, report.Entries["only-good"].Data.Count));
    }

    private static PipelineError Error => new() { Code = "x", Message = "y" };

    private static PipelineStatus In(PipelineState state, int seconds = 100_000) => new() { Pipeline = "p", State = state, At = Now, Since = Now.AddSeconds(-seconds) };

    private static PipelineStatus Snapshot(int lastRow) => In(PipelineState.Snapshotting) with { Snapshot = new SnapshotStatus { LastRow = Now.AddSeconds(-lastRow) } };

    private static PipelineStatus Streaming(double lag, int heard = 1) => In(PipelineState.Streaming) with
    {
        Lag = TimeSpan.FromSeconds(lag),
        Source = new SourceStatus { IsConnected = true, Heartbeat = TimeSpan.FromSeconds(5), LastHeard = Now.AddSeconds(-heard) },
    };
}
