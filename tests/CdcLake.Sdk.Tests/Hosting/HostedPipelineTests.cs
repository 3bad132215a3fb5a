using CdcLake.Tests.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcLake.Tests.Hosting;

/// <summary>Pipelines live and die with their host, and never it with them.</summary>
public sealed class HostedPipelineTests
{
    [Fact]
    public async Task A_pipeline_runs_from_the_start_of_its_host_to_its_end_and_commits_what_it_read()
    {
        await using var host = await new TestHost(("CommitInterval", "01:00:00")).Add("sales").StartAsync();
        var handle = host.Provider.GetRequiredKeyedService<IPipelineHandle>("sales");
        await handle.WaitForStatusAsync(s => s.Sinks[0].PendingRows == 3);
        Assert.Equal("-", host.TargetOf("sales").At);
        await host.StopAsync();
        Assert.Equal((PipelineState.Stopped, "3"), (handle.Status.State, host.TargetOf("sales").At));
        Assert.Same(handle, host.Registry["sales"]);
    }

    [Fact]
    public async Task Start_does_not_wait_for_a_pipeline()
    {
        using var gate = new ManualResetEventSlim();
        await using var host = await new TestHost().Add("slow", s => Assert.True(s != "describe" || gate.Wait(TimeSpan.FromMinutes(1)))).StartAsync();
        Assert.NotEqual(PipelineState.Streaming, host.Registry["slow"].Status.State);
        gate.Set();
        await host.Registry["slow"].WaitForStatusAsync(s => s.Sinks[0].Commits > 0);
    }

