using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Diagnostics;
using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>
/// Says when state is checkpointed, and makes a checkpoint count once its state is written and every durable sink has committed its position: state is only worth
/// keeping when no sink is behind it, since what a sink has not committed has to come out of the operators again. Thread-safe.
/// </summary>
internal sealed class CheckpointCoordinator : IAsyncDisposable
{
    /// <summary>How long a position that moved without changes may stay without a checkpoint: it only saves reading those transactions again.</summary>
    private static readonly TimeSpan PositionInterval = TimeSpan.FromMinutes(1);

    /// <summary>How often changes are written ahead of one checkpoint: each time less is left, unless the disk is slower than the stream.</summary>
    private const int MostHeadStarts = 4;

    private readonly Lock _lock = new();
    private readonly CheckpointStore _store;
    private readonly IReadOnlyList<CheckpointPart> _parts;
    private readonly Pace _pace;
    private readonly TimeProvider _clock;
    private readonly Action<CheckpointReport> _report;
    private Action _free = () => { };
    private CheckpointDescriptor? _newest;
    private readonly Signal _wake = new();
    private Pending? _pending;
    private TaskCompletionSource? _asked;
    private int _headStarts;
    private SourcePosition? _position;
    private bool _hasChanged;
    private bool _isComplete;

    /// <param name="store">The pipeline's checkpoints.</param>
    /// <param name="parts">Whose state is kept, at least one.</param>
    /// <param name="interval">How often, while changes arrive.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="report">Called when a checkpoint counts, when one was restored, and when one could not be written for the moment.</param>
    public CheckpointCoordinator(
        CheckpointStore store,
        IReadOnlyList<CheckpointPart> parts,
        TimeSpan interval,
        TimeProvider clock,
        Action<CheckpointReport> report)
    {
        _clock = clock;
        _report = report;
        _store = store;
        _parts = parts;
        _pace = new Pace(interval, clock);
    }

    /// <summary>What the newest checkpoint includes; null when there is none.</summary>
    public SourcePosition? Position
    {
        get
        {
            lock (_lock)
            {
                return _position;
            }
        }
    }

    /// <summary>Time left until one is due although the source is silent; null when nothing changed or one is being made.</summary>
    public TimeSpan? DueIn
    {
        get
        {
            lock (_lock)
            {
                var left = _headStarts > 0 || _asked is not null ? TimeSpan.Zero : _pace.Interval - _pace.Age;
                return _pending is not null || !(_hasChanged || _asked is not null) ? null : left < TimeSpan.Zero ? TimeSpan.Zero : left;
            }
        }
    }

    /// <summary>Sets who is told that none is in the making any more: <see cref="DueIn"/> has to be asked again.</summary>
    public void OnFree(Action wake) => _free = wake;

    /// <summary>Looks for the newest checkpoint.</summary>
    /// <exception cref="PlanChangedException">It belongs to another plan.</exception>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public async Task FindAsync(Func<IReadOnlyDictionary<string, string>, SourcePosition> parse, CancellationToken cancellationToken)
    {
        _newest = await _store.LoadLatestAsync(cancellationToken).ConfigureAwait(false);
        _position = _newest is null ? null : parse(_newest.Position);
    }

    /// <summary>Loads the state of the checkpoint that was found.</summary>
    /// <exception cref="CheckpointException">A piece is missing or damaged.</exception>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        foreach (var part in _parts)
        {
            var before = _newest!.Of(part.Operator).Partitions;
            if (before == part.Partition.Count)
            {
                await _store.RestoreAsync(_newest, part.Operator, part.Partition, part.Stores, cancellationToken).ConfigureAwait(false);
                part.AfterRestore();
            }
            else if (part.Partition.Number == 0)
            {
                await RestorePartitionsAsync(part, before, cancellationToken).ConfigureAwait(false);
            }

            Trim();
        }

