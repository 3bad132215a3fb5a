using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>Knows what every sink shows, and wakes those who wait for a position. Thread-safe.</summary>
internal sealed class PositionBoard
{
    private readonly Lock _gate = new();
    private readonly SourcePosition?[] _shown;
    private readonly List<Waiter> _waiters = [];
    private Func<Exception>? _ended;

    public PositionBoard(int sinks) => _shown = new SourcePosition?[sinks];

    /// <summary>A run begins: positions may move again.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _ended = null;
        }
    }

    /// <summary>The sink's content equals the result at <paramref name="position"/>, whether that position is stored with it or not.</summary>
    public void Shows(int sink, SourcePosition position)
    {
        if (position.IsPartial)
        {
            return; // kept where nobody sees it
        }

        lock (_gate)
        {
            _shown[sink] = position;
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

    /// <summary>Completes when the content of <paramref name="sink"/> (all sinks when null) includes <paramref name="position"/>.</summary>
    public async Task WaitAsync(SourcePosition position, int? sink, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(position, sink);
        lock (_gate)
        {
            if (IsReached(waiter))
            {
                return;
            }

            if (_ended is not null)
            {
                throw _ended();
            }

            _waiters.Add(waiter);
        }

        await waiter.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>No position will move any more: every waiter gets an error of its own.</summary>
    public void End(Func<Exception> error)
    {
        lock (_gate)
        {
            _ended = error;
            foreach (var waiter in _waiters)
            {
                waiter.Done.TrySetException(error());
            }

            _waiters.Clear();
        }
    }

    private bool IsReached(Waiter waiter) => waiter.Sink is { } sink
        ? _shown[sink]?.Covers(waiter.Position) == true
        : _shown.All(p => p?.Covers(waiter.Position) == true);

    private sealed record Waiter(SourcePosition Position, int? Sink)
    {
        // Continuations must not run under our lock.
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
