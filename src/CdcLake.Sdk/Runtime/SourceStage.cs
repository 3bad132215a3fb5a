using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>
/// Receives what the source pushes and sends it on epoch by epoch, so that a cancelled source leaves no half epoch behind in the operators; only an epoch larger
/// than <see cref="MaxHeldRows"/> or <see cref="MaxHeldBytes"/> goes on in parts. Barriers are sent here too, by the source's task behind an epoch, or by the
/// coordinator's task while the source is silent.
/// </summary>
internal sealed class SourceStage : ISourceOutput, IDisposable
{
    /// <summary>Rows held back at most while their epoch is open.</summary>
    public const int MaxHeldRows = 262_144;

    /// <summary>Bytes held back at most while their epoch is open.</summary>
    public const long MaxHeldBytes = 64L << 20;

    private readonly SourceOutlet _output;
    private readonly CommitCoordinator _commits;
    private readonly StatusBoard _status;
    private readonly CancellationToken _abort;
    private readonly SinkStages _sinks;
    private readonly Queue<(int Table, ChangeBatch Batch)> _held = new();

    // By table number: what its batches look like at this place of the stream.
    private readonly List<Schema> _schemas;

    // Held by whoever sends: by the source's task from the first message of an epoch to its last, by the coordinator's task for one barrier.
    private readonly SemaphoreSlim _sending = new(1, 1);
    private long _heldBytes;
    private int _heldRows;
    private EpochKind _kind;
    private bool _isPartlySent;
    private long _rows;
    private bool _isComplete;
    private Epoch? _last;

    /// <param name="output">The stages.</param>
    /// <param name="captures">The captured tables as the run begins.</param>
    /// <param name="commits">Says where barriers stand.</param>
    /// <param name="status">Where progress is shown.</param>
    /// <param name="sinks">Says what sinks would be opened with after a change of a table, and lets tables come and go.</param>
    /// <param name="abort">Ends waiting for room. Stopping the source is not enough: an epoch that it has closed goes out whole.</param>
    public SourceStage(
        SourceOutlet output, IEnumerable<TableCapture> captures, CommitCoordinator commits, StatusBoard status, SinkStages sinks, CancellationToken abort)
    {
        _sinks = sinks;
        _abort = abort;
        _output = output;
        _schemas = [.. captures.Select(c => c.Schema)];
        _commits = commits;
        _status = status;
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken)
    {
        _kind = kind;
        return ValueTask.CompletedTask;
    }

