using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Diagnostics;

namespace CdcLake.Runtime;

/// <summary>
/// Where the durable sinks of a pipeline meet for one commit. The last to arrive says whether there is anything to commit; the last to have prepared publishes
/// all parts, and until then each sink can take its part back. Once publication has begun it is not given up because something else failed. Thread-safe.
/// </summary>
internal sealed class CommitRound : ICommitRound
{
    private readonly Lock _lock = new();
    private readonly SourcePosition _position;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyDictionary<int, bool> _sinks;
    private readonly bool _evenIfEmpty;
    private readonly Func<IReadOnlyList<IPreparedCommit>, CancellationToken, Task<IReadOnlyDictionary<ISink, string>>> _publish;
    private readonly Action _skipped;
    private readonly SortedDictionary<int, IPreparedCommit?> _parts = [];
    private readonly TaskCompletionSource<bool> _decision = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyDictionary<ISink, string>? _published;
    private bool _hasRows;
    private int _arrived;

    /// <param name="position">Where the barrier stands: what every sink stores that takes part with something.</param>
    /// <param name="sinks">Numbers of the durable sinks that take part, at least one; true where the position is to be stored although the sink has no rows.</param>
    /// <param name="evenIfEmpty">Store the position although no sink has rows.</param>
    /// <param name="clock">Measures how long it takes.</param>
    /// <param name="publish">Publishes all parts, in the order of the sinks, and disposes them in any case; gives the targets' names of the commits.</param>
    /// <param name="skipped">Called when there is nothing to commit.</param>
    public CommitRound(
        SourcePosition position, IReadOnlyDictionary<int, bool> sinks, bool evenIfEmpty, TimeProvider clock,
        Func<IReadOnlyList<IPreparedCommit>, CancellationToken, Task<IReadOnlyDictionary<ISink, string>>> publish, Action skipped)
    {
        _skipped = skipped;
        _clock = clock;
        _position = position;
        _sinks = sinks;
        _evenIfEmpty = evenIfEmpty;
        _publish = publish;
    }

    /// <summary>True when all sinks have committed, false when there was nothing to commit. Never completes when the commit fails: the run ends then.</summary>
    public Task<bool> Outcome => _outcome.Task;

    /// <summary>When the first sink arrived, by the clock's timestamp.</summary>
    public long Began { get; private set; }

    public async Task TakePartAsync(int index, ISink sink, CancellationToken cancellationToken)
    {
        if (!_sinks.TryGetValue(index, out var stores))
        {
            return; // its table came, and not yet all of its rows
        }

        var backlog = sink.Backlog;
        Arrive(backlog);
        if (!await _decision.Task.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        using var span = Spans.Commit(sink.Name, _position.ToString());
        try
        {
            await PrepareAndPublishAsync(index, sink, stores || backlog.Rows > 0, cancellationToken).ConfigureAwait(false);
            span?.AddTag(Tags.CommitId, _published?.GetValueOrDefault(sink));
        }
        catch (Exception error)
        {
            span?.Fail(error);
            throw;
        }
    }

    private async Task PrepareAndPublishAsync(int index, ISink sink, bool hasPart, CancellationToken cancellationToken)
    {
        var part = hasPart ? await sink.PrepareAsync(cancellationToken).ConfigureAwait(false) : null;
        if (part is not null && !part.Position.Equals(_position))
        {
            await part.DisposeAsync().ConfigureAwait(false);
            throw new InvalidOperationException($"{sink.Name} prepared a commit of {part.Position} where {_position} was asked for.");
        }

        if (Add(index, part))
        {
            _published = await _publish([.. _parts.Values.OfType<IPreparedCommit>()], cancellationToken).ConfigureAwait(false);
            _outcome.TrySetResult(true);
            return;
        }

        try
        {
            await _outcome.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (TakeBack(index))
            {
                await part!.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private void Arrive(SinkBacklog backlog)
    {
        lock (_lock)
        {
            _hasRows |= backlog.Rows > 0;
            Began = _arrived == 0 ? _clock.GetTimestamp() : Began;
            if (++_arrived < _sinks.Count)
            {
                return;
            }
        }

        var isWorthIt = _evenIfEmpty || _hasRows;
        if (!isWorthIt)
        {
            _skipped();
            _outcome.TrySetResult(false);
        }

        _decision.TrySetResult(isWorthIt);
    }

    /// <summary>True for the last one, which publishes; from then on no part can be taken back.</summary>
    private bool Add(int index, IPreparedCommit? part)
    {
        lock (_lock)
        {
            _parts.Add(index, part);
            return _parts.Count == _sinks.Count;
        }
    }

    private bool TakeBack(int index)
    {
        lock (_lock)
        {
            return _parts.Count < _sinks.Count && _parts.Remove(index, out var part) && part is not null;
        }
    }
}
