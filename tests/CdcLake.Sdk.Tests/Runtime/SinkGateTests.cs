using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class SinkGateTests
{
    private static readonly Schema Schema = new([new Field("id", DataType.Int32, false)]);

    [Fact]
    public void Everything_passes_for_an_empty_sink()
    {
        var gate = new SinkGate("sink", null, null, false);
        Assert.True(gate.Admit(new ChangeBatch(Schema)));
        Assert.True(gate.Admit(End(1)));
    }

    [Fact]
    public void Input_up_to_exactly_the_committed_position_is_thrown_away()
    {
        var gate = new SinkGate("sink", new TestPosition(2), new TestPosition(1), false);
        Assert.False(gate.Admit(new ChangeBatch(Schema)));
        Assert.False(gate.Admit(End(2)));
        Assert.True(gate.Admit(new ChangeBatch(Schema)));
        Assert.True(gate.Admit(End(3)));
    }

    [Fact]
    public void Nothing_is_thrown_away_when_the_run_begins_at_the_committed_position()
    {
        var gate = new SinkGate("sink", new TestPosition(2), new TestPosition(2), false);
        Assert.True(gate.Admit(new ChangeBatch(Schema)));
        Assert.True(gate.Admit(End(3)));
    }

    [Fact]
    public void Passing_over_the_committed_position_is_an_error()
    {
        var gate = new SinkGate("sink", new TestPosition(2), null, false);
        var error = Assert.Throws<BinlogUnavailableException>(() => gate.Admit(End(3)));
        Assert.Contains("sink", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_replaces_what_the_sink_has()
    {
        var gate = new SinkGate("sink", new TestPosition(2), null, true);
        Assert.True(gate.Admit(new ChangeBatch(Schema)));
        Assert.True(gate.Admit(End(7)));
    }

    [Fact]
    public void A_snapshot_older_than_the_sink_is_an_error()
    {
        var gate = new SinkGate("sink", new TestPosition(9), null, true);
        Assert.Throws<BinlogUnavailableException>(() => gate.Admit(End(7)));
    }

    [Fact]
    public void A_log_that_ends_before_the_committed_position_is_an_error()
    {
        var gate = new SinkGate("sink", new TestPosition(9), null, false);
        Assert.False(gate.Admit(End(7)));
        Assert.Throws<BinlogUnavailableException>(() => gate.EnsureReached(new TestPosition(7)));
    }

    private static Epoch End(int number) => new(new TestPosition(number), DateTimeOffset.UnixEpoch);
}
