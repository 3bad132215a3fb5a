namespace CdcLake.Runtime;

/// <summary>What can be asked of a run while it goes on. Thread-safe.</summary>
/// <param name="pipeline">Name of the pipeline, for messages.</param>
internal sealed class RunControl(string pipeline)
{
    private readonly Lock _gate = new();
    private CommitCoordinator? _commits;
    private TaskCompletionSource _ended = new();

    /// <summary>A run takes wishes from here on.</summary>
    public void Attach(CommitCoordinator commits)
    {
        lock (_gate)
        {
            _commits = commits;
            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>It is over.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            _commits = null;
            _ended.TrySetResult();
        }
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
