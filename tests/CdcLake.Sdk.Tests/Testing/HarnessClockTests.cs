using CdcLake.Testing;
using CdcLake.Tests.Runtime;
using static CdcLake.Tests.Testing.SalesPipeline;

namespace CdcLake.Tests.Testing;

/// <summary>Nothing in a harness waits for time.</summary>
public sealed class HarnessClockTests
{
    [Fact]
    public async Task A_clock_that_stands_still_holds_nothing_up()
    {
        var clock = new ManualClock();
        await using var harness = await PipelineHarness.StartAsync(Build(hasTwoTargets: true), o => o.TimeProvider = clock);
        await harness.Products().InsertAsync(new(1, "KET-1", "Kettle"));
        clock.Advance(TimeSpan.FromHours(1));
        await harness.Sales().InsertAsync(new(1, 1, 2, 9.90m, Noon));
        Assert.Equal(clock.GetUtcNow(), harness.Status.Sinks[0].CommittedAt);
        harness.CrashAt(CrashPoint.AfterPublish);
        await harness.Sales().InsertAsync(new(2, 1, 1, 9.90m, Noon));
        Assert.Equal(29.70m, (await harness.ResultAsync())[0].TotalRevenue);
    }
}
