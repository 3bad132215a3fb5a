using CdcLake.Connectors;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class CommitPolicyTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Nothing_is_due_before_an_epoch_has_ended() => Assert.Null(Policy().DueIn);

    [Fact]
    public void Changes_are_due_after_the_commit_interval_since_the_oldest_of_them()
    {
        var policy = Policy();
        policy.EpochEnded(0, new SinkBacklog(5, 100, true));
        Assert.Equal(TimeSpan.FromSeconds(2), policy.DueIn);
        _clock.Advance(TimeSpan.FromSeconds(1));
        policy.EpochEnded(1, new SinkBacklog(5, 100, true));
        Assert.Equal(TimeSpan.FromSeconds(1), policy.DueIn);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, policy.DueIn);
        policy.Committed([0, 1]);
        Assert.Null(policy.DueIn);
    }

    [Fact]
    public void Many_rows_in_one_sink_or_bytes_in_all_are_due_at_once()
    {
        var rows = Policy();
        rows.EpochEnded(0, new SinkBacklog(5, 1, true));
        rows.EpochEnded(1, new SinkBacklog(9, 1, true));
        Assert.NotEqual(TimeSpan.Zero, rows.DueIn);
        rows.EpochEnded(1, new SinkBacklog(10, 1, true));
        Assert.Equal(TimeSpan.Zero, rows.DueIn);
        var bytes = Policy();
        bytes.EpochEnded(0, new SinkBacklog(1, 500, true));
        bytes.EpochEnded(1, new SinkBacklog(1, 500, true));
        Assert.Equal(TimeSpan.Zero, bytes.DueIn);
    }

    [Fact]
    public void A_position_that_only_moved_can_wait()
    {
        var policy = Policy();
        policy.EpochEnded(0, new SinkBacklog(0, 0, true));
        Assert.Equal(CommitPolicy.PositionInterval, policy.DueIn);
        policy.EpochEnded(1, new SinkBacklog(1, 1, true));
        Assert.Equal(TimeSpan.FromSeconds(2), policy.DueIn);
        policy.EpochEnded(1, new SinkBacklog(0, 0, true));
        Assert.Equal(CommitPolicy.PositionInterval, policy.DueIn);
    }

    [Fact]
    public void Position_that_some_sinks_did_not_store_is_due_with_the_first_of_them()
    {
        var policy = Policy(storesWhatChanged: true);
        policy.EpochEnded(0, new SinkBacklog(0, 0, true));
        policy.EpochEnded(1, new SinkBacklog(1, 1, true));
        Assert.False(policy.StoresAll);
        policy.Committed([1], storesAll: false);
        Assert.Equal(CommitPolicy.PositionInterval, policy.DueIn);
        _clock.Advance(CommitPolicy.PositionInterval / 2);
        policy.EpochEnded(0, new SinkBacklog(0, 0, true));
        policy.EpochEnded(1, new SinkBacklog(1, 1, true));
        policy.Committed([1], storesAll: false);
        Assert.Equal(CommitPolicy.PositionInterval / 2, policy.DueIn);
        _clock.Advance(CommitPolicy.PositionInterval / 2);
        Assert.True(policy.StoresAll);
        policy.Committed([0, 1]);
        Assert.Null(policy.DueIn);
        Assert.False(policy.StoresAll);
        policy.StoreAllNext();
        policy.Begin(storesAll: false);
        Assert.True(policy.StoresAll);
        policy.Begin(storesAll: true);
        Assert.False(policy.StoresAll);
    }

    [Fact]
    public void A_table_that_came_without_rows_is_due_like_a_change()
    {
        var policy = Policy();
        policy.Came(3);
        policy.EpochEnded(3, new SinkBacklog(0, 0, true));
        Assert.Equal(TimeSpan.FromSeconds(2), policy.DueIn);
        policy.Committed([0]);
        policy.EpochEnded(0, new SinkBacklog(0, 0, true));
        Assert.Equal(TimeSpan.FromSeconds(2), policy.DueIn);
        policy.Committed([0, 3]);
        Assert.Null(policy.DueIn);
    }

    [Fact]
    public void Rows_of_a_sink_that_took_no_part_in_a_commit_still_wait()
    {
        var policy = Policy();
        policy.EpochEnded(0, new SinkBacklog(1, 10, true));
        policy.EpochEnded(2, new SinkBacklog(1, 10, true));
        policy.Committed([0, 1]);
        Assert.Equal(TimeSpan.FromSeconds(2), policy.DueIn);
        policy.Committed([0, 1, 2]);
        Assert.Null(policy.DueIn);
    }

    private CommitPolicy Policy(bool storesWhatChanged = false) => new(new PipelineOptions
    {
        CommitInterval = TimeSpan.FromSeconds(2), CommitRows = 10, CommitBytes = 1_000, TimeProvider = _clock,
    }, storesWhatChanged);
}
