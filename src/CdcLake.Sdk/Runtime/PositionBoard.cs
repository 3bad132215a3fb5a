using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>Knows what every sink shows, and wakes those who wait for a position. Thread-safe.</summary>
internal sealed class PositionBoard
{
    private readonly Lock _gate = new();
    private readonly SourcePosition?[] _committed;
    private readonly SourcePosition?[] _visible;
    private readonly List<Waiter> _waiters = [];
    private Exception? _ended;

    public PositionBoard(int sinks)
    {
        _committed = new SourcePosition?[sinks];
        _visible = new SourcePosition?[sinks];
    }

    /// <summary>A run begins: positions may move again.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _ended = null;
        }
    }

    /// <summary>The sink has stored <paramref name="position"/> with a commit, now or before the start.</summary>
    public void Committed(int sink, SourcePosition position) => Move(sink, position, stored: true);

    /// <summary>The sink's content equals the result at <paramref name="position"/>, though it is not stored there.</summary>
    public void Applied(int sink, SourcePosition position) => Move(sink, position, stored: false);

    /// <summary>Completes when the content of <paramref name="sink"/> (all sinks when null) includes <paramref name="position"/>.</summary>
    public Task WaitVisibleAsync(SourcePosition position, int? sink, CancellationToken cancellationToken) =>
        WaitAsync(new Waiter(position, sink, Stored: false), cancellationToken);

    /// <summary>Completes when every sink has stored <paramref name="position"/> or a later one.</summary>
    public Task WaitCommittedAsync(SourcePosition position, CancellationToken cancellationToken) =>
        WaitAsync(new Waiter(position, null, Stored: true), cancellationToken);

    /// <summary>No position will move any more: waiters get <paramref name="error"/>.</summary>
    public void End(Exception error)
    {
        lock (_gate)
        {
            _ended = error;
            foreach (var waiter in _waiters)
            {
                waiter.Done.TrySetException(error);
            }

            _waiters.Clear();
        }
    }

    private void Move(int sink, SourcePosition position, bool stored)
    {
        lock (_gate)
        {
            _visible[sink] = position;
            _committed[sink] = stored ? position : _committed[sink];
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (IsReached(_waiters[i]))
                {
                    _waiters[i].Done.TrySetResult();
                    _waiters.RemoveAt(i);
                }
            }
        }
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (IsReached(waiter))
            {
                return;
            }

            if (_ended is not null)
            {
                throw _ended;
            }

            _waiters.Add(waiter);
        }

        await waiter.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool IsReached(Waiter waiter)
    {
        var positions = waiter.Stored ? _committed : _visible;
        return waiter.Sink is { } sink
            ? positions[sink]?.Covers(waiter.Position) == true
            : positions.All(p => p?.Covers(waiter.Position) == true);
    }

    private sealed record Waiter(SourcePosition Position, int? Sink, bool Stored)
    {
        // Continuations must not run under our lock.
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
