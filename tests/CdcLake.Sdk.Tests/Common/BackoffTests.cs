using CdcLake.Common;

namespace CdcLake.Tests.Common;

public sealed class BackoffTests
{
    [Fact]
    public void Pauses_grow_up_to_the_longest_and_start_over_after_success()
    {
        var delay = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30), 7);
        for (var i = 0; i < 100; i++)
        {
            var full = TimeSpan.FromMilliseconds(Math.Min(30_000, 100 * Math.Pow(2, i)));
            Assert.InRange(delay.Next(), full / 2, full);
        }

        delay.Reset();
        Assert.InRange(delay.Next(), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Pipelines_do_not_come_back_in_step() =>
        Assert.True(Enumerable.Range(0, 50).Select(seed => new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), (uint)seed).Next()).Distinct().Count() > 40);
}
