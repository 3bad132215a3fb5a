using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class StageGroupTests
{
    [Fact]
    public async Task Drain_takes_too_long_by_the_clock_of_the_pipeline()
    {
        var clock = new ManualClock();
        using var group = new StageGroup(clock);
        var stage = group.Start("stage", () => new TaskCompletionSource().Task.WaitAsync(group.Aborted));
        group.AbortAfter(TimeSpan.FromSeconds(30));
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(group.Aborted.IsCancellationRequested);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(group.Aborted.IsCancellationRequested);
        await stage;
    }
}
