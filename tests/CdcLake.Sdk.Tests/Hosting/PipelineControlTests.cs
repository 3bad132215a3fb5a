using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.Hosting;

/// <summary>What an operator can do with a hosted pipeline.</summary>
public sealed class PipelineControlTests
{
    [Fact]
    public async Task A_paused_pipeline_has_committed_and_goes_on_when_it_is_resumed()
    {
        await using var host = await new TestHost(("CommitInterval", "01:00:00")).Add("sales").StartAsync();
        var handle = host.Registry["sales"];
        await handle.WaitForStatusAsync(s => s.Sinks[0].PendingRows == 3);
        await handle.PauseAsync();
        Assert.Equal((PipelineState.Paused, "3"), (handle.Status.State, host.TargetOf("sales").At));
        await handle.PauseAsync(); // nothing happens
        await handle.ResumeAsync();
        await handle.WaitForStatusAsync(s => s.State != PipelineState.Paused && s.Sinks[0].Position is not null);
        await handle.ResumeAsync();
        await host.StopAsync();
        Assert.Equal(PipelineState.Stopped, handle.Status.State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => handle.ResumeAsync());
    }

    [Fact]
    public async Task A_failed_pipeline_is_started_again_by_resume_and_by_restart()
    {
        var failures = 0;
        await using var host = await new TestHost().Add("bad", s => { if (s == "stream 2" && failures++ < 2) { throw new ObjectStoreException("full"); } }).StartAsync();
        var handle = host.Registry["bad"];
        await handle.WaitForStatusAsync(s => s.State == PipelineState.Failed);
        await Assert.ThrowsAsync<InvalidOperationException>(() => handle.ReadyAsync(TimeSpan.FromDays(36500)));
        await handle.ResumeAsync();
        await handle.WaitForStatusAsync(s => s.State == PipelineState.Failed && failures == 2);
        await handle.RestartAsync();
        await handle.WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3");
    }

    [Fact]
    public async Task A_running_pipeline_is_restarted()
    {
        await using var host = await new TestHost().Add("sales").StartAsync();
        var handle = host.Registry["sales"];
        await handle.WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3" && s.Sinks[0].Commits > 0);
        await handle.RestartAsync();
        await handle.WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3" && s.Sinks[0].Commits == 0); // a new start has nothing to do
    }

    [Fact]
    public async Task A_pipeline_that_is_not_enabled_waits_for_an_operator()
    {
        await using var host = await new TestHost(("Pipelines:sales:Enabled", "false")).Add("sales").StartAsync();
        Assert.Equal(PipelineState.Created, host.Registry["sales"].Status.State);
        await host.Registry["sales"].ResumeAsync();
        await host.Registry["sales"].WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3");
    }

    [Fact]
    public async Task A_checkpoint_on_request_commits_what_waits()
    {
        await using var host = await new TestHost(("CommitInterval", "01:00:00")).Add("sales").StartAsync();
        var handle = host.Registry["sales"];
        await handle.WaitForStatusAsync(s => s.Sinks[0].PendingRows == 3);
        await handle.CheckpointAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("3", host.TargetOf("sales").At);
        await handle.PauseAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => handle.CheckpointAsync());
    }

    [Fact]
    public async Task A_checkpoint_on_request_keeps_state_and_a_second_one_is_taken_although_nothing_changed()
    {
        var files = new MemoryStore();
        var target = new MemoryTarget("a", new MemoryCluster("one"));
        var source = new ScriptedSource([ScriptedEpoch.Insert(1, 1)], endless: true);
        using var stop = new CancellationTokenSource();
        await using var pipeline = ScriptedPipeline.Sums(source, [target], files, o => (o.CheckpointInterval, o.CommitInterval) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        var run = pipeline.RunAsync(stop.Token);
        await pipeline.WaitForStatusAsync(s => s.Sinks[0].PendingRows == 1);
        await pipeline.CheckpointAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(("1", "1"), (target.At, TestPosition.Short(pipeline.Status.CheckpointPosition)));
        await pipeline.CheckpointAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, pipeline.Status.Checkpoints.Count);
        await stop.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_source_without_snapshot_cannot_be_reset()
    {
        await using var host = await new TestHost().Add("files").StartAsync();
        await host.Registry["files"].WaitForStatusAsync(s => s.Sinks[0].Commits > 0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Registry["files"].ResetAsync());
    }
}
