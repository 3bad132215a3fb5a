using CdcLake.Common;
using CdcLake.Testing.Crashes;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing.Runs;

/// <summary>The processes of the pipeline, one after the other: waits for the one that runs, and starts the next where it was killed. One call at a time.</summary>
/// <param name="pipeline">As the application builds it.</param>
/// <param name="servers">What it finds.</param>
/// <param name="crashes">When it is killed.</param>
/// <param name="options">Seed and patience.</param>
/// <param name="clock">Source of all times.</param>
internal sealed class HarnessRuns(Pipeline pipeline, HarnessServers servers, CrashPlan crashes, PipelineHarnessOptions options, TimeProvider clock) : IAsyncDisposable
{
    private const int MostRestarts = 200;

    /// <summary>The process that runs now.</summary>
    public HarnessProcess Current { get; private set; } = HarnessProcess.Start(pipeline.Definition, servers, crashes, options.Seed, clock);

    /// <summary>Waits until every target shows all transactions, in as many processes as that takes.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="killsAtLast">A kill that was asked for happens at the latest when nothing is left to do.</param>
    /// <param name="checkpoints">The state of that position is in the newest checkpoint then.</param>
    /// <exception cref="PipelineHarnessException">The pipeline failed.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken, bool killsAtLast = false, bool checkpoints = false)
    {
        var count = servers.MySql.Count;
        for (var restarts = 0; !await IsSettledAsync(count, killsAtLast, checkpoints, cancellationToken).ConfigureAwait(false); restarts++)
        {
            await Current.DisposeAsync().ConfigureAwait(false);
            Current = restarts < MostRestarts ? Start() : throw Failure($"was killed {MostRestarts} times and never got to {MemoryServer.PositionOf(count)}. Choose a lower CrashRate.", null);
        }

        if (crashes.Pending is { } pending)
        {
            crashes.Disarm();
            throw Failure($"was to be killed, but did not come by ({pending}): a pipeline without state has no checkpoints, and one target nothing between targets. Arm another point", null);
        }
    }

    public ValueTask DisposeAsync() => Current.DisposeAsync();

    // False when the process was killed meanwhile.
    private async Task<bool> IsSettledAsync(int count, bool killsAtLast, bool checkpoints, CancellationToken cancellationToken)
    {
        var process = Current;
        try
        {
            await ReachAsync(process, count, checkpoints, cancellationToken).ConfigureAwait(false);
            if (killsAtLast && crashes.Pending is not null)
            {
                crashes.Disarm();
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
            throw Failure($"does not show {MemoryServer.PositionOf(count)} after {options.Timeout}: it is {status.State}{(status.Detail is { } detail ? $", {detail}" : "")}{(status.LastError is { } last ? $"; its last error: {last}" : "")}", error);
        }
        catch (InvalidOperationException error)
        {
            await process.Ended.WaitAsync(options.Timeout, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var cause = process.Ended.Exception?.InnerException ?? error.InnerException ?? error;
            throw Failure($"failed: {cause.Message}", cause);
        }
    }

    // Every target first, those included of tables that are read once the log is; then, where the caller, chance or a crash that waits for it says so, a checkpoint.
    private async Task ReachAsync(HarnessProcess process, int count, bool checkpoints, CancellationToken cancellationToken)
    {
        var (running, gtid) = (process.Pipeline, MemoryServer.PositionOf(count).ToString());
        await running.WaitForGtidAsync(gtid, null, cancellationToken).WaitAsync(options.Timeout, cancellationToken).ConfigureAwait(false);
        await process.WhenReadAsync(count, cancellationToken).WaitAsync(options.Timeout, cancellationToken).ConfigureAwait(false);
        if (process.Ended.IsFaulted)
        {
            throw new InvalidOperationException("The pipeline ended, and of its targets those that are left show all."); // over one that it was not to lose
        }

        await running.WaitForGtidAsync(gtid, null, cancellationToken).WaitAsync(options.Timeout, cancellationToken).ConfigureAwait(false);
        if (checkpoints || crashes.Pending is not null || (Hash64.Of(Hash64.Combine((ulong)options.Seed, (ulong)count)) & 1) == 0)
        {
            await running.CheckpointAsync(cancellationToken).WaitAsync(options.Timeout, cancellationToken).ConfigureAwait(false);
        }
    }

    private PipelineHarnessException Failure(string what, Exception? cause) => new(options.Seed, $"Pipeline \"{pipeline.Name}\" {what}", cause);

    private HarnessProcess Start() => HarnessProcess.Start(pipeline.Definition, servers, crashes, options.Seed, clock);
}