    public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(batch.Schema, _schemas[table]) && !batch.Schema.Equals(_schemas[table]))
        {
            batch.Dispose();
            throw new InvalidOperationException("The source sent rows of another version of a table than the one that is in force at this place of the stream.");
        }

        _status.Changes(batch.Count);
        Volatile.Write(ref _rows, _rows + batch.Count);
        _held.Enqueue((table, batch));
        _heldRows += batch.Count;
        _heldBytes += batch.ByteSize;
        return _heldRows >= MaxHeldRows || _heldBytes >= MaxHeldBytes ? SendPartAsync() : ValueTask.CompletedTask;
    }

    public async ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        var changed = _isPartlySent || _heldRows > 0;
        if (!_isPartlySent)
        {
            await _sending.WaitAsync(_abort).ConfigureAwait(false);
            await BeginAsync(epoch.Kind).ConfigureAwait(false);
        }

        await SendAsync().ConfigureAwait(false);
        await _output.SignalAsync(new EpochEnd(epoch), _abort).ConfigureAwait(false);
        _sinks.EpochEnded();
        _isPartlySent = false;
        _kind = EpochKind.Changes;
        _last = epoch;
        await CutAsync(_commits.After(epoch, changed)).ConfigureAwait(false);
        _sending.Release();
        _status.Processed(epoch);
    }

    public async ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken)
    {
        var hasTurn = _isPartlySent; // inside an epoch that goes out in parts
        if (!hasTurn)
        {
            await _sending.WaitAsync(_abort).ConfigureAwait(false);
        }

        await FollowAsync(change).ConfigureAwait(false);
        if (!hasTurn)
        {
            _sending.Release();
        }
    }

    private async ValueTask FollowAsync(TableChange change)
    {
        switch (change.Kind)
        {
            case TableChangeKind.Added when _sinks.FollowsTables:
                _output.Add(await _sinks.AddAsync(change, _abort).ConfigureAwait(false));
                _schemas.Add(change.After!.Schema);
                break;
            case TableChangeKind.Added:
                throw change.RefusedBy("the plan, in which no operator reads it,");
            case TableChangeKind.Removed or TableChangeKind.Interrupted when _sinks.FollowsTables:
                await CutAsync(_last is null ? null : _commits.BeforeLarge(_last)).ConfigureAwait(false);
                var going = _sinks.Leave(change); // before their channels end
                _output.Remove(change.Table);
                await _sinks.CloseAsync(going, change, _abort).ConfigureAwait(false);
                break;
            default:
                await _output.SignalAsync(new TableChanged(change) { Openings = _sinks.Rebind(change) }, _abort).ConfigureAwait(false);
                _schemas[change.Table] = (change.After ?? change.Before)!.Schema;
                break;
        }

        _commits.TableChanged();
    }

    /// <summary>What can be seen of it while it runs; its name is that by which channels name their sender.</summary>
    /// <param name="meter">What the source counts.</param>
    public StageProbe Probe(SourceMeter meter)
    {
        var idle = meter.Idle;
        return new StageProbe(
            StageGraphBuilder.SourceName,
            () => new StageReading(0, Volatile.Read(ref _rows), meter.Idle - idle, _output.Channels.Aggregate(TimeSpan.Zero, (sum, c) => sum + c.Waited)),
            [],
            []);
    }

    public void Await(int missingTables) => _sinks.Await(missingTables);

    public void Report(SourceProgress progress) => _status.Source(progress);

    /// <summary>Sends the barrier that is due while the source is silent; waits while an epoch is being sent.</summary>
    public async Task InjectAsync()
    {
        await _sending.WaitAsync(_abort).ConfigureAwait(false);
        try
        {
            if (!_isComplete && _last is not null)
            {
                await CutAsync(_commits.WhileSilent(_last)).ConfigureAwait(false);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>
    /// The source has ended or was stopped: cuts once more where the stages are at the end of an epoch, and completes the channels. Of an epoch that went out in
    /// part nothing is committed; what came before it was, when its first part was sent.
    /// </summary>
    public async Task CompleteAsync()
    {
        DropUnfinished();
        if (!_isPartlySent)
        {
            await _sending.WaitAsync(_abort).ConfigureAwait(false);
            await CutAsync(_last is null ? null : await _commits.LastAsync(_last).ConfigureAwait(false)).ConfigureAwait(false);
        }

        _isComplete = true;
        _commits.Complete();
        _output.Complete();
        _sending.Release();
    }

    /// <summary>Disposes what an unfinished epoch left behind.</summary>
    public void DropUnfinished()
    {
        while (_held.TryDequeue(out var changes))
        {
            changes.Batch.Dispose();
        }
    }

    public void Dispose() => _sending.Dispose();

    private async ValueTask SendPartAsync()
    {
        if (!_isPartlySent)
        {
            await _sending.WaitAsync(_abort).ConfigureAwait(false);
            await CutAsync(_last is null ? null : _commits.BeforeLarge(_last)).ConfigureAwait(false);
            await BeginAsync(_kind).ConfigureAwait(false);
            _isPartlySent = true;
        }

        await SendAsync().ConfigureAwait(false);
    }

    private ValueTask BeginAsync(EpochKind kind) =>
        kind == EpochKind.Changes ? ValueTask.CompletedTask : _output.SignalAsync(new EpochBegin(kind), _abort);

    private ValueTask CutAsync(StreamBarrier? barrier) => barrier is null ? ValueTask.CompletedTask : _output.SignalAsync(barrier, _abort);

    private async ValueTask SendAsync()
    {
        while (_held.TryDequeue(out var changes))
        {
            await _output.SendAsync(changes.Table, changes.Batch, _abort).ConfigureAwait(false);
        }

        _heldRows = 0;
        _heldBytes = 0;
    }
}
