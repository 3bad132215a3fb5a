using CdcLake.Dataflow;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

/// <summary>Rates are those of the last seconds, whoever looks and how often.</summary>
public sealed class StageBoardTests
{
    private readonly ManualClock _clock = new();
    private readonly StageBoard _board;
    private StageReading _now;

    public StageBoardTests()
    {
        _board = new StageBoard(_clock);
        _board.Begin([new StageProbe("join", () => _now, [], [])]);
    }

    [Fact]
    public void Rates_and_shares_are_those_of_the_last_seconds()
    {
        Pass(20, rows: 100, idle: 0.9, blocked: 0);
        Pass(10, rows: 1000, idle: 0.25, blocked: 0.5);
        var stage = Assert.Single(_board.Current());
        Assert.Equal((12_000L, 6_000L), (stage.RowsIn, stage.RowsOut));
        Assert.Equal((1000, 500), (stage.RowsInPerSecond, stage.RowsOutPerSecond));
        Assert.Equal((0.25, 0.5), (Math.Round(stage.Busy, 9), stage.Blocked));
    }

    [Fact]
    public void Nothing_happening_is_a_rate_of_zero_also_when_nobody_looked_for_long()
    {
        Pass(5, rows: 1000, idle: 0, blocked: 0);
        _clock.Advance(TimeSpan.FromHours(1));
        _now = _now with { Idle = _now.Idle + TimeSpan.FromHours(1) };
        var stage = Assert.Single(_board.Current());
        Assert.Equal((0, 0), (Math.Round(stage.RowsInPerSecond), Math.Round(stage.Busy, 3)));
    }

    [Fact]
    public void A_burst_after_a_long_silence_is_seen_at_once()
    {
        _clock.Advance(TimeSpan.FromHours(1));
        _now = _now with { Idle = TimeSpan.FromHours(1) };
        _board.Tick(); // the first epoch
        Pass(1, rows: 5000, idle: 0, blocked: 0);
        Assert.Equal(5000, Assert.Single(_board.Current()).RowsInPerSecond);
    }

    [Fact]
    public void After_the_end_counters_stay_and_rates_are_zero()
    {
        Pass(2, rows: 10, idle: 0, blocked: 0);
        _board.End();
        var stage = Assert.Single(_board.Current());
        Assert.Equal((20L, 0.0, 0.0), (stage.RowsIn, stage.RowsInPerSecond, stage.Busy));
    }

    private void Pass(int seconds, int rows, double idle, double blocked)
    {
        for (var i = 0; i < seconds; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _now = new StageReading(
                _now.RowsIn + rows, _now.RowsOut + (rows / 2), _now.Idle + TimeSpan.FromSeconds(idle), _now.Blocked + TimeSpan.FromSeconds(blocked));
            _board.Tick();
        }
    }
}
