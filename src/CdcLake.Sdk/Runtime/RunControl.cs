using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>What can be asked of a run while it goes on. Thread-safe.</summary>
/// <param name="pipeline">Name of the pipeline, for messages.</param>
internal sealed class RunControl(string pipeline)
{
    private readonly Lock _gate = new();
    private CommitCoordinator? _commits;
    private RereadRequests? _rereads;
    private Action<Exception>? _fail;
    private TaskCompletionSource _ended = new();
    private TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a run takes wishes; that of a run which is over says nothing of the next.</summary>
    public Task Attached
    {
        get
        {
            lock (_gate)
            {
                return _attached.Task;
            }
        }
    }

    /// <summary>A run takes wishes from here on.</summary>
    /// <param name="commits">Decides about commits and checkpoints.</param>
    /// <param name="rereads">Takes tables that are to be read anew.</param>
    /// <param name="fail">Ends it at once, with an error.</param>
    public void Attach(CommitCoordinator commits, RereadRequests rereads, Action<Exception> fail)
    {
        lock (_gate)
        {
            (_commits, _rereads, _fail) = (commits, rereads, fail);
            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _attached.TrySetResult();
        }
    }

    /// <summary>It is over.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            _rereads?.End();
            (_commits, _rereads, _fail) = (null, null, null);
            _attached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ended.TrySetResult();
        }
    }

    /// <summary>Ends a run at once, whatever it has not committed.</summary>
    public void Abort(Exception reason)
    {
        lock (_gate)
        {
            _fail?.Invoke(reason);
        }
    }

    /// <summary>Has a table of a database read anew; done when that is committed.</summary>
    /// <exception cref="InvalidOperationException">There is no run, it ended before, or the table went.</exception>
    public async Task RereadAsync(string table, CancellationToken cancellationToken)
    {
        Task read;
        lock (_gate)
        {
            read = _rereads?.AskAsync(table) ?? throw new InvalidOperationException($"Pipeline \"{pipeline}\" is not running, so no table can be read anew beside it. Wait until it streams.");
        }

        if (await Task.WhenAny(read).WaitAsync(cancellationToken).ConfigureAwait(false) is { IsCanceled: true })
        {
            throw new InvalidOperationException($"Table {table} was dropped, or the run of pipeline \"{pipeline}\" ended, before its new rows were committed; see its status.");
        }

        await CheckpointAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="InvalidOperationException">There is no run, or it ended before.</exception>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        Task done;
        Task ended;
        lock (_gate)
        {
            if (_commits is null)
            {
                throw new InvalidOperationException($"Pipeline \"{pipeline}\" is not running, so there is nothing to checkpoint. Wait until it streams.");
            }

            (done, ended) = (_commits.RequestAsync(), _ended.Task);
        }

        if (await Task.WhenAny(done, ended).WaitAsync(cancellationToken).ConfigureAwait(false) != done && !done.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException($"The run of pipeline \"{pipeline}\" ended before it checkpointed; see its status.");
        }

        await done.ConfigureAwait(false);
    }
}
