using CdcLake.Common;

namespace CdcLake.Tests.Common;

public sealed class OneAheadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pieces_come_in_order_and_never_more_than_two_exist(bool isAhead)
    {
        var pieces = new Pieces(100);
        var seen = new List<int>();
        await foreach (var piece in pieces.Make().OneAheadAsync(isAhead, default))
        {
            using (piece)
            {
                Assert.InRange(pieces.Alive, 1, isAhead ? 2 : 1);
                seen.Add(piece.Number);
            }
        }

        Assert.Equal(Enumerable.Range(0, 100), seen);
        Assert.Equal(0, pieces.Alive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Piece_made_ahead_is_disposed_when_the_caller_fails(bool isAhead)
    {
        var pieces = new Pieces(100);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var piece in pieces.Make().OneAheadAsync(isAhead, default))
            {
                using (piece)
                {
                    if (piece.Number == 3)
                    {
                        throw new InvalidOperationException("the caller");
                    }
                }
            }
        });
        Assert.Equal("the caller", error.Message);
        Assert.Equal(0, pieces.Alive);
        Assert.True(pieces.IsClosed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Failure_to_make_a_piece_reaches_the_caller_behind_the_pieces_before_it(bool isAhead)
    {
        var pieces = new Pieces(100) { FailsAt = 5 };
        var seen = 0;
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var piece in pieces.Make().OneAheadAsync(isAhead, default))
            {
                using (piece)
                {
                    seen++;
                }
            }
        });
        Assert.Equal(5, seen);
        Assert.Equal(0, pieces.Alive);
    }

    [Fact]
    public async Task Cancellation_ends_it_between_two_pieces()
    {
        var pieces = new Pieces(100);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var piece in pieces.Make().OneAheadAsync(true, stop.Token))
            {
                using (piece)
                {
                    await stop.CancelAsync();
                }
            }
        });
        Assert.Equal(0, pieces.Alive);
    }

    private sealed class Pieces(int count)
    {
        private int _alive;

        public int Alive => Volatile.Read(ref _alive);

        public int FailsAt { get; init; } = -1;

        public bool IsClosed { get; private set; }

        public IEnumerable<Piece> Make()
        {
            try
            {
                for (var i = 0; i < count; i++)
                {
                    if (i == FailsAt)
                    {
                        throw new IOException("the source");
                    }

                    Interlocked.Increment(ref _alive);
                    yield return new Piece(i, () => Interlocked.Decrement(ref _alive));
                }
            }
            finally
            {
                IsClosed = true;
            }
        }
    }

    private sealed class Piece(int number, Action disposed) : IDisposable
    {
        public int Number => number;

        public void Dispose() => disposed();
    }
}
