using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>The task in which a sink looks after its target. It ends with the sink's stage, which waits for it: a sink is disposed of only when nobody uses it.</summary>
/// <param name="sink">The sink, open.</param>
/// <param name="report">Where its work is shown.</param>
/// <param name="aborted">Ends the run at once.</param>
internal sealed class UpkeepStage(IMaintainedSink sink, Action<SinkUpkeep> report, CancellationToken aborted)
{
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(aborted);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs until <see cref="RunBesideAsync"/> has come to its end.</summary>
    public async Task RunAsync()
    {
        try
        {
            await sink.MaintainAsync(report, _end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // as it was asked to
        }
        finally
        {
            _ended.SetResult();
        }
    }

    /// <summary>Runs the stage that feeds the sink.</summary>
    public async Task RunBesideAsync(Func<Task> stage)
    {
        try
        {
            await stage().ConfigureAwait(false);
        }
        finally
        {
            await _end.CancelAsync().ConfigureAwait(false);
            await _ended.Task.ConfigureAwait(false);
            _end.Dispose();
        }
    }
}
