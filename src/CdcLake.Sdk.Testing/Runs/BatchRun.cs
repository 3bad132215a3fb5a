using CdcLake.Runtime;
using CdcLake.Testing.Crashes;
using CdcLake.Testing.Lake;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing.Runs;

/// <summary>The pipeline's query once more, from nothing over the tables as they are: one complete snapshot, no changes, no state from before, targets that only collect.</summary>
internal static class BatchRun
{
    /// <param name="definition">The pipeline as the application builds it.</param>
    /// <param name="database">A server of its own.</param>
    /// <param name="targets">One for each sink.</param>
    /// <param name="clock">Source of all times.</param>
    /// <param name="timeout">In real time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task RunAsync(
        PipelineDefinition definition, MemoryDatabase database, IReadOnlyList<CollectingTarget> targets, TimeProvider clock, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var life = new Life(new CrashPlan(0, 0));
        var options = definition.Options.Copy();
        options.OnCommit = null;
        options.LoggerFactory = null;
        options.TimeProvider = clock;
        options.Lease = false;
        var store = new MemoryObjectStore("memory://batch/", clock);
        var pipeline = new Pipeline(definition with
        {
            CreateSource = () => new MemorySource(new MemoryServer(database), 0, life, clock),
            Sinks = targets,
            OpenCheckpoints = () => store,
            CreateLease = () => null,
            Remake = null,
            Options = options,
        });
        await using (pipeline.ConfigureAwait(false))
        {
            _ = pipeline.RunAsync(CancellationToken.None); // its outcome is that of the waiting
            try
            {
                await pipeline.WaitForGtidAsync(MemoryServer.PositionOf(0).ToString(), null, cancellationToken).WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                life.End();
            }
        }
    }
}
