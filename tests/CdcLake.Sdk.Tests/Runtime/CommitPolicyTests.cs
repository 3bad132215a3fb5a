using CdcLake.Connectors;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class CommitPolicyTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Nothing_is_due_before_an_epoch_has_ended() => Assert.Null(Policy().DueIn);

    [Fact]
    public void Changes_are_due_after_the_commit_interval()
    {
        var policy = Policy();
        policy.EpochEnded(new SinkBacklog(5, 100, true));
        Assert.False(policy.IsDue(new SinkBacklog(5, 100, true)));
        Assert.Equal(TimeSpan.FromSeconds(2), policy.DueIn);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(policy.IsDue(new SinkBacklog(5, 100, true)));
        policy.Committed();
        Assert.Null(policy.DueIn);
    }

    [Fact]
    public void Many_rows_or_bytes_are_due_at_once()
    {
        var policy = Policy();
        policy.EpochEnded(new SinkBacklog(10, 100, true));
        Assert.True(policy.IsDue(new SinkBacklog(10, 100, true)));
        Assert.True(policy.IsDue(new SinkBacklog(1, 1_000, true)));
    }

    [Fact]
    public void A_position_that_only_moved_can_wait()
    {
        var policy = Policy();
        policy.EpochEnded(new SinkBacklog(0, 0, true));
        Assert.Equal(CommitPolicy.PositionInterval, policy.DueIn);
        policy.EpochEnded(new SinkBacklog(1, 1, true));
        Assert.Equal(TimeSpan.FromSeconds(2), policy.DueIn);
    }

    private CommitPolicy Policy() => new(new PipelineOptions
    {
        CommitInterval = TimeSpan.FromSeconds(2), CommitRows = 10, CommitBytes = 1_000, TimeProvider = _clock,
    });

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
