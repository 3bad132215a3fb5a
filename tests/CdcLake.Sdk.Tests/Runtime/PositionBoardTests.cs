using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class PositionBoardTests
{
    [Fact]
    public async Task A_position_that_every_sink_shows_is_not_waited_for()
    {
        var board = new PositionBoard(2);
        board.Shows(0, new TestPosition(3));
        board.Shows(1, new TestPosition(2));
        await board.WaitAsync(new TestPosition(2), null, CancellationToken.None);
    }

    [Fact]
    public async Task Waiting_ends_when_the_last_sink_gets_there()
    {
        var board = new PositionBoard(2);
        board.Shows(0, new TestPosition(3));
        var waiting = board.WaitAsync(new TestPosition(3), null, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        board.Shows(1, new TestPosition(4));
        await waiting;
    }

    [Fact]
    public async Task A_sink_named_is_the_only_one_that_counts()
    {
        var board = new PositionBoard(2);
        board.Shows(1, new TestPosition(3));
        await board.WaitAsync(new TestPosition(3), 1, CancellationToken.None);
    }

    [Fact]
    public async Task Sinks_that_come_count_and_those_that_go_do_not()
    {
        var board = new PositionBoard(null);
        var waiting = board.WaitAsync(new TestPosition(3), null, CancellationToken.None);
        board.Open([0, 1]);
        board.Shows(0, new TestPosition(3));
        board.Add(2);
        board.Remove(1);
        Assert.False(waiting.IsCompleted);
        board.Shows(2, new TestPosition(3));
        await waiting;
    }

    [Fact]
    public async Task Sinks_that_are_still_to_come_are_waited_for()
    {
        var board = new PositionBoard(null);
        board.Await(1);
        board.Open([0]);
        board.Shows(0, new TestPosition(3));
        var waiting = board.WaitAsync(new TestPosition(3), null, CancellationToken.None);
        board.Add(1);
        board.Await(0);
        Assert.False(waiting.IsCompleted);
        board.Shows(1, new TestPosition(4));
        await waiting;
    }

    [Fact]
    public async Task The_end_of_a_run_gives_every_waiter_an_error_of_its_own()
    {
        var board = new PositionBoard(1);
        var cause = new CatalogException("gone");
        var first = board.WaitAsync(new TestPosition(3), null, CancellationToken.None);
        var second = board.WaitAsync(new TestPosition(4), null, CancellationToken.None);
        board.End(() => new InvalidOperationException("ended", cause));
        var errors = new[]
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => first),
            await Assert.ThrowsAsync<InvalidOperationException>(() => second),
            await Assert.ThrowsAsync<InvalidOperationException>(() => board.WaitAsync(new TestPosition(3), null, CancellationToken.None)),
        };
        Assert.Equal(3, errors.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.All(errors, e => Assert.Same(cause, e.InnerException));
    }
}
