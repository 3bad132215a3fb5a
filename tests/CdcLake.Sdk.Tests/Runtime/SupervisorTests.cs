using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Runtime;

/// <summary>Errors that pass by themselves are waited out in every step, visibly; others end the run at once.</summary>
public sealed class SupervisorTests
{
    private readonly ManualClock _clock = new();
    private readonly MemoryStore _files = new();
    private readonly MemoryTarget _target = new("a", new MemoryCluster("one"));

    public static TheoryData<string> Steps() =>
        ["describe", "stream 1", "stream 3", "open memory(a)", "end memory(a)", "prepare memory(a)", "publish one", "published one", "list checkpoint-"];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_passing_error_in_any_step_is_waited_out_and_shown(string step)
    {
        var faults = new Faults(step, times: 1, () => new ObjectStoreException("away") { IsTransient = true });
        await using var pipeline = Build(faults);
        var run = pipeline.RunAsync();
        await _clock.WaitForTimerAsync(t => t < TimeSpan.FromSeconds(1));
        var status = pipeline.Status;
        Assert.Equal((PipelineState.Retrying, 1), (status.State, status.Failures));
        Assert.InRange(status.NextAttempt!.Value - _clock.GetUtcNow(), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200));
        var error = Assert.IsType<ObjectStoreException>(status.LastError!.Exception);
        Assert.Equal("scripted", error.Pipeline);
        Assert.False(run.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(200));
        await run.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((PipelineState.Completed, "4"), (pipeline.Status.State, _target.At));
        Assert.Equal([(1, 1L), (2, 2L), (3, 3L), (4, 4L)], _target.Rows.Select(r => (r.Key, r.Value)));
        Assert.Null(pipeline.Status.LastError);
        Assert.Equal((0, null), (pipeline.Status.Failures, pipeline.Status.NextAttempt));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task An_error_that_somebody_has_to_look_at_ends_the_run_in_any_step(string step)
    {
        await using var pipeline = Build(new Faults(step, times: 1, () => new ObjectStoreException("full")));
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => pipeline.RunAsync());
        Assert.Equal((PipelineState.Failed, "scripted"), (pipeline.Status.State, error.Pipeline));
        Assert.Same(error, pipeline.Status.LastError!.Exception);
    }

    [Fact]
    public async Task Pauses_grow_while_nothing_is_committed_and_begin_anew_after_a_commit()
    {
        var faults = new Faults("publish one", times: 3, () => new CommitConflictException("foreign") { IsTransient = true });
        await using var pipeline = Build(faults);
        var run = pipeline.RunAsync();
        await FailAsync(1, TimeSpan.FromMilliseconds(200));
        await FailAsync(2, TimeSpan.FromMilliseconds(400));
        await FailAsync(3, TimeSpan.FromMilliseconds(800), () => faults.Again("prepare memory(a)", skip: 2));
        await FailAsync(1, TimeSpan.FromMilliseconds(200));
        await run.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("4", _target.At);

        async Task FailAsync(int failures, TimeSpan longest, Action? before = null)
        {
            await _clock.WaitForTimerAsync(t => t <= longest && t >= longest / 2);
            Assert.Equal(failures, pipeline.Status.Failures);
            before?.Invoke();
            _clock.Advance(longest);
        }
    }

    [Fact]
    public async Task Waiting_ends_with_the_last_error_when_the_time_that_the_user_allows_is_over()
    {
        var count = 0;
        await using var pipeline = Build(
            new Faults("describe", times: 99, () => new ObjectStoreException($"away {++count}") { IsTransient = true }), o => o.RetryFor = TimeSpan.FromSeconds(1));
        var run = pipeline.RunAsync();
        while (!run.IsCompleted)
        {
            await Task.WhenAny(run, _clock.WaitForTimerAsync(_ => true));
            _clock.Advance(TimeSpan.FromSeconds(0.8));
        }

        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => run);
        Assert.Equal($"away {count}", error.Message);
        Assert.InRange(count, 2, 4);
        Assert.Equal(PipelineState.Failed, pipeline.Status.State);
    }

    [Fact]
    public async Task A_pipeline_stopped_while_it_waits_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        await using var pipeline = Build(new Faults("stream 3", times: 1, () => new ObjectStoreException("away") { IsTransient = true }));
        var run = pipeline.RunAsync(stop.Token);
        await _clock.WaitForTimerAsync(t => t < TimeSpan.FromSeconds(1));
        await stop.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(PipelineState.Stopped, pipeline.Status.State);
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_written_for_the_moment_stops_nothing()
    {
        using var failed = new ManualResetEventSlim();
        _files.Step = s =>
        {
            if (!failed.IsSet && s.StartsWith("create", StringComparison.Ordinal))
            {
                failed.Set();
                throw new ObjectStoreException("away") { IsTransient = true };
            }

            return Task.CompletedTask;
        };

        // The last epoch comes once a checkpoint has failed: the one that is tried then is another.
        var source = new ScriptedSource(Epochs, fault: s => Assert.True(s != "stream 4" || failed.Wait(TimeSpan.FromMinutes(1))));
        await using var pipeline = ScriptedPipeline.Sums(source, [_target], _files, o => (o.TimeProvider, o.CheckpointInterval) = (_clock, TimeSpan.Zero));
        await pipeline.RunAsync();
        Assert.Equal((PipelineState.Completed, "4", "4"), (pipeline.Status.State, _target.At, TestPosition.Short(pipeline.Status.CheckpointPosition)));
        Assert.Null(pipeline.Status.CheckpointError);
    }

    private static ScriptedEpoch[] Epochs => [.. Enumerable.Range(1, 4).Select(n => ScriptedEpoch.Insert(n, n))];

    private Pipeline Build(Faults faults, Action<PipelineOptions>? configure = null)
    {
        _target.Cluster.Fault = faults.At;
        if (faults.Step.StartsWith("list", StringComparison.Ordinal))
        {
            _files.Step = s =>
            {
                faults.At(s);
                return Task.CompletedTask;
            };
        }

        var source = new ScriptedSource(Epochs, fault: faults.At);
        return ScriptedPipeline.Sums(source, [_target], _files, o =>
        {
            o.TimeProvider = _clock;
            configure?.Invoke(o);
        });
    }

    /// <summary>Throws at one step, some times.</summary>
    private sealed class Faults(string step, int times, Func<Exception> error)
    {
        private int _left = times;
        private int _skip;

        public string Step { get; private set; } = step;

        public void Again(string another, int skip) => (Step, _left, _skip) = (another, 1, skip);

        public void At(string at)
        {
            if (at == Step && _left > 0 && _skip-- <= 0)
            {
                _left--;
                throw error();
            }
        }
    }
}