        _report(new CheckpointReport(_newest!, _position!, _clock.GetElapsedTime(began), null));
    }

    // What was read back first leaves memory to what follows.
    private void Trim()
    {
        foreach (var store in _parts.SelectMany(p => p.Stores))
        {
            store.Log.Trim();
        }
    }

    /// <summary>Asks for a checkpoint before the interval has passed. Ends when it counts, or with the error because of which it could not be written.</summary>
    public Task RequestAsync()
    {
        lock (_lock)
        {
            return (_asked ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>True when a checkpoint should be taken at the end of this epoch.</summary>
    /// <param name="epoch">The epoch that ended.</param>
    /// <param name="changed">It has changes.</param>
    public bool IsDue(Epoch epoch, bool changed)
    {
        lock (_lock)
        {
            _hasChanged |= changed;
            var age = _pace.Age;
            return _pending is null && !epoch.Position.Equals(_position)
                && (_headStarts > 0 || _asked is not null || epoch.IsCompleteResult || epoch.Position.IsPartial || _position is { IsPartial: true } || (age >= _pace.Interval && (_hasChanged || age >= PositionInterval)));
        }
    }

    /// <summary>
    /// What a checkpoint that is due begins with when some part has much to write: its bytes are written while the stages go on, and the checkpoint
    /// itself is due as soon as that is done. Null when there is little to write.
    /// </summary>
    public ICheckpointRound? BeginHeadStart()
    {
        lock (_lock)
        {
            _pace.Begin();
            if (_headStarts == MostHeadStarts || !_store.WantsHeadStart(_parts))
            {
                return null;
            }

            var ahead = _store.BeginHeadStart();
            Begin(new Pending(ahead, PublishAsync: t => WriteAheadAsync(ahead, t)));
            return ahead;
        }
    }

    /// <summary>Begins a checkpoint, which every part must write to. None may be in the making.</summary>
    /// <param name="epoch">The epoch that ended last.</param>
    /// <param name="committed">Completes when every durable sink has committed it.</param>
    public ICheckpointRound Begin(Epoch epoch, Task committed)
    {
        lock (_lock)
        {
            var round = _store.Begin();
            var began = _clock.GetTimestamp();
            Begin(new Pending(round, t => PublishAsync(round, epoch.Position, committed, began, t), _asked));
            _asked = null;
            _pace.Begin();
            _hasChanged = false;
            _headStarts = 0;
            return round;
        }
    }

    /// <summary>Waits for the checkpoint in the making.</summary>
    public Task FinishAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _pending?.Done.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;
        }
    }

    /// <summary>No further checkpoint will be begun.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            _wake.Raise();
        }
    }

    /// <summary>Publishes one checkpoint after the other, until <see cref="Complete"/>.</summary>
    /// <exception cref="ObjectStoreException">The store cannot be written, and will not be by itself.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Pending? pending;
            Task wake;
            lock (_lock)
            {
                pending = _pending;
                if (pending is null && _isComplete)
                {
                    return;
                }

                wake = _wake.Next;
            }

            if (pending is null)
            {
                await wake.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                await pending.PublishAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (CdcLakeException error) when (error.IsTransient)
            {
                // The pipeline can do without this checkpoint; the next one, after the usual time, writes everything.
                _report(new CheckpointReport(error));
                pending.Asked?.TrySetException(error);
            }

            lock (_lock)
            {
                _pending = null;
            }

            pending.Asked?.TrySetResult();
            pending.Done.TrySetResult();
            _free();
        }
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    // One former partition after the other, so that not all state is there twice.
    private async Task RestorePartitionsAsync(CheckpointPart part, int partitions, CancellationToken cancellationToken)
    {
        for (var p = 0; p < partitions; p++)
        {
            using var former = part.CreateFormer!();
            await _store.ReadAsync(_newest!, part.Operator, p, former.Stores, cancellationToken).ConfigureAwait(false);
            former.HandOver();
        }
    }

    private void Begin(Pending pending)
    {
        _pending = pending;
        _wake.Raise();
    }

    private async Task WriteAheadAsync(HeadStart ahead, CancellationToken cancellationToken)
    {
        int before;
        lock (_lock)
        {
            (before, _headStarts) = (_headStarts, 0);
        }

        await using (ahead.ConfigureAwait(false))
        {
            await ahead.RunAsync(cancellationToken).ConfigureAwait(false);
        }

        lock (_lock)
        {
            _headStarts = before + 1;
        }
    }

    private async Task PublishAsync(CheckpointRound round, SourcePosition position, Task committed, long began, CancellationToken cancellationToken)
    {
        using var span = Spans.Checkpoint(position.ToString());
        try
        {
            await PublishTracedAsync(round, position, committed, began, cancellationToken).ConfigureAwait(false);
            span?.AddTag(Tags.CheckpointId, _newest?.Number);
        }
        catch (Exception error)
        {
            span?.Fail(error);
            throw;
        }
    }

    private async Task PublishTracedAsync(CheckpointRound round, SourcePosition position, Task committed, long began, CancellationToken cancellationToken)
    {
        CheckpointDescriptor? published;
        await using (round.ConfigureAwait(false))
        {
            await round.WaitAsync(cancellationToken).ConfigureAwait(false);
            await round.FlushAsync(cancellationToken).ConfigureAwait(false);
            await committed.WaitAsync(cancellationToken).ConfigureAwait(false);
            published = await _store.CommitAsync(round, position, cancellationToken).ConfigureAwait(false);
        }

        if (published is null)
        {
            return; // another run took away what it builds on: the next one is whole
        }

        var previous = _newest ?? CheckpointDescriptor.None;
        lock (_lock)
        {
            _position = position;
            _newest = published;
        }

        _report(new CheckpointReport(published, position, _clock.GetElapsedTime(began), previous));
    }

    private sealed record Pending(ICheckpointRound Round, Func<CancellationToken, Task> PublishAsync, TaskCompletionSource? Asked = null)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
