using CdcLake.Common;
using CdcLake.Connectors;

namespace CdcLake.Views;

/// <summary>
/// The newest state of a view, and the newest changes for those who follow them, each at its own pace. Bounded: a reader that fell behind more than is kept gets the
/// complete state. Nothing is kept while nobody follows. Thread-safe; looking at <see cref="Current"/> never waits.
/// </summary>
/// <param name="maxRows">Changed rows that are kept.</param>
internal sealed class ViewFeed<TKey, TRow>(int maxRows)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, (ViewSnapshot<TKey, TRow> State, IReadOnlyList<ViewChange<TKey, TRow>>? Changes)> _kept = [];
    private readonly Signal _wake = new();
    private ViewSnapshot<TKey, TRow> _current = ViewSnapshot<TKey, TRow>.Empty;
    private long _keptRows;
    private long _first;
    private long _next;
    private int _readers;

    /// <summary>The newest state.</summary>
    public ViewSnapshot<TKey, TRow> Current => Volatile.Read(ref _current);

    /// <summary>Where the source stood in <see cref="Current"/>; null before the first state.</summary>
    public SourcePosition? Position { get; private set; }

    /// <summary>True when somebody wants to know what changed.</summary>
    public bool IsFollowed => Volatile.Read(ref _readers) > 0;

    /// <summary>Shows a state, and what leads to it from the one before.</summary>
    /// <param name="snapshot">The state.</param>
    /// <param name="position">Where the source stood.</param>
    /// <param name="changes">Empty when only the position moved; null when it is not known: followers then get the complete state.</param>
    public void Publish(ViewSnapshot<TKey, TRow> snapshot, SourcePosition position, IReadOnlyList<ViewChange<TKey, TRow>>? changes)
    {
        lock (_gate)
        {
            Volatile.Write(ref _current, snapshot);
            Position = position;
            if (changes is { Count: 0 })
            {
                return;
            }

            if (changes is null || _readers == 0)
            {
                Forget();
            }

            if (_readers > 0)
            {
                Keep(snapshot, changes);
            }
            else
            {
                _first = ++_next;
            }

            _wake.Raise();
        }
    }

    /// <summary>A reader begins.</summary>
    public void Open() => Interlocked.Increment(ref _readers);

    /// <summary>A reader ends.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (Interlocked.Decrement(ref _readers) == 0)
            {
                Forget();
            }
        }
    }

    /// <summary>What comes after a place; waits for it.</summary>
    /// <param name="at">How many publications the reader has seen, negative for none.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The changes, and the place behind them.</returns>
    public async ValueTask<(ViewChanges<TKey, TRow> Changes, long At)> NextAsync(long at, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wake;
            lock (_gate)
            {
                wake = at < _next ? Task.CompletedTask : _wake.Next;
            }

            await wake.WaitAsync(cancellationToken).ConfigureAwait(false);
            ViewSnapshot<TKey, TRow> state;
            IReadOnlyList<ViewChange<TKey, TRow>>? changes;
            var (missed, next) = (0L, at + 1);
            lock (_gate)
            {
                if (at >= _next)
                {
                    continue;
                }

                if (_kept.TryGetValue(at, out var kept))
                {
                    (state, changes) = kept;
                }
                else
                {
                    (state, changes, missed, next) = (_current, null, at < 0 ? 0 : _first - at, _next);
                }
            }

            return (changes is null ? Complete(state, missed) : new ViewChanges<TKey, TRow>(state, changes, IsComplete: false, missed), next);
        }
    }

    private static ViewChanges<TKey, TRow> Complete(ViewSnapshot<TKey, TRow> state, long missed) =>
        new(state, [.. state.Rows.Pairs.Select(r => new ViewChange<TKey, TRow>(ChangeKind.Added, r.Key.Value, default, r.Value))], IsComplete: true, missed);

    private void Keep(ViewSnapshot<TKey, TRow> state, IReadOnlyList<ViewChange<TKey, TRow>>? changes)
    {
        _kept.Add(_next++, (state, changes));
        _keptRows += changes?.Count ?? 0;
        while (_keptRows > maxRows && _kept.Count > 1 && _kept.Remove(_first++, out var oldest))
        {
            _keptRows -= oldest.Changes?.Count ?? 0;
        }
    }

    private void Forget()
    {
        _kept.Clear();
        _keptRows = 0;
        _first = _next;
    }
}
