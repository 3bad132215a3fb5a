using CdcLake.Checkpoints;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>
/// Decides once for a whole pipeline when it commits, and makes the barriers at which all durable sinks do so: after the epoch that the source's task has just sent,
/// or, while the source is silent, from a task of its own (<see cref="RunAsync"/>). As long as a sink has committed more than the stream has reached again after a
/// restart, nothing is committed; then all sinks are brought to one position first. Thread-safe.
/// </summary>
internal sealed class CommitCoordinator
{
    private readonly Lock _lock = new();
    private readonly CommitPolicy _policy;
    private readonly CommitPublisher _publisher;
    private readonly CheckpointCoordinator? _checkpoints;
    private readonly PipelineOptions _options;
    private readonly Dictionary<RunSink, SourcePosition?> _committed;
    private readonly List<SourcePosition> _ahead;
    private readonly CancellationToken _abort;
    private readonly Signal _wake = new();
    private TaskCompletionSource? _asked;
    private bool _isRequested;
    private bool _hasEpoch;
    private bool _isPartial;
    private bool _isComplete;
    private int _open;

    /// <param name="publisher">Publishes what the sinks have prepared.</param>
    /// <param name="sinks">The sinks of the run; more may come, and some go.</param>
    /// <param name="replaces">The first epoch is the complete result, which takes the place of all that.</param>
    /// <param name="checkpoints">Null for a plan that keeps no state.</param>
    /// <param name="options">Intervals and sizes.</param>
    /// <param name="storesWhatChanged">As <see cref="CommitPolicy"/> has it.</param>
    /// <param name="abort">Ends the run at once.</param>
    public CommitCoordinator(
        CommitPublisher publisher,
        RunSinks sinks,
        bool replaces,
        CheckpointCoordinator? checkpoints,
        PipelineOptions options,
        bool storesWhatChanged,
        CancellationToken abort)
    {
        _publisher = publisher;
        _checkpoints = checkpoints;
        _options = options;
        _policy = new CommitPolicy(options, storesWhatChanged);
        _committed = sinks.Durable.ToDictionary(s => s, s => s.Committed);
        _ahead = replaces ? [] : [.. _committed.Values.OfType<SourcePosition>()];
        _abort = abort;
        checkpoints?.OnFree(Wake);
        _isRequested = _committed.Values.Any(c => c is not null) && _committed.Values.Distinct().Count() > 1;
    }

    /// <summary>What all durable sinks have committed: the one of their positions that the others cover; null while one of them has nothing.</summary>
    public SourcePosition? Durable
    {
        get
        {
            lock (_lock)
            {
                return _committed.Values.FirstOrDefault(c => c is not null && _committed.Values.All(o => o?.Covers(c) == true));
            }
        }
    }

    /// <summary>The barrier that follows an epoch at once, or null. Called by whoever sends, before anything else is sent.</summary>
    /// <param name="epoch">The epoch that was sent last.</param>
    /// <param name="changed">It has changes.</param>
    public StreamBarrier? After(Epoch epoch, bool changed)
    {
        lock (_lock)
        {
            if (!_hasEpoch)
            {
                _hasEpoch = true;
                _wake.Raise();
            }

            _ahead.RemoveAll(epoch.Position.Covers);
            var checkpoint = _checkpoints is not null && _checkpoints.IsDue(epoch, changed) && CanCheckpoint(epoch.Position);
            var eachEpoch = changed && _options.CommitInterval == TimeSpan.Zero;
            var isPart = _isPartial || epoch.Position.IsPartial; // the last one shows them all
            _isPartial = epoch.Position.IsPartial;
            var mustStore = checkpoint || isPart || epoch.Kind != EpochKind.Changes;
            return Cut(epoch, checkpoint, mustStore, evenIfEmpty: mustStore || DueIn() <= TimeSpan.Zero, eachEpoch);
        }
    }

    /// <summary>The barrier that is due although the source sends nothing, or null.</summary>
    /// <param name="last">The epoch that was sent last.</param>
    public StreamBarrier? WhileSilent(Epoch last)
    {
        lock (_lock)
        {
            var checkpoint = _open == 0 && _checkpoints?.DueIn <= TimeSpan.Zero && CanCheckpoint(last.Position);
            return Cut(last, checkpoint, mustStore: checkpoint, evenIfEmpty: checkpoint || DueIn() <= TimeSpan.Zero, eachEpoch: false);
        }
    }

