using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.MySql.Binlog;

public sealed class EpochCutterTests
{
    private const string Source = "11111111-2222-3333-4444-555555555555";

    private readonly ManualClock _clock = new();

    [Fact]
    public void Epoch_is_due_at_the_limit_of_rows_and_begins_anew_behind_it()
    {
        var (cutter, included) = Create(rows: 10);
        Include(cutter, included, 1, rows: 9);
        Assert.False(cutter.IsDue(0));
        Include(cutter, included, 2, rows: 1);
        Assert.True(cutter.IsDue(0));
        cutter.End();
        Assert.False(cutter.HasMoved);
        Include(cutter, included, 3, rows: 9);
        Assert.False(cutter.IsDue(0));
    }

    [Fact]
    public void Epoch_is_due_at_the_limit_of_time_since_its_first_transaction()
    {
        var (cutter, included) = Create(rows: 1000);
        _clock.Advance(TimeSpan.FromHours(1));
        Include(cutter, included, 1, rows: 1);
        Assert.False(cutter.IsDue(0));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(cutter.IsDue(0));
    }

    [Fact]
    public void Many_bytes_make_an_epoch_due_and_none_is_without_a_transaction()
    {
        var (cutter, included) = Create(rows: 1000);
        Assert.False(cutter.IsDue(long.MaxValue));
        Include(cutter, included, 1, rows: 1);
        Assert.True(cutter.IsDue(64 << 20));
    }

    [Theory]
    [InlineData("1-2", new long[] { 1, 2, 3 }, new long[] { 2 })]
    [InlineData("1:3", new long[] { 1, 3, 2 }, new long[] { 3 })]
    [InlineData("2", new long[] { 1, 2, 3 }, new long[0])]
    [InlineData("1-5", new long[] { 1, 2, 3 }, new long[0])]
    public void Epoch_is_due_exactly_at_a_boundary(string boundary, long[] transactions, long[] due)
    {
        var (cutter, included) = Create(rows: 1000, GtidSet.Parse($"{Source}:{boundary}"));
        var found = new List<long>();
        foreach (var number in transactions)
        {
            Include(cutter, included, number, rows: 1);
            if (cutter.IsDue(0))
            {
                found.Add(number);
                cutter.End();
            }
        }

        Assert.Equal(due, found);
    }

    [Fact]
    public void End_tells_the_commit_time_of_the_newest_transaction()
    {
        var (cutter, included) = Create(rows: 1);
        included.Add(new Gtid(new GtidSource(0, 1), "", 1));
        cutter.Include(1, 1_750_000_000_123_456, included);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_123).AddMicroseconds(456), cutter.End());
    }

    private (EpochCutter Cutter, IncludedTransactions Included) Create(int rows, params GtidSet[] boundaries)
    {
        var options = new BinlogProcessorOptions { Tables = [], Limits = new EpochLimits(rows, TimeSpan.FromSeconds(1)), Boundaries = boundaries, Clock = _clock };
        return (new EpochCutter(options), new IncludedTransactions(GtidSet.Empty));
    }

    private static void Include(EpochCutter cutter, IncludedTransactions included, long number, long rows)
    {
        included.Add(new Gtid(new GtidSource(0x1111111122223333, 0x4444555555555555), "", number));
        cutter.Include(rows, 1, included);
    }
}
