using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>Knows what every sink shows, and wakes those who wait for a position. Thread-safe.</summary>
internal sealed class PositionBoard
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, SourcePosition?> _shown = [];
    private readonly List<Waiter> _waiters = [];
    private bool _isKnown;
    private int _missing;
    private Func<Exception>? _ended;

    /// <param name="sinks">How many sinks there are; null: that is not known before <see cref="Open"/>.</param>
    public PositionBoard(int? sinks)
    {
        _isKnown = sinks is not null;
        for (var i = 0; i < sinks; i++)
        {
            _shown[i] = null;
        }
    }

    /// <summary>Exactly these sinks are there from here on.</summary>
    public void Open(IReadOnlyCollection<int> sinks)
    {
        lock (_gate)
        {
            _isKnown = true;
            foreach (var sink in _shown.Keys.Except(sinks).ToList())
            {
                _shown.Remove(sink);
            }

            foreach (var sink in sinks)
            {
                _shown.TryAdd(sink, null);
            }

            Wake();
        }
    }

    /// <summary>So many more sinks will be there soon, for which those wait who wait for all.</summary>
    public void Await(int missing)
    {
        lock (_gate)
        {
            _missing = missing;
            Wake();
        }
    }

    /// <summary>One more sink is there from here on, which shows nothing yet.</summary>
    public void Add(int sink)
    {
        lock (_gate)
        {
            _shown[sink] = null;
        }
    }

    /// <summary>A sink is not there any more, and not waited for.</summary>
    public void Remove(int sink)
    {
        lock (_gate)
        {
            _shown.Remove(sink);
            Wake();
        }
    }

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
            if (_shown.ContainsKey(sink))
            {
                _shown[sink] = position;
                Wake();
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

    private void Wake()
    {
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            if (IsReached(_waiters[i]))
            {
                _waiters[i].Done.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }

    private bool IsReached(Waiter waiter) => waiter.Sink is { } sink
        ? _shown.GetValueOrDefault(sink)?.Covers(waiter.Position) == true
        : _isKnown && _missing == 0 && _shown.Values.All(p => p?.Covers(waiter.Position) == true);

    private sealed record Waiter(SourcePosition Position, int? Sink)
    {
        // Continuations must not run under our lock.
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