    /// <summary>The barrier before an epoch that goes on in parts and may take long: what waits is committed first.</summary>
    public StreamBarrier? BeforeLarge(Epoch last)
    {
        lock (_lock)
        {
            return Cut(last, checkpoint: false, mustStore: false, evenIfEmpty: false, eachEpoch: true);
        }
    }

    /// <summary>The barrier that ends a run: everything is committed, and checkpointed where that is new. Nothing is injected any more.</summary>
    public async ValueTask<StreamBarrier?> LastAsync(Epoch last)
    {
        if (_checkpoints is not null)
        {
            await _checkpoints.FinishAsync(_abort).ConfigureAwait(false);
        }

        lock (_lock)
        {
            var checkpoint = _checkpoints is not null && !last.Position.Equals(_checkpoints.Position) && CanCheckpoint(last.Position);
            return Cut(last, checkpoint, mustStore: true, evenIfEmpty: true, eachEpoch: true, isLast: true);
        }
    }

    /// <summary>A sink takes part from the next barrier on: an epoch of it has ended. Called by whoever sends.</summary>
    public void Join(RunSink sink)
    {
        lock (_lock)
        {
            if (sink.Sink.IsDurable)
            {
                _committed.Add(sink, sink.Committed);
                if (sink.Committed is null)
                {
                    _policy.Came(sink.Number);
                    _wake.Raise();
                }
            }
        }
    }

    /// <summary>A sink takes no part in barriers that are made from here on. Called by whoever sends.</summary>
    public void Leave(RunSink sink)
    {
        lock (_lock)
        {
            _committed.Remove(sink);
            _policy.Leave(sink.Number);
        }
    }

    /// <summary>A table came, went or is another one now: no sink is to go past this place while another one still stands before it, where the table was what it is no more.</summary>
    public void TableChanged()
    {
        lock (_lock)
        {
            _policy.StoreAllNext();
        }
    }

    /// <summary>A sink has taken in an epoch.</summary>
    public void EpochEnded(int sink, SinkBacklog backlog)
    {
        lock (_lock)
        {
            _policy.EpochEnded(sink, backlog);
            _wake.Raise();
        }
    }

    /// <summary>Asks for a commit, and for a checkpoint where state is kept, at the next place where one is possible, also of a position alone. Ends when it has happened.</summary>
    public Task RequestAsync()
    {
        lock (_lock)
        {
            // Before the first epoch of a run everything is as it was found: committed, and checkpointed.
            if (_isComplete || !_hasEpoch)
            {
                return Task.CompletedTask;
            }

            var asked = _checkpoints is not null ? _checkpoints.RequestAsync() : _committed.Count == 0 ? Task.CompletedTask : Asked();
            _wake.Raise();
            return asked;
        }
    }

