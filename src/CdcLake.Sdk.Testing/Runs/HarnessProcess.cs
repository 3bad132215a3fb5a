using CdcLake.Runtime;
using CdcLake.Testing.Crashes;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing.Runs;

/// <summary>One process of the pipeline, from its start to its end: the real plan, operators, channels, checkpoints and sinks, over servers in memory.</summary>
internal sealed class HarnessProcess : IAsyncDisposable
{
    /// <summary>Never by time: the harness says when.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly Task _run;

    private HarnessProcess(Pipeline pipeline, Life life)
    {
        (Pipeline, Life) = (pipeline, life);
        _run = pipeline.RunAsync();
    }

    public Pipeline Pipeline { get; }

    public Life Life { get; }

    /// <summary>Completes, or fails, when the process is over.</summary>
    public Task Ended => _run;

    /// <summary>Starts it.</summary>
    /// <param name="definition">The pipeline as the application builds it.</param>
    /// <param name="servers">What it finds.</param>
    /// <param name="crashes">When it is killed.</param>
    /// <param name="seed">Decides where epochs end.</param>
    /// <param name="clock">Source of all times.</param>
    public static HarnessProcess Start(PipelineDefinition definition, HarnessServers servers, CrashPlan crashes, int seed, TimeProvider clock)
    {
        var life = new Life(crashes);
        if (servers.StarRocks is { } starRocks)
        {
            starRocks.Gate = new StarRocksGate(life).Pass;
        }

        var targets = new HarnessTargets(servers, life);
        var here = definition with
        {
            CreateSource = () => new MemorySource(servers.MySql, seed, life, clock),
            Plan = targets.Replace(definition.Plan),
            Sinks = [.. definition.Sinks.Select(s => targets.Replace(s))],
            OpenCheckpoints = () => new MortalStore(servers.Checkpoints, life),
            CreateLease = () => null,
            Remake = null,
            Options = OptionsOf(definition.Options, life, clock),
        };
        return new HarnessProcess(new Pipeline(here).Attached(), life);
    }

    /// <summary>Waits until it has read so many transactions and can be asked for a checkpoint, or is over.</summary>
    public async Task WhenReadAsync(int count, CancellationToken cancellationToken)
    {
        await Life.WhenSentAsync(count, Ended, cancellationToken).ConfigureAwait(false);
        await Task.WhenAny(Pipeline.Begun, Ended).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends it as a kill does, and waits until nothing of it is left.</summary>
    public ValueTask DisposeAsync()
    {
        Life.End();
        Pipeline.Abort();
        return Pipeline.DisposeAsync();
    }

    private static PipelineOptions OptionsOf(PipelineOptions options, Life life, TimeProvider clock)
    {
        var mine = options.Copy();
        mine.CommitInterval = TimeSpan.Zero;
        mine.CheckpointInterval = Never;
        mine.TimeProvider = clock;
        mine.Lease = false;
        mine.DrainTimeout = TimeSpan.Zero; // a process that was killed waits for nobody
        mine.RetryFor = options.RetryFor == Timeout.InfiniteTimeSpan ? TimeSpan.FromSeconds(2) : options.RetryFor;
        mine.OnCommit = commit =>
        {
            life.Committed();
            if (!commit.Sink.StartsWith("iceberg(", StringComparison.Ordinal) && !commit.Sink.StartsWith("starrocks(", StringComparison.Ordinal))
            {
                life.Pass(CrashPoint.AfterPublish); // the application's own sink, which shows no earlier place
            }

            options.OnCommit?.Invoke(commit);
        };
        return mine;
    }
}
