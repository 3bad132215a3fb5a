using CdcLake.Flink.Gateway;

namespace CdcLake;

/// <summary>A job on a Flink cluster. Thread-safe; holds nothing open.</summary>
public sealed class FlinkJob
{
    private readonly JobManagerClient _jobManager;

    internal FlinkJob(string id, string name, JobManagerClient jobManager) => (Id, Name, _jobManager) = (id, name, jobManager);

    /// <summary>Flink's id, 32 hex digits.</summary>
    public string Id { get; }

    /// <summary>Name of the pipeline.</summary>
    public string Name { get; }

    /// <summary>Asks the JobManager what the job is doing at this moment.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FlinkGatewayException">The JobManager cannot be asked, or does not know the job.</exception>
    public Task<FlinkJobState> GetStateAsync(CancellationToken cancellationToken = default) => _jobManager.StateAsync(Id, cancellationToken);

    /// <summary>What failed in it, newest first: each the message of its root cause. Empty where nothing did.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FlinkGatewayException">The JobManager cannot be asked, or does not know the job.</exception>
    public Task<IReadOnlyList<string>> GetExceptionsAsync(CancellationToken cancellationToken = default) => _jobManager.ExceptionsAsync(Id, cancellationToken);

    /// <summary>Asks again and again until the job is in a state, with pauses of <see cref="FlinkGatewayOptions.PollInterval"/>.</summary>
    /// <param name="state">The state.</param>
    /// <param name="cancellationToken">Ends the waiting, not the job.</param>
    /// <exception cref="FlinkJobException">It ended in another one; the message has the cause.</exception>
    /// <exception cref="FlinkGatewayException">The JobManager cannot be asked, or does not know the job.</exception>
    public async Task WaitForStateAsync(FlinkJobState state, CancellationToken cancellationToken = default)
    {
        while (await GetStateAsync(cancellationToken).ConfigureAwait(false) is var current && current != state)
        {
            if (current is FlinkJobState.Failed or FlinkJobState.Canceled or FlinkJobState.Finished or FlinkJobState.Suspended)
            {
                var causes = await GetExceptionsAsync(cancellationToken).ConfigureAwait(false);
                throw new FlinkJobException(
                    $"Job {Id} ({Name}) is {current} and will not be {state}. {(causes.Count > 0 ? $"Its last error: {causes[0]}. Remove the cause and submit the script again." : "It was stopped by somebody.")}", Id, current);
            }

            await _jobManager.PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops the job with a savepoint, from which another one can go on: <c>SET 'execution.savepoint.path' = '…'</c>.</summary>
    /// <param name="directory">Where the savepoint goes, as the cluster sees it; null for the cluster's own (<c>execution.checkpointing.savepoint-dir</c>).</param>
    /// <param name="cancellationToken">Ends the waiting, not the stop.</param>
    /// <returns>Path of the savepoint.</returns>
    /// <exception cref="FlinkGatewayException">The JobManager refuses, or the savepoint failed; the job goes on then.</exception>
    public Task<string> StopWithSavepointAsync(string? directory = null, CancellationToken cancellationToken = default) => _jobManager.StopAsync(Id, directory, cancellationToken);

    /// <summary>Ends the job without a savepoint; checkpoints stay.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="FlinkGatewayException">The JobManager cannot be asked, or does not know the job.</exception>
    public async Task CancelAsync(CancellationToken cancellationToken = default)
    {
        await _jobManager.CancelAsync(Id, cancellationToken).ConfigureAwait(false);
        while (await GetStateAsync(cancellationToken).ConfigureAwait(false) is not (FlinkJobState.Failed or FlinkJobState.Canceled or FlinkJobState.Finished))
        {
            await _jobManager.PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
