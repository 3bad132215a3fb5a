using CdcLake.MySql.InitialSnapshots;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.MySql.InitialSnapshots;

/// <summary>How fast the rows of a snapshot go out.</summary>
public sealed class RowLimitTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Each_batch_waits_until_those_before_it_had_their_time()
    {
        var limit = new RowLimit(100, _clock);
        Assert.True(limit.WaitAsync(50, default).IsCompleted);
        var second = limit.WaitAsync(10, default);
        _clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(second.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await second;
    }

    [Fact]
    public async Task Time_that_passed_without_rows_is_not_made_up_for()
    {
        var limit = new RowLimit(100, _clock);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.True(limit.WaitAsync(100, default).IsCompleted);
        var next = limit.WaitAsync(1, default);
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await next;
    }
}
