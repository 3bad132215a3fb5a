using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class PositionBoardTests
{
    [Fact]
    public async Task A_position_that_every_sink_shows_is_not_waited_for()
    {
        var board = new PositionBoard(2);
        board.Committed(0, new TestPosition(3));
        board.Applied(1, new TestPosition(2));
        await board.WaitVisibleAsync(new TestPosition(2), null, CancellationToken.None);
    }

    [Fact]
    public async Task Waiting_ends_when_the_last_sink_gets_there()
    {
        var board = new PositionBoard(2);
        board.Committed(0, new TestPosition(3));
        var waiting = board.WaitVisibleAsync(new TestPosition(3), null, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        board.Committed(1, new TestPosition(4));
        await waiting;
    }

    [Fact]
    public async Task A_sink_named_is_the_only_one_that_counts()
    {
        var board = new PositionBoard(2);
        board.Committed(1, new TestPosition(3));
        await board.WaitVisibleAsync(new TestPosition(3), 1, CancellationToken.None);
    }

    [Fact]
    public void What_is_shown_but_not_stored_does_not_count_as_committed()
    {
        var board = new PositionBoard(1);
        board.Applied(0, new TestPosition(3));
        Assert.False(board.WaitCommittedAsync(new TestPosition(3), CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task The_end_of_a_run_ends_waiting_with_its_error()
    {
        var board = new PositionBoard(1);
        var waiting = board.WaitVisibleAsync(new TestPosition(3), null, CancellationToken.None);
        board.End(new CatalogException("gone"));
        await Assert.ThrowsAsync<CatalogException>(() => waiting);
        await Assert.ThrowsAsync<CatalogException>(() => board.WaitVisibleAsync(new TestPosition(3), null, CancellationToken.None));
    }
}
