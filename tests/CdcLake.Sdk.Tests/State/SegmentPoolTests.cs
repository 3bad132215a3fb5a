using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.State;

public sealed class SegmentPoolTests
{
    [Fact]
    public void Segment_that_came_back_is_given_again()
    {
        using var pool = new SegmentPool(16, new ManualClock());
        var first = pool.Rent();
        Assert.Equal(16, first.Length);
        pool.Return(first);
        Assert.Same(first, pool.Rent());
        Assert.NotSame(first, pool.Rent());
        Assert.Equal(0, pool.Count);
    }

    [Fact]
    public void Unused_segments_are_given_up_and_used_ones_stay()
    {
        var clock = new ManualClock();
        using var pool = new SegmentPool(16, clock);
        foreach (var segment in Enumerable.Range(0, 5).Select(_ => pool.Rent()).ToList())
        {
            pool.Return(segment);
        }

        clock.Advance(SegmentPool.Period); // the period in which they came does not count
        Assert.Equal(5, pool.Count);

        var used = new[] { pool.Rent(), pool.Rent() };
        pool.Return(used[0]);
        pool.Return(used[1]);
        clock.Advance(SegmentPool.Period);
        Assert.Equal(2, pool.Count);

        clock.Advance(SegmentPool.Period);
        Assert.Equal(0, pool.Count);

        pool.Return(pool.Rent()); // the clock is set again
        clock.Advance(SegmentPool.Period);
        clock.Advance(SegmentPool.Period);
        Assert.Equal(0, pool.Count);
    }

    [Fact]
    public void Records_of_a_log_stay_what_they_are_when_another_gives_up_its_segments()
    {
        var (cleared, next) = (new RecordLog(0), new RecordLog(0));
        for (var i = 0; i < 5_000; i++)
        {
            cleared[cleared.Append(1_000)].Fill(0xFF);
        }

        cleared.Clear();
        var references = new List<uint>();
        for (var i = 0; i < 5_000; i++)
        {
            references.Add(next.Append(1_000));
            next[references[i]].Fill((byte)i);
            cleared[cleared.Append(1_000)].Fill(0xFF);
        }

        Assert.All(references, (r, i) => Assert.Equal(-1, next[r].IndexOfAnyExcept((byte)i)));
    }
}
