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

    /// <summary>People write many tests where each is quick. The best of some counts, since a machine that is busy says nothing of the harness.</summary>
    [Fact]
    public async Task A_test_of_the_sales_pipeline_takes_less_than_50_milliseconds_after_the_first()
    {
        var (limit, best) = (TimeSpan.FromMilliseconds(50), TimeSpan.MaxValue);
        for (var attempt = 0; attempt < 60 && best >= limit; attempt++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await using (var harness = await PipelineHarness.StartAsync(Build()))
            {
                await harness.Products().InsertAsync(new(1, "KET-1", "Kettle"));
                await harness.Sales().InsertAsync(new(1, 1, 2, 9.90m, Noon));
                Assert.Single(await harness.ResultAsync());
            }

            var took = TimeProvider.System.GetElapsedTime(began);
            best = took < best && attempt > 0 ? took : best;
        }

        Assert.True(best < limit, $"the quickest took {best.TotalMilliseconds:0} ms");
    }
}
