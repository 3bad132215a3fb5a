using System.Text.Json;
using CdcLake.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcLake.Tests.Hosting;

/// <summary>What a pipeline remembers of what happened to it.</summary>
public sealed class PipelineEventTests
{
    [Fact]
    public async Task Events_tell_what_the_log_tells_and_what_operators_did_newest_first()
    {
        await using var host = await new TestHost().Add("sales").StartAsync();
        var handle = host.Registry["sales"];
        await handle.WaitForStatusAsync(s => s.Sinks[0].Commits > 0);
        await handle.PauseAsync();
        var ids = handle.Events.Select(e => e.Id).ToList();
        Assert.Equal([3002, 3001, 7002, 3000], ids.Where(i => i is 3002 or 3001 or 7002 or 3000));
        Assert.Equal(handle.Events.Select(e => e.Number).OrderDescending(), handle.Events.Select(e => e.Number));
        Assert.All(handle.Events, e => Assert.Contains(host.Logs.GetSnapshot(), r => r.Id.Id == e.Id && r.Message == e.Message));
    }

    [Fact]
    public async Task An_error_stands_with_its_code_and_what_to_do_and_is_json()
    {
        await using var host = await new TestHost().Add("bad", s => { if (s == "stream 2") { throw new ObjectStoreException("full: make room"); } }).StartAsync();
        await host.Registry["bad"].WaitForStatusAsync(s => s.State == PipelineState.Failed);
        var failed = Assert.Single(host.Registry["bad"].Events, e => e.Id == 3005);
        Assert.Equal(("ObjectStore", "full: make room", LogLevel.Error), (failed.Error!.Code, failed.Error.Message, failed.Level));
        Assert.Contains("\"Level\":\"Error\"", JsonSerializer.Serialize(failed), StringComparison.Ordinal);
    }

    [Fact]
    public void Events_are_kept_where_nothing_is_logged_and_only_the_last_ones()
    {
        var events = new EventRecorder(TimeProvider.System);
        var logger = events.Over(NullLogger.Instance, "Source");
        for (var i = 1; i <= 250; i++)
        {
            SourceLog.Waiting(logger, "sales", $"reason {i}");
            CheckpointLog.Taken(logger, "sales", i, "1", TimeSpan.Zero, 0, 0); // not for operators
        }

        Assert.Equal(200, events.Events.Count);
        Assert.Equal(("sales waits: reason 250", 250L), (events.Events[0].Message, events.Events[0].Number));
    }
}