    /// <summary>No barrier is wanted any more.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            _wake.Raise();
        }

        _checkpoints?.Complete();
    }

    /// <summary>Has barriers put into the stream whenever one is due while the source is silent, until <see cref="Complete"/>.</summary>
    /// <param name="inject">Sends what <see cref="WhileSilent"/> gives, between two epochs.</param>
    public async Task RunAsync(Func<Task> inject)
    {
        while (true)
        {
            Task wake;
            TimeSpan? due;
            lock (_lock)
            {
                if (_isComplete)
                {
                    return;
                }

                wake = _wake.Next;
                due = DueIn();
                due = _hasEpoch && _open == 0 && _ahead.Count == 0 && _checkpoints?.DueIn is { } checkpoint && !(due < checkpoint) ? checkpoint : due;
            }

            if (due <= TimeSpan.Zero)
            {
                await inject().ConfigureAwait(false);
            }
            else
            {
                await WaitAsync(wake, due).ConfigureAwait(false);
            }
        }
    }

    private void Wake()
    {
        lock (_lock)
        {
            _wake.Raise();
        }
    }

    private async Task WaitAsync(Task wake, TimeSpan? due)
    {
        if (due is null)
        {
            await wake.WaitAsync(_abort).ConfigureAwait(false);
            return;
        }

        using var timer = CancellationTokenSource.CreateLinkedTokenSource(_abort);
        var whole = TimeSpan.FromMilliseconds(Math.Ceiling(due.Value.TotalMilliseconds)); // a delay drops what is less: the loop would spin until it has gone by
        await Task.WhenAny(wake, Task.Delay(whole, _options.TimeProvider, timer.Token)).ConfigureAwait(false);
        await timer.CancelAsync().ConfigureAwait(false);
        _abort.ThrowIfCancellationRequested();
    }

    private Task Asked()
    {
        _isRequested = true;
        return (_asked ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    // Null while a commit is on its way, or none is allowed; and before the first epoch, behind which the first barrier goes: during an initial snapshot, for hours perhaps.
    private TimeSpan? DueIn() => !_hasEpoch || _open > 0 || _ahead.Count > 0 || _committed.Count == 0 ? null
        : _isRequested ? TimeSpan.Zero
        : _policy.DueIn;

    // State is only worth keeping when no sink is behind it: what a sink has not committed has to come out of the operators again.
    private bool CanCheckpoint(SourcePosition position) => _ahead.Count == 0 || _committed.Values.All(c => c?.Covers(position) == true);

    private StreamBarrier? Cut(Epoch epoch, bool checkpoint, bool mustStore, bool evenIfEmpty, bool eachEpoch, bool isLast = false)
    {
        if (checkpoint && !isLast && _checkpoints!.BeginHeadStart() is { } ahead)
        {
            return new StreamBarrier(ahead, CutForCommit(epoch, mustStore, evenIfEmpty, eachEpoch));
        }

        var round = CutForCommit(epoch, mustStore, evenIfEmpty, eachEpoch);
        return !checkpoint && round is null ? null
            : new StreamBarrier(checkpoint ? _checkpoints!.Begin(epoch, round?.Outcome ?? Task.CompletedTask) : null, round);
    }

    private CommitRound? CutForCommit(Epoch epoch, bool mustStore, bool evenIfEmpty, bool eachEpoch) =>
        _ahead.Count == 0 && _committed.Count > 0 && (evenIfEmpty || eachEpoch)
            ? Open(epoch.Position, evenIfEmpty, storesAll: mustStore || _isRequested || _policy.StoresAll)
            : null;

    private CommitRound Open(SourcePosition position, bool evenIfEmpty, bool storesAll)
    {
        _open++;
        _isRequested = false;
        _policy.Begin(storesAll);
        var asked = _asked;
        _asked = null;
        CommitRound? round = null;
        RunSink[] members = [.. _committed.Keys];
        return round = new CommitRound(
            position,
            members.ToDictionary(m => m.Number, m => storesAll || _committed[m] is null),
            evenIfEmpty,
            _options.TimeProvider,
            (parts, stop) => PublishAsync(members, parts, position, round!.Began, storesAll, asked, stop),
            () => Close(members, null, storesAll, asked));
    }

    private async Task<IReadOnlyDictionary<ISink, string>> PublishAsync(
        RunSink[] members, IReadOnlyList<IPreparedCommit> parts, SourcePosition position, long began, bool storesAll, TaskCompletionSource? asked, CancellationToken cancellationToken)
    {
        var published = await _publisher.PublishAsync(members, parts, position, began, cancellationToken).ConfigureAwait(false);
        var stored = storesAll ? null : parts.Select(p => p.Sink).ToHashSet<ISink>(ReferenceEqualityComparer.Instance);
        Close([.. members.Where(m => stored?.Contains(m.Sink) != false)], position, storesAll, asked);
        return published;
    }

    private void Close(RunSink[] stored, SourcePosition? committed, bool storesAll, TaskCompletionSource? asked)
    {
        asked?.TrySetResult();
        lock (_lock)
        {
            _open--;
            if (committed is not null)
            {
                foreach (var member in stored.Where(_committed.ContainsKey))
                {
                    _committed[member] = committed;
                }

                _policy.Committed(stored.Select(m => m.Number), storesAll);
            }
            else if (storesAll)
            {
                _policy.StoreAllNext(); // there was nothing to commit
            }

            _wake.Raise();
        }
    }
}