    [Fact]
    public async Task A_pipeline_that_fails_leaves_the_others_and_the_host_alive()
    {
        await using var host = await new TestHost().Add("bad", Fail("stream 2")).Add("good").StartAsync();
        var bad = await host.Registry["bad"].WaitForStatusAsync(s => s.State == PipelineState.Failed);
        Assert.Equal("ObjectStore", bad.LastError!.Code);
        await host.Registry["good"].WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3");
        Assert.False(host.Provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        Assert.Single(host.Logs.GetSnapshot(), r => r.Id.Id == 7006);
        await host.StopAsync();
        Assert.Equal((PipelineState.Failed, PipelineState.Stopped), (host.Registry["bad"].Status.State, host.Registry["good"].Status.State));
    }

    [Fact]
    public async Task A_pipeline_that_fails_stops_the_host_where_that_is_asked_for()
    {
        await using var host = await new TestHost().Add("bad", Fail("stream 2"), o => o.OnFailure = OnFailure.StopHost).StartAsync();
        var stopping = new TaskCompletionSource();
        host.Provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_pipeline_that_fails_begins_again_where_that_is_asked_for()
    {
        var failures = 0;
        await using var host = await new TestHost(("RestartAfter", "00:00:00.01"), ("OnFailure", "Restart"))
            .Add("bad", s => { if (s == "stream 2" && failures++ < 2) { throw new ObjectStoreException("full"); } }).StartAsync();
        await host.Registry["bad"].WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3");
        Assert.Equal(2, host.Logs.GetSnapshot().Count(r => r.Id.Id == 7007));
    }

    [Theory]
    [InlineData("describe")]
    [InlineData("stream 2")]
    public async Task Stopping_ends_a_pipeline_that_waits_to_try_again(string step)
    {
        await using var host = await new TestHost().Add("away", s => { if (s == step) { throw new ObjectStoreException("away") { IsTransient = true }; } }).StartAsync();
        await host.Registry["away"].WaitForStatusAsync(s => s is { State: PipelineState.Retrying, Failures: >= 1 });
        await host.StopAsync();
        Assert.Equal(PipelineState.Stopped, host.Registry["away"].Status.State);
    }

    [Fact]
    public async Task Stopping_while_a_commit_is_published_waits_for_it()
    {
        using var gate = new ManualResetEventSlim();
        using var inside = new ManualResetEventSlim();
        var host = new TestHost().Add("slow");
        await using var _ = host;
        host.TargetOf("slow").Cluster.Fault = s =>
        {
            if (s == "publish slow")
            {
                inside.Set();
                Assert.True(gate.Wait(TimeSpan.FromMinutes(1)));
            }
        };
        await host.StartAsync();
        Assert.True(inside.Wait(TimeSpan.FromSeconds(30)));
        var stop = host.StopAsync();
        Assert.False(stop.IsCompleted);
        gate.Set();
        await stop;
        Assert.Equal((PipelineState.Stopped, "3"), (host.Registry["slow"].Status.State, host.TargetOf("slow").At));
    }

    [Fact]
    public async Task Stopping_gives_up_when_the_host_allows_no_more_time_and_says_so()
    {
        using var gate = new ManualResetEventSlim();
        await using (var host = await new TestHost().Add("stuck", s => Assert.True(s != "stream 2" || gate.Wait(TimeSpan.FromMinutes(1)))).StartAsync())
        {
            await host.Registry["stuck"].WaitForStatusAsync(s => s.Sinks[0].Commits == 1);
            await host.StopAsync(TimeSpan.FromMilliseconds(50));
            Assert.Single(host.Logs.GetSnapshot(), r => r.Id.Id == 7008);
            gate.Set();
        }
    }

    [Fact]
    public async Task A_commit_that_takes_longer_than_the_host_allows_is_given_up()
    {
        using var inside = new ManualResetEventSlim();
        var host = new TestHost().Add("slow");
        await using var _ = host;
        host.TargetOf("slow").Cluster.Hold = () =>
        {
            inside.Set();
            return Task.Delay(Timeout.Infinite); // a store that does not answer
        };
        await host.StartAsync();
        Assert.True(inside.Wait(TimeSpan.FromSeconds(30)));
        await host.StopAsync(TimeSpan.FromMilliseconds(50));
        var status = await host.Registry["slow"].WaitForStatusAsync(s => s.State == PipelineState.Failed);
        Assert.Equal("Timeout", status.LastError!.Code);
        Assert.Equal("-", host.TargetOf("slow").At);
    }

    [Fact]
    public async Task Twenty_pipelines_run_in_one_host_and_drain_together()
    {
        var host = new TestHost(("CommitInterval", "01:00:00"));
        await using var _ = host;
        for (var i = 0; i < 20; i++)
        {
            host.Add($"p{i}");
        }

        await host.StartAsync();
        foreach (var handle in host.Registry.Pipelines)
        {
            await handle.WaitForStatusAsync(s => s.Sinks[0].PendingRows == 3);
        }

        await host.StopAsync();
        Assert.All(host.Registry.Pipelines, p => Assert.Equal((PipelineState.Stopped, "3"), (p.Status.State, host.TargetOf(p.Name).At)));
    }

    [Fact]
    public async Task Two_pipelines_of_one_name_are_refused_when_the_second_is_added()
    {
        await using var host = new TestHost().Add("sales");
        var error = Assert.Throws<ArgumentException>(() => host.Add("sales"));
        Assert.Contains("\"sales\" was added already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipeline_with_another_name_than_it_was_added_under_stops_the_start()
    {
        var host = new TestHost();
        await using var _ = host;
        host.Pipelines.AddPipeline("one", _ => ScriptedPipeline.Replica(new ScriptedSource([]), [new MemoryTarget("two", new MemoryCluster("two"))], name: "two"));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(host.StartAsync);
        Assert.Contains("\"two\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_class_builds_its_pipeline_from_services_of_the_container()
    {
        var host = new TestHost();
        await using var _ = host;
        host.Services.AddSingleton(new Epoch(7));
        host.Pipelines.AddPipeline<Replica>();
        await host.StartAsync();
        await host.Registry["replica"].WaitForStatusAsync(s => s.State == PipelineState.Completed);
        Assert.Equal([(7, 7L)], host.Provider.GetRequiredService<Epoch>().Target.Rows.Select(r => (r.Key, r.Value)));
    }

    [Fact]
    public async Task An_unknown_name_is_an_error_with_the_nearest()
    {
        await using var host = await new TestHost().Add("sales").StartAsync();
        Assert.Null(host.Registry.Find("sale"));
        Assert.Contains("Nearest: sales", Assert.Throws<KeyNotFoundException>(() => host.Registry["sale"]).Message, StringComparison.Ordinal);
    }

    private static Action<string> Fail(string step) => s =>
    {
        if (s == step)
        {
            throw new ObjectStoreException("full");
        }
    };

    private sealed class Epoch(int id)
    {
        public int Id => id;

        public MemoryTarget Target { get; } = new("replica", new MemoryCluster("replica"));
    }

    private sealed class Replica(Epoch epoch) : IPipelineFactory
    {
        public static string PipelineName => "replica";

        public Pipeline Build() => ScriptedPipeline.Replica(
            new ScriptedSource([ScriptedEpoch.Insert(epoch.Id, epoch.Id)]), [epoch.Target], name: PipelineName);
    }
}
