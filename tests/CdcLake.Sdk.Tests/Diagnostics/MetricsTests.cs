using System.Diagnostics;
using System.Diagnostics.Metrics;
using CdcLake.Tests.Hosting;
using CdcLake.Tests.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;

namespace CdcLake.Tests.Diagnostics;

/// <summary>What a running pipeline measures, logs and traces.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Counters_and_histograms_add_up_what_a_pipeline_did()
    {
        var host = new TestHost().Add("sales", endless: false);
        await using var _ = host;
        await host.StartAsync();
        var meters = host.Provider.GetRequiredService<IMeterFactory>();
        using var rows = new MetricCollector<long>(meters, CdcLakeTelemetry.MeterName, "cdclake.sink.rows");
        using var stages = new MetricCollector<long>(meters, CdcLakeTelemetry.MeterName, "cdclake.stage.rows");
        using var commits = new MetricCollector<double>(meters, CdcLakeTelemetry.MeterName, "cdclake.sink.commit.duration");
        await host.Registry["sales"].WaitForStatusAsync(s => s.State == PipelineState.Completed);
        await host.Registry["sales"].RestartAsync();
        await host.Registry["sales"].WaitForStatusAsync(s => s.State == PipelineState.Completed);
        Assert.InRange(rows.GetMeasurementSnapshot().Where(m => (string?)m.Tags["cdclake.operation"] == "upsert").Sum(m => m.Value), 0, 3);
        Assert.All(stages.GetMeasurementSnapshot(), m => Assert.True(m.Value > 0));
        Assert.All(commits.GetMeasurementSnapshot(), m => Assert.Equal("sales", m.Tags["cdclake.pipeline"]));
    }

    [Fact]
    public async Task Every_measurement_has_the_tags_of_the_documentation_and_counts_are_right()
    {
        using var meters = new Factory();
        var measured = new List<(string Name, double Value, Dictionary<string, object?> Tags)>();
        using var listener = Listen(meters, measured);
        var target = new MemoryTarget("a", new MemoryCluster("one"));
        var failures = 0;
        var source = new ScriptedSource([.. Enumerable.Range(1, 4).Select(n => ScriptedEpoch.Insert(n, n))], fault: s => { if (s == "stream 3" && failures++ == 0) { throw new CommitConflictException("x") { IsTransient = true }; } });
        await using (var pipeline = ScriptedPipeline.Sums(source, [target], new CdcLake.Tests.Checkpoints.MemoryStore(), o => (o.MeterFactory, o.CheckpointInterval) = (meters, TimeSpan.Zero)))
        {
            await pipeline.RunAsync();
            listener.RecordObservableInstruments();
        }

        lock (measured)
        {
            Assert.Equal(4, Sum("cdclake.sink.rows", "upsert"));
            Assert.Equal(1, Sum("cdclake.errors"));
            Assert.Equal(1, Sum("cdclake.sink.commit.conflicts"));
            Assert.Equal(4, measured.Count(m => m.Name == "cdclake.sink.latency"));
            Assert.True(measured.Count(m => m.Name == "cdclake.checkpoint.duration") >= 2);
            Assert.Contains(measured, m => m.Name == "cdclake.source.lag");
            Assert.Contains(measured, m => m.Name == "cdclake.state.keys" && m.Value == 4);
            Assert.All(measured, m => Assert.Equal(["cdclake.pipeline", .. MetricNamesTests.Tags.GetValueOrDefault(m.Name, [])], m.Tags.Keys));
            measured.Clear();
        }

        listener.RecordObservableInstruments();
        Assert.Empty(measured); // a disposed pipeline is not shown any more

        double Sum(string name, string? operation = null) =>
            measured.Where(m => m.Name == name && (operation is null || (string?)m.Tags["cdclake.operation"] == operation)).Sum(m => m.Value);
    }

    [Fact]
    public async Task Commits_and_checkpoints_are_spans()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == CdcLakeTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var target = new MemoryTarget("spans", new MemoryCluster("one"));
        await using var pipeline = ScriptedPipeline.Sums(
            new ScriptedSource([.. Enumerable.Range(1, 2).Select(n => ScriptedEpoch.Insert(n, n))]), [target], new CdcLake.Tests.Checkpoints.MemoryStore(), o => o.CheckpointInterval = TimeSpan.Zero);
        await pipeline.RunAsync();
        var commits = spans.Where(s => s.OperationName == "commit memory(spans)" && s.GetTagItem("cdclake.commit.id") is not null).ToList();
        Assert.Equal(2, commits.Count);
        Assert.All(commits, c => Assert.Equal(c.GetTagItem("cdclake.position"), c.GetTagItem("cdclake.commit.id")));
        Assert.Contains(spans, s => s.OperationName == "checkpoint" && s.GetTagItem("cdclake.checkpoint.id") is not null);
    }

    [Fact]
    public async Task A_commit_that_fails_is_a_span_with_its_error()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == CdcLakeTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var cluster = new MemoryCluster("one", s => { if (s == "publish one") { throw new ObjectStoreException("full"); } });
        await using var pipeline = ScriptedPipeline.Replica(new ScriptedSource([ScriptedEpoch.Insert(1, 1)]), [new MemoryTarget("failing-span", cluster)]);
        await Assert.ThrowsAsync<ObjectStoreException>(() => pipeline.RunAsync());
        var span = Assert.Single(spans, s => s.OperationName == "commit memory(failing-span)");
        Assert.Equal((ActivityStatusCode.Error, "ObjectStore"), (span.Status, span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task State_changes_are_logged_and_values_of_rows_never()
    {
        await using var host = await new TestHost().Add("sales", endless: false).StartAsync();
        await host.Registry["sales"].WaitForStatusAsync(s => s.State == PipelineState.Completed);
        var ids = host.Logs.GetSnapshot().Where(r => r.Category!.StartsWith("CdcLake.", StringComparison.Ordinal)).Select(r => r.Id.Id).ToList();
        Assert.Equal([7000, 3000], ids.Take(2));
        Assert.Contains(5000, ids);
        Assert.Equal(3003, ids[^1]);
        Assert.All(host.Logs.GetSnapshot().Where(r => r.Category!.StartsWith("CdcLake.", StringComparison.Ordinal)), r => Assert.True(r.Level <= LogLevel.Information));
    }

    private static MeterListener Listen(IMeterFactory meters, List<(string Name, double Value, Dictionary<string, object?> Tags)> measured)
    {
        var meter = meters.Create(new MeterOptions(CdcLakeTelemetry.MeterName));
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter == meter)
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.Start();
        return listener;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var kept = tags.ToArray().ToDictionary(t => t.Key, t => t.Value);
            lock (measured)
            {
                measured.Add((instrument.Name, value, kept));
            }
        }
    }

    private sealed class Factory : IMeterFactory
    {
        private Meter? _meter;

        public Meter Create(MeterOptions options) => _meter ??= new Meter(options);

        public void Dispose() => _meter?.Dispose();
    }
}
