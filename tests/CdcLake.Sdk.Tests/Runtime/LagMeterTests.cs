using CdcLake.Connectors;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

/// <summary>Lag says the truth through outages, while changes are on their way, and on an idle server.</summary>
public sealed class LagMeterTests
{
    private readonly ManualClock _clock = new();
    private readonly SourceMeter _source;
    private readonly LagMeter _lag;

    public LagMeterTests()
    {
        _source = new SourceMeter(_clock) { Heartbeat = TimeSpan.FromSeconds(5) };
        _lag = new LagMeter(_source, _clock);
    }

    [Fact]
    public void Lag_is_unknown_before_the_first_proof()
    {
        Assert.Null(_lag.Current(false));
        _source.Received(10);
        _source.Rest();
        Assert.Null(_lag.Current(true));
    }

    [Fact]
    public void Lag_stays_while_the_server_has_nothing_more_and_is_heard()
    {
        Process(0.4);
        _source.Rest();
        Assert.Equal(0.4, Seconds());
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(0.4, Seconds());
    }

    [Fact]
    public void A_heartbeat_makes_it_zero()
    {
        Process(600);
        _source.Rest();
        Assert.Equal(600, Seconds());
        Beat();
        Assert.Equal(0, Seconds());
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, Seconds());
    }

    [Fact]
    public void A_heartbeat_alone_proves_that_a_restarted_pipeline_is_current()
    {
        Beat();
        Assert.Equal(0, Seconds());
    }

    [Fact]
    public void Lag_grows_through_an_outage_from_the_last_proof()
    {
        Process(0.4);
        _source.Rest();
        Beat();
        _source.Wake();
        _clock.Advance(TimeSpan.FromSeconds(18));
        Assert.Equal(18, Seconds(isConnected: false));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(19, Seconds(isConnected: false));
    }

    [Fact]
    public void Lag_grows_when_a_connection_stands_but_nothing_is_heard()
    {
        Process(0.4);
        _source.Rest();
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(11.4, Seconds(), 6);
    }

    [Fact]
    public void Lag_grows_while_changes_wait_to_be_handed_on()
    {
        Process(2);
        _clock.Advance(TimeSpan.FromSeconds(3));
        _source.Received(100);
        Assert.Equal(5, Seconds());
    }

    [Fact]
    public void Lag_follows_the_transactions_while_old_ones_are_caught_up_with()
    {
        Beat();
        _source.Wake();
        _clock.Advance(TimeSpan.FromHours(1));
        Process(1800);
        Assert.Equal(1800, Seconds());
        Process(60);
        Assert.Equal(60, Seconds());
    }

    [Fact]
    public void A_server_whose_clock_is_ahead_gives_no_negative_lag()
    {
        Process(-30);
        _source.Rest();
        Assert.Equal(0, Seconds());
        _source.Wake();
        Assert.Equal(0, Seconds(isConnected: false));
    }

    private void Process(double secondsAgo)
    {
        _source.Wake();
        _source.Received(100);
        _lag.Processed(_clock.GetUtcNow() - TimeSpan.FromSeconds(secondsAgo));
    }

    private void Beat()
    {
        _clock.Advance(TimeSpan.FromTicks(1));
        _source.Wake();
        _source.Received(40);
        _source.Complete();
        _source.Rest();
    }

    private double Seconds(bool isConnected = true) => _lag.Current(isConnected)!.Value.TotalSeconds;
}
