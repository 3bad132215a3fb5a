using System.Text.Json;
using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Runtime;

/// <summary>The status speaks, and can be written as JSON, in every state.</summary>
public sealed class StatusTests
{
    private readonly ManualClock _clock = new();
    private readonly MemoryStore _files = new();
    private readonly MemoryTarget _target = new("a", new MemoryCluster("one"));

    [Fact]
    public async Task A_pipeline_lists_its_sinks_before_it_starts()
    {
        await using var pipeline = Build(new ScriptedSource([]));
        var status = RoundTrip(pipeline.Status);
        Assert.Equal((PipelineState.Created, "sink(0)"), (status.State, Assert.Single(status.Sinks).Name));
        Assert.Null(status.Lag);
    }

    [Fact]
    public async Task A_starting_pipeline_lists_its_sinks()
    {
        PipelineStatus? seen = null;
        Pipeline? pipeline = null;
        await using (pipeline = Build(new ScriptedSource(Epochs, fault: s => seen ??= s == "describe" ? pipeline!.Status : null)))
        {
            await pipeline.RunAsync();
        }

        Assert.Equal((PipelineState.Starting, "scripted"), (seen!.State, RoundTrip(seen).Source.Name));
        Assert.Single(seen.Sinks);
    }

    [Fact]
    public async Task A_failed_pipeline_tells_code_and_text_of_its_error_as_json()
    {
        await using var pipeline = Build(new ScriptedSource(Epochs, fault: s => throw new ObjectStoreException("The disk is full.") { Code = "NoSpace" }));
        await Assert.ThrowsAsync<ObjectStoreException>(() => pipeline.RunAsync());
        var status = RoundTrip(pipeline.Status);
        Assert.Equal((PipelineState.Failed, "ObjectStore/NoSpace", "The disk is full.", false), (status.State, status.LastError!.Code, status.LastError.Message, status.LastError.IsTransient));
        Assert.Equal((0, null, _clock.GetUtcNow()), (status.LastError.Attempt, status.LastError.NextAttempt, status.LastError.At));
        Assert.Null(status.LastError.Exception);
        Assert.Contains("\"State\":\"Failed\"", JsonSerializer.Serialize(pipeline.Status), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retrying_pipeline_tells_attempt_and_next_attempt_as_json()
    {
        using var stop = new CancellationTokenSource();
        await using var pipeline = Build(new ScriptedSource(Epochs, fault: s => throw new MySqlServerException("away", 1045) { IsTransient = true }));
        var run = pipeline.RunAsync(stop.Token);
        await _clock.WaitForTimerAsync(t => t < TimeSpan.FromSeconds(1));
        var status = RoundTrip(pipeline.Status);
        Assert.Equal((PipelineState.Retrying, "MySqlServer/1045", 1), (status.State, status.LastError!.Code, status.LastError.Attempt));
        Assert.Equal(status.NextAttempt, status.LastError.NextAttempt);
        Assert.InRange(status.NextAttempt!.Value, _clock.GetUtcNow(), _clock.GetUtcNow().AddSeconds(1));
        await stop.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(PipelineState.Stopped, RoundTrip(pipeline.Status).State);
    }

    [Fact]
    public async Task A_completed_pipeline_shows_stages_checkpoints_and_commits()
    {
        await using var pipeline = Build(new ScriptedSource(Epochs));
        await pipeline.RunAsync();
        var status = RoundTrip(pipeline.Status);
        Assert.Equal(PipelineState.Completed, status.State);
        Assert.Equal(["source", "select", "aggregate", "sink"], status.Stages.Select(s => s.Name.Split('(')[0]));
        Assert.Equal((4L, 4L), (status.Stages[0].RowsOut, status.Stages[1].RowsIn));
        Assert.Equal([.. status.Stages.SkipLast(1).Select(s => s.Name)], status.Stages.SelectMany(s => s.Inputs).Select(i => i.From));
        Assert.Equal((4L, true), (status.Stages[2].StateRows, status.Stages[2].StateBytes > 0));
        var checkpoint = status.Checkpoints[0];
        Assert.Equal(("4", false, true), (TestPosition.Short(checkpoint.Position), checkpoint.IsRestored, checkpoint.WrittenBytes > 0 && checkpoint.TotalBytes >= checkpoint.WrittenBytes));
        Assert.Equal(status.Checkpoints.Count, status.Checkpoints.Select(c => c.Number).Distinct().Count());
        Assert.Equal(["4", "3", "2", "1"], status.Sinks[0].RecentCommits.Select(c => TestPosition.Short(c.Position)));
        Assert.Equal((4L, 4L), (status.Sinks[0].Commits, status.Sinks[0].TotalRows));
        Assert.False(status.Source.IsConnected);
    }

    [Fact]
    public async Task A_later_run_shows_the_checkpoint_that_it_began_with()
    {
        await using (var first = Build(new ScriptedSource(Epochs[..3])))
        {
            await first.RunAsync();
        }

        await using var pipeline = Build(new ScriptedSource(Epochs));
        await pipeline.RunAsync();
        var restored = pipeline.Status.Checkpoints[^1];
        Assert.Equal((true, "3", 0L), (restored.IsRestored, TestPosition.Short(restored.Position), restored.WrittenBytes));
        Assert.True(restored.TotalBytes > 0);
    }

    [Fact]
    public async Task A_checkpoint_that_failed_stands_in_the_history()
    {
        var failed = false;
        _files.Step = s => !failed && (failed = s.StartsWith("create", StringComparison.Ordinal)) ? throw new ObjectStoreException("away") { IsTransient = true } : Task.CompletedTask;
        await using var pipeline = Build(new ScriptedSource(Epochs));
        await pipeline.RunAsync();
        var entry = Assert.Single(RoundTrip(pipeline.Status).Checkpoints, c => c.Error is not null);
        Assert.Equal(("ObjectStore", null, null), (entry.Error!.Code, entry.Number, entry.Position));
        Assert.Null(pipeline.Status.CheckpointError); // a later one was written
    }

    [Fact]
    public async Task A_sink_with_changes_that_wait_falls_behind_although_the_source_does_not()
    {
        var source = new ScriptedSource(Epochs, endless: true);
        using var stop = new CancellationTokenSource();
        await using var pipeline = ScriptedPipeline.Replica(source, [_target], o => (o.TimeProvider, o.CommitInterval) = (_clock, TimeSpan.FromHours(1)));
        var run = pipeline.RunAsync(stop.Token);
        await pipeline.WaitForStatusAsync(s => s.Sinks[0].PendingRows == 4);
        Assert.Null(pipeline.Status.Sinks[0].Lag);
        Assert.NotNull(pipeline.Status.Lag);
        await stop.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(pipeline.Status.Lag, pipeline.Status.Sinks[0].Lag);
    }

    [Fact]
    public async Task A_start_anew_counts_anew()
    {
        await using var pipeline = Build(new ScriptedSource(Epochs));
        await pipeline.RunAsync();
        await pipeline.RunAsync();
        var status = pipeline.Status;
        Assert.Equal((0L, 0L, 0), (status.ChangesRead, status.Sinks[0].Commits, status.Sinks[0].RecentCommits.Count));
        Assert.True(Assert.Single(status.Checkpoints).IsRestored);
    }

    private static ScriptedEpoch[] Epochs => [.. Enumerable.Range(1, 4).Select(n => ScriptedEpoch.Insert(n, n))];

    private static PipelineStatus RoundTrip(PipelineStatus status) => JsonSerializer.Deserialize<PipelineStatus>(JsonSerializer.Serialize(status))!;

    private Pipeline Build(ScriptedSource source) =>
        ScriptedPipeline.Sums(source, [_target], _files, o => (o.TimeProvider, o.CheckpointInterval) = (_clock, TimeSpan.Zero));
}
