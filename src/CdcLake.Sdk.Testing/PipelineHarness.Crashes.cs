using CdcLake.Common;
using CdcLake.Testing.Results;
using CdcLake.Testing.Runs;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing;

/// <content>Kills, and what has to be true after them.</content>
public sealed partial class PipelineHarness
{
    private const ulong PassesOfACommit = 6;

    /// <summary>
    /// Has the pipeline killed within what is written next, as by <c>kill -9</c>, and started again; the write is done when the new process shows it. A write during which the pipeline does not come
    /// by the point fails.
    /// </summary>
    /// <param name="point">Where.</param>
    /// <param name="pass">Which time it comes by there; 1 is the next.</param>
    public void CrashAt(CrashPoint point, int pass = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pass);
        _crashes.Arm(point, pass);
    }

    /// <summary>
    /// Kills the pipeline within a commit and checkpoint of a position, at a point that the seed chooses, starts it again, and compares the rows of every Iceberg and StarRocks target with
    /// those of before. To kill it within a commit of rows, use <see cref="CrashAt"/>.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RowMismatchException">Rows were lost, doubled or changed.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed.</exception>
    public async Task CrashAndRestartAsync(CancellationToken cancellationToken = default)
    {
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        await SettleHereAsync(cancellationToken).ConfigureAwait(false);
        var before = await TextsAsync(cancellationToken).ConfigureAwait(false);
        var chance = Hash64.Of(Hash64.Combine((ulong)Seed, ~(ulong)_servers.Database.Count));
        _crashes.Arm(null, 1 + (int)(chance % PassesOfACommit));
        _servers.Database.Commit(new MemoryTransaction(_clock), _clock.GetUtcNow());
        await SettleHereAsync(cancellationToken, killsAtLast: true).ConfigureAwait(false);
        var after = await TextsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var ((sink, expected), (_, actual)) in before.Zip(after))
        {
            Compare(sink.Name, "what it was before the crash", expected, actual);
        }
    }

    /// <summary>
    /// Compares every Iceberg and StarRocks target and every view with the pipeline's query over the tables as they are now, evaluated from nothing: no changes, no state, no restart. What was
    /// kept up to date change by change has to be the same. Sinks that are classes of the application are left out.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RowMismatchException">They differ.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed.</exception>
    public async Task AssertMatchesBatchAsync(CancellationToken cancellationToken = default)
    {
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        await SettleHereAsync(cancellationToken).ConfigureAwait(false);
        var targets = _sinks.Select(s => new CollectingTarget(s.Name, s.TextOf)).ToList();
        await BatchRun.RunAsync(_pipeline.Definition, _servers.Database.Copy(), targets, _clock, _options.Timeout, cancellationToken).ConfigureAwait(false);
        foreach (var (sink, target) in _sinks.Zip(targets).Where(p => p.First.IsReadable))
        {
            Compare(sink.Name, "the query over the tables as they are", target.Rows, await sink.ReadTextsAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    private async Task<List<(SinkTable Sink, IReadOnlyList<string> Rows)>> TextsAsync(CancellationToken cancellationToken)
    {
        var all = new List<(SinkTable, IReadOnlyList<string>)>();
        foreach (var sink in _sinks.Where(s => s.IsReadable))
        {
            all.Add((sink, await sink.ReadTextsAsync(cancellationToken).ConfigureAwait(false)));
        }

        return all;
    }

    private void Compare(string sink, string expectation, IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var (missing, unexpected) = (RowText.Except(expected, actual), RowText.Except(actual, expected));
        if (missing.Count + unexpected.Count > 0)
        {
            throw new RowMismatchException(Seed, sink, expectation, missing, unexpected);
        }
    }
}
