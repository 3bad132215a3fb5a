using CdcLake.Tests.Runtime;
using Microsoft.Extensions.Logging.Testing;

namespace CdcLake.Tests.Hosting;

/// <summary>What changes in an application's configuration is taken over while it runs.</summary>
public sealed class ChangedConfigurationTests
{
    [Fact]
    public async Task A_changed_setting_commits_what_was_read_and_goes_on_under_the_new_one()
    {
        await using var host = await new TestHost(("CommitInterval", "01:00:00")).Add("sales").Add("users", options: o => o.CommitInterval = TimeSpan.Zero).StartAsync();
        var (sales, users) = (host.Registry["sales"], host.Registry["users"]);
        await sales.WaitForStatusAsync(s => s.Sinks[0].PendingRows == 3);
        host.Change(("Pipelines:sales:CommitRows", "2"));
        await WaitForLogAsync(host, r => r.Id.Id == 7009);
        await sales.WaitForStatusAsync(s => s.Sinks[0].Commits == 0 && TestPosition.Short(s.Sinks[0].Position) == "3"); // a new start has nothing to do
        var changed = Assert.Single(host.Logs.GetSnapshot(), r => r.Id.Id == 7009);
        Assert.StartsWith("sales goes on", changed.Message, StringComparison.Ordinal);
        Assert.Contains("CommitInterval=01:00:00, CommitRows=2,", changed.Message, StringComparison.Ordinal);
        Assert.Equal(0, users.Status.Sinks[0].Commits); // nobody touched it: its hour is not over
    }

    [Fact]
    public async Task Enabled_pauses_and_starts_a_pipeline()
    {
        await using var host = await new TestHost().Add("sales").StartAsync();
        var sales = host.Registry["sales"];
        await sales.WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3");
        host.Change(("Pipelines:sales:Enabled", "false"));
        await sales.WaitForStatusAsync(s => s.State == PipelineState.Paused);
        host.Change(("Pipelines:sales:Enabled", "true"));
        await sales.WaitForStatusAsync(s => s.State == PipelineState.Starting);
    }

    [Fact]
    public async Task What_an_operator_paused_stays_so_until_it_is_resumed()
    {
        await using var host = await new TestHost().Add("sales").StartAsync();
        var sales = host.Registry["sales"];
        await sales.WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3");
        await sales.PauseAsync();
        host.Change(("CommitRows", "5"));
        await WaitForLogAsync(host, r => r.Id.Id == 7009);
        Assert.Equal(PipelineState.Paused, sales.Status.State);
        await sales.ResumeAsync();
        await sales.WaitForStatusAsync(s => s.State == PipelineState.Starting);
    }

    [Fact]
    public async Task A_pipeline_that_failed_tries_again_under_a_changed_setting()
    {
        var isFull = true;
        await using var host = await new TestHost().Add("sales", s => { if (s == "stream 2" && Volatile.Read(ref isFull)) { throw new ObjectStoreException("full"); } }).StartAsync();
        await host.Registry["sales"].WaitForStatusAsync(s => s.State == PipelineState.Failed);
        Volatile.Write(ref isFull, false);
        host.Change(("EpochRows", "100"));
        await host.Registry["sales"].WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3");
    }

    [Fact]
    public async Task What_the_host_does_with_failures_changes_without_a_restart()
    {
        await using var host = await new TestHost().Add("sales").StartAsync();
        var sales = host.Registry["sales"];
        await sales.WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3");
        var (state, since) = (sales.Status.State, sales.Status.Since);
        host.Change(("OnFailure", "Restart"));
        Assert.Contains("OnFailure=Restart", (await WaitForLogAsync(host, r => r.Id.Id == 7009)).Message, StringComparison.Ordinal);
        Assert.Equal((state, since), (sales.Status.State, sales.Status.Since));
    }

    [Fact]
    public async Task A_change_with_something_wrong_in_it_is_named_and_changes_nothing()
    {
        await using var host = await new TestHost().Add("sales").StartAsync();
        await host.Registry["sales"].WaitForStatusAsync(s => TestPosition.Short(s.Sinks[0].Position) == "3");
        host.Change(("CommitRows", "0"), ("CommitInterval", "soon"), ("EpochRows", "9"));
        var refused = await WaitForLogAsync(host, r => r.Id.Id == 7010);
        Assert.Contains("CommitRows", refused.Message, StringComparison.Ordinal);
        Assert.Contains("CdcLake:CommitInterval: \"soon\" is not a time", refused.Message, StringComparison.Ordinal);
        host.Change(("CommitRows", "7"), ("CommitInterval", "00:00:02"));
        Assert.Contains("CommitInterval=00:00:02, CommitRows=7,", (await WaitForLogAsync(host, r => r.Id.Id == 7009)).Message, StringComparison.Ordinal);
    }

    private static async Task<FakeLogRecord> WaitForLogAsync(TestHost host, Func<FakeLogRecord, bool> condition)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (host.Logs.GetSnapshot().FirstOrDefault(condition) is { } record)
            {
                return record;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), "The message never came.");
            await Task.Delay(5); // until the next look
        }
    }
}
