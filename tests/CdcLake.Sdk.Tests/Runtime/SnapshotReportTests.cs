using CdcLake.Connectors;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

/// <summary>What is said of an initial snapshot while it is read.</summary>
public sealed class SnapshotReportTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Rows_estimates_and_the_time_that_is_left_are_told()
    {
        var snapshot = new SnapshotMeter(_clock, [("a", 1000), ("b", 500)]);
        snapshot.Tables[0].Begin();
        snapshot.Tables[0].Read(400);
        _clock.Advance(TimeSpan.FromSeconds(4));
        var status = SnapshotReport.Of(snapshot, 100);
        Assert.Equal((400L, 1500L, 100.0, TimeSpan.FromSeconds(11)), (status.Rows, status.EstimatedRows!.Value, status.RowsPerSecond, status.Remaining));
        Assert.Equal([(true, false), (false, false)], status.Tables.Select(t => (t.HasBegun, t.IsDone)));
        Assert.Equal(TimeSpan.FromSeconds(4), status.Tables[0].Elapsed);
    }

    [Theory]
    [InlineData(null, 100)]
    [InlineData(1000L, 0)]
    [InlineData(300L, 100)]
    public void Without_an_estimate_that_can_be_right_or_without_rows_no_end_is_foretold(long? estimate, double rate)
    {
        var snapshot = new SnapshotMeter(_clock, [("a", estimate)]);
        snapshot.Tables[0].Begin();
        snapshot.Tables[0].Read(400);
        Assert.Null(SnapshotReport.Of(snapshot, rate).Remaining);
    }

    [Fact]
    public void A_snapshot_that_is_done_counts_what_was_read_and_its_average()
    {
        var snapshot = new SnapshotMeter(_clock, [("a", 300)]);
        snapshot.Tables[0].Begin();
        snapshot.Tables[0].Read(400);
        _clock.Advance(TimeSpan.FromSeconds(4));
        snapshot.Tables[0].End();
        snapshot.End();
        _clock.Advance(TimeSpan.FromHours(1));
        var status = SnapshotReport.Of(snapshot, 0);
        Assert.Equal((true, 400L, 400L, 100.0, TimeSpan.Zero, TimeSpan.FromSeconds(4)), (status.IsDone, status.Rows, status.EstimatedRows, status.RowsPerSecond, status.Remaining, status.Elapsed));
    }
}
