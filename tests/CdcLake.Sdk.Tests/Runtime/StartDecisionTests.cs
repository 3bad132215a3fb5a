using CdcLake.Connectors;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class StartDecisionTests
{
    [Fact]
    public void State_that_no_sink_is_behind_is_restored() =>
        Assert.Equal(new StartDecision(At(5), true), StartDecision.Of(true, At(5), [At(5), At(9)]));

    [Fact]
    public void State_ahead_of_a_sink_is_not_used() =>
        Assert.Equal(new StartDecision(null, false), StartDecision.Of(true, At(5), [At(4), At(9)]));

    [Fact]
    public void State_is_not_used_when_a_sink_is_empty() =>
        Assert.Equal(new StartDecision(null, false), StartDecision.Of(true, At(5), [null]));

    [Fact]
    public void Without_a_checkpoint_a_plan_with_state_begins_anew() =>
        Assert.Equal(new StartDecision(null, false), StartDecision.Of(true, null, [At(9)]));

    [Fact]
    public void A_plan_without_state_goes_on_at_the_sink_that_is_furthest_behind() =>
        Assert.Equal(new StartDecision(At(4), false), StartDecision.Of(false, null, [At(9), At(4)]));

    [Fact]
    public void A_plan_without_state_begins_anew_for_an_empty_sink() =>
        Assert.Equal(new StartDecision(null, false), StartDecision.Of(false, null, [At(9), null]));

    [Fact]
    public void Sink_added_to_a_plan_that_began_in_the_log_begins_where_the_others_stand() =>
        Assert.Equal(new StartDecision(At(4), false), StartDecision.Of(false, null, [Since(9), null, Since(4)]));

    [Fact]
    public void Sinks_with_all_rows_and_with_some_begin_anew_together() =>
        Assert.Equal(new StartDecision(null, false), StartDecision.Of(false, null, [At(9), Since(4)]));

    [Fact]
    public void Sinks_that_took_more_parts_than_others_go_back_to_the_newest_that_all_have() =>
        Assert.Equal(new StartDecision(Part(2), false), StartDecision.OfParts(false, null, [[Part(3), Part(2), Part(1)], [Part(2), Part(1)]]));

    [Fact]
    public void Sinks_go_back_to_the_part_that_the_state_is_of() =>
        Assert.Equal(new StartDecision(Part(1), true), StartDecision.OfParts(true, Part(1), [[Part(3), Part(2), Part(1)], [Part(2), Part(1)]]));

    [Fact]
    public void Snapshot_begins_anew_where_a_sink_has_no_part_or_the_state_is_of_none_of_them()
    {
        Assert.Equal(new StartDecision(null, false), StartDecision.OfParts(false, null, [[Part(2), Part(1)], []]));
        Assert.Equal(new StartDecision(null, false), StartDecision.OfParts(false, null, []));
        Assert.Equal(new StartDecision(null, false), StartDecision.OfParts(true, null, [[Part(2), Part(1)]]));
        Assert.Equal(new StartDecision(null, false), StartDecision.OfParts(true, At(9), [[Part(2), Part(1)]]));
    }

    private static TestPosition Part(int part) => new(5, part: part);

    private static TestPosition At(int number) => new(number);

    private static TestPosition Since(int number) => new(number, "begin");
}
