using CdcLake.Common;
using CdcLake.Testing.Runs;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing;

/// <content>Waiting for the pipeline, and starting it again where it was killed.</content>
public sealed partial class PipelineHarness
{
    private const int MostRestarts = 200;

    // With killsAtLast a kill that was asked for happens at the latest when nothing is left to do.
    private async Task SettleHereAsync(CancellationToken cancellationToken, bool killsAtLast = false)
    {
        var count = _servers.Database.Count;
        for (var restarts = 0; !await IsSettledAsync(count, killsAtLast, cancellationToken).ConfigureAwait(false); restarts++)
        {
            await _process.DisposeAsync().ConfigureAwait(false);
            _process = restarts < MostRestarts ? StartProcess() : throw Failure($"was killed {MostRestarts} times and never got to {Gtid}. Choose a lower CrashRate.", null);
        }

        if (_crashes.Pending is { } pending)
        {
            _crashes.Disarm();
            throw Failure($"was to be killed, but did not come by ({pending}): a pipeline without state has no checkpoints, and one target nothing between targets. Arm another point", null);
        }
    }

    // False when the process was killed meanwhile.
    private async Task<bool> IsSettledAsync(int count, bool killsAtLast, CancellationToken cancellationToken)
    {
        var process = _process;
        try
        {
            await ReachAsync(process, count, cancellationToken).ConfigureAwait(false);
            if (killsAtLast && _crashes.Pending is not null)
            {
                _crashes.Disarm();
                process.Life.Kill();
            }

            return !process.Life.IsOver;
        }
        catch (Exception error) when (process.Life.IsOver && error is not OperationCanceledException)
        {
            return false;
        }
        catch (TimeoutException error)
        {
            var status = process.Pipeline.Status;
            throw Failure($"does not show {Gtid} after {_options.Timeout}: it is {status.State}{(status.Detail is { } detail ? $", {detail}" : "")}{(status.LastError is { } last ? $"; its last error: {last}" : "")}", error);
        }
        catch (InvalidOperationException error)
        {
            await process.Ended.WaitAsync(_options.Timeout, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var cause = process.Ended.Exception?.InnerException ?? error.InnerException ?? error;
            throw Failure($"failed: {cause.Message}", cause);
        }
    }

    // Every target first; then, where chance or a crash that waits for it says so, a checkpoint.
    private async Task ReachAsync(HarnessProcess process, int count, CancellationToken cancellationToken)
    {
        var pipeline = process.Pipeline;
        await pipeline.WaitForAsync(MemoryDatabase.PositionOf(count).ToString(), null, cancellationToken).WaitAsync(_options.Timeout, cancellationToken).ConfigureAwait(false);
        await process.WhenReadAsync(count, cancellationToken).WaitAsync(_options.Timeout, cancellationToken).ConfigureAwait(false);
        if (_crashes.Pending is not null || (Hash64.Of(Hash64.Combine((ulong)_options.Seed, (ulong)count)) & 1) == 0)
        {
            await pipeline.CheckpointAsync(cancellationToken).WaitAsync(_options.Timeout, cancellationToken).ConfigureAwait(false);
        }
    }

    private PipelineHarnessException Failure(string what, Exception? cause) => new(Seed, $"Pipeline \"{_pipeline.Name}\" {what}", cause);
}
