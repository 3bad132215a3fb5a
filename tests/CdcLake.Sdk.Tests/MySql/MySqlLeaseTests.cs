using CdcLake.MySql;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.MySql;

public sealed class MySqlLeaseTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private readonly ManualClock _clock = new();
    private readonly ScriptedSession _session = new();

    [Fact]
    public async Task Lease_without_a_proof_is_lost_before_the_server_gives_the_lock_to_somebody_else()
    {
        await using var lease = await AcquiredAsync();
        _session.Has = () => new TaskCompletionSource<bool>().Task; // the server is not to be reached
        await BeatAsync();
        await _clock.WaitForTimerAsync(MySqlLease.OwnPatience - Beat);
        Assert.True(lease.IsHeld);
        _clock.Advance(MySqlLease.OwnPatience - Beat);
        Assert.False(lease.IsHeld);
        await LostAsync(lease);
        Assert.True(MySqlLease.OwnPatience < MySqlLockSession.ServerPatience);
    }

    [Fact]
    public async Task Proved_lease_is_kept_and_one_whose_session_the_server_ended_is_lost_at_once()
    {
        await using var lease = await AcquiredAsync();
        for (var i = 0; i < 10; i++)
        {
            await BeatAsync();
        }

        await _clock.WaitForTimerAsync(Beat);
        Assert.True(lease.IsHeld);
        _session.Has = () => Task.FromException<bool>(new MySqlServerException("ended"));
        await BeatAsync();
        await LostAsync(lease);
        Assert.False(lease.IsHeld);
    }

    [Fact]
    public async Task Session_ends_only_when_who_had_the_lease_knows_that_it_is_lost()
    {
        await using var lease = await AcquiredAsync();
        var knew = new TaskCompletionSource<bool>();
        _session.Ended = () => knew.TrySetResult(lease.Lost.IsCancellationRequested && !lease.IsHeld);
        _session.Has = () => Task.FromResult(false);
        await BeatAsync();
        Assert.True(await knew.Task.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Lock_whose_answer_came_too_late_is_asked_for_again()
    {
        var asked = 0;
        _session.Take = () =>
        {
            _clock.Advance(asked++ == 0 ? MySqlLease.OwnPatience : TimeSpan.Zero);
            return true;
        };
        await using var lease = await AcquiredAsync();
        Assert.Equal(2, asked);
        Assert.True(lease.IsHeld);
    }

    [Fact]
    public async Task Who_waits_is_told_who_has_it()
    {
        var free = new Queue<bool>([false, false, true]);
        var told = new List<string>();
        _session.Take = free.Dequeue;
        await using var lease = new MySqlLease(_ => Task.FromResult<ILockSession>(_session), _clock);
        await lease.AcquireAsync(told.Add, CancellationToken.None);
        Assert.Equal(["somebody", "somebody"], told);
        Assert.True(lease.IsHeld);
    }

    private async Task<MySqlLease> AcquiredAsync()
    {
        var lease = new MySqlLease(_ => Task.FromResult<ILockSession>(_session), _clock);
        await lease.AcquireAsync(_ => { }, CancellationToken.None);
        return lease;
    }

    private async Task BeatAsync()
    {
        await _clock.WaitForTimerAsync(Beat);
        _clock.Advance(Beat);
    }

    private static async Task LostAsync(MySqlLease lease)
    {
        var lost = new TaskCompletionSource();
        await using (lease.Lost.Register(() => lost.TrySetResult()))
        {
            await lost.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    private sealed class ScriptedSession : ILockSession
    {
        public Func<bool> Take { get; set; } = () => true;

        public Func<Task<bool>> Has { get; set; } = () => Task.FromResult(true);

        public Action Ended { get; set; } = () => { };

        public Task<bool> TakeAsync(CancellationToken cancellationToken) => Task.FromResult(Take());

        public Task<bool> HasAsync(CancellationToken cancellationToken) => Has();

        public Task<string> HolderAsync(CancellationToken cancellationToken) => Task.FromResult("somebody");

        public ValueTask DisposeAsync()
        {
            Ended();
            return ValueTask.CompletedTask;
        }
    }
}
