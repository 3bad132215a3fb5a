using CdcLake.State.Spilling;
using CdcLake.State.Stores;

namespace CdcLake.Tests.State;

public sealed class SegmentRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    /// <summary>What comes from memory does not see that the disk was changed.</summary>
    [Fact]
    public void Records_of_a_chain_come_from_one_read_until_it_is_forgotten()
    {
        using var budget = new StateBudget(0, _folder.Path) { SegmentBytes = 64 << 10 };
        var segments = OnDisk(budget);
        var run = new SegmentRun(segments);
        Assert.Equal(Content(5000), Read(run, 5000));
        Assert.Equal(Content(4900), Read(run, 4900));
        segments.Write(0, 4000, new byte[800]);
        Assert.Equal(Content(4800), Read(run, 4800));
        Assert.Equal(Content(4000), Read(run, 4000));
        run.Forget();
        Assert.Equal(new byte[8], Read(run, 4000));
    }

    [Fact]
    public void Records_far_from_each_other_are_read_by_themselves()
    {
        using var budget = new StateBudget(0, _folder.Path) { SegmentBytes = 64 << 10 };
        var segments = OnDisk(budget);
        var run = new SegmentRun(segments);
        foreach (var offset in (int[])[60_000, 40_000, 41_000, 10_000])
        {
            Assert.Equal(Content(offset), Read(run, offset));
            segments.Write(0, offset - 8, new byte[8]);
            Assert.Equal(new byte[8], Read(new SegmentRun(segments), offset - 8));
        }

        Assert.Equal(new byte[8], Read(run, 39_992));
    }

    private static byte[] Read(SegmentRun run, int offset)
    {
        var bytes = new byte[8];
        run.Read(0, offset, bytes);
        return bytes;
    }

    private static byte[] Content(int offset) => [.. Enumerable.Range(offset, 8).Select(i => (byte)(i / 8))];

    private static LogSegments OnDisk(StateBudget budget)
    {
        var segments = new LogSegments(budget.Enter(() => 1L << 40));
        segments.Add(64 << 10, 64 << 10);
        for (var i = 0; i < 64 << 10; i++)
        {
            segments.Bytes(0, i, 1).Span[0] = (byte)(i / 8);
        }

        segments.Add(8, 8);
        Assert.True(segments.IsOnDisk(0));
        return segments;
    }
}
