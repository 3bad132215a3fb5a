using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Planning;
using CdcLake.Planning.Binding;

namespace CdcLake.Runtime;

// What a target shows stands for a position T. A view of the source is opened at a later moment V, and the log between T and V says which keys changed meanwhile. All other rows must be
// the same on both sides: exactly, without a lock, and whether the pipeline runs or not.

/// <summary>Compares targets with the tables they are replicas of.</summary>
/// <param name="definition">The pipeline.</param>
internal sealed class Verification(PipelineDefinition definition)
{
    // The source's definition of a table is ahead of the target's until the pipeline has passed and committed the change.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="SchemaMismatchException">A table has other columns than when its target was committed, and the pipeline did not follow within half a minute.</exception>
    /// <exception cref="CdcLakeException">Source or target cannot be read.</exception>
    public async Task<VerificationReport> RunAsync(CancellationToken cancellationToken)
    {
        var source = definition.CreateSource();
        await using var _ = source.ConfigureAwait(false);
        var clock = definition.Options.TimeProvider;
        var pauses = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2), seed: 0);
        var sinks = new List<SinkVerification>();
        var altered = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await VerifyAsync(source, sinks, () => altered = clock.GetTimestamp(), cancellationToken).ConfigureAwait(false);
                return new VerificationReport(sinks);
            }
            catch (SchemaMismatchException) when (clock.GetElapsedTime(altered) < Patience)
            {
                await Task.Delay(pauses.Next(), clock, cancellationToken).ConfigureAwait(false);
            }
            catch (SchemaMismatchException error) when (error.IsTransient)
            {
                throw new SchemaMismatchException(
                    $"What pipeline \"{definition.Name}\" committed lies before a change of a table, and it did not commit behind that within {Patience.TotalSeconds} s: it is stopped, or far behind. Verify when it has caught up. ({error.Message})",
                    error) { IsTransient = true };
            }
        }
    }

    // Goes on behind those that were compared; the tables are described anew.
    private async Task VerifyAsync(ISource source, List<SinkVerification> sinks, Action compared, CancellationToken cancellationToken)
    {
        var tables = await definition.DescribeAsync(source, cancellationToken).ConfigureAwait(false);
        var logical = definition.Plan.Of(tables.Values);
        var plan = Planner.Bind(logical, tables);
        foreach (var (sink, target) in plan.Sinks.Zip(definition.TargetsOf(logical)).Where(s => !sinks.Exists(done => done.Name == s.First.Name)))
        {
            sinks.Add(await VerifyAsync(source, plan, sink, target, cancellationToken).ConfigureAwait(false));
            compared();
        }
    }

    private async Task<SinkVerification> VerifyAsync(ISource source, BoundPlan plan, SinkNode sink, ISinkTarget target, CancellationToken cancellationToken)
    {
        if (TableOf(sink.Input) is not { } table || !sink.Key.Select(k => plan.Captures[table.Table].Columns[k]).ToHashSet().SetEquals(plan.Captures[table.Table].Table.PrimaryKey))
        {
            return Not(sink, "it is not a table as it is, with its primary key: only such can be compared row by row");
        }

        if (target is not IComparableTarget comparable)
        {
            return Not(sink, "its target is not read back");
        }

        var opening = new SinkOpening(definition.Name, sink.Schema, sink.Key, definition.Options.TimeProvider, sink.Fingerprint);
        if (await comparable.OpenRowsAsync(opening, cancellationToken).ConfigureAwait(false) is not { } rows)
        {
            return Not(sink, "nothing was committed yet");
        }

        var position = source.ParsePosition(rows.Position);
        if (position.Since is not null)
        {
            return Not(sink, "it began in the middle of the log, without the rows from before");
        }

        var view = await source.OpenViewAsync([plan.Captures[table.Table]], position, cancellationToken).ConfigureAwait(false);
        if (view is null)
        {
            return Not(sink, "the source has no tables that could be read beside its log");
        }

        await using (view.ConfigureAwait(false))
        {
            return await CompareAsync(sink, position, view, rows, cancellationToken).ConfigureAwait(false);
        }
    }

    // Rows that were completed are those of the table.
    private static TableNode? TableOf(PlanNode node) => node is CompleteRowsNode { Table: var table } whole && whole.Columns.SequenceEqual(Enumerable.Range(0, table.Schema.Count)) ? table : node as TableNode;

    private static async Task<SinkVerification> CompareAsync(SinkNode sink, SourcePosition position, ISourceView view, ITargetRows target, CancellationToken cancellationToken)
    {
        using var comparison = new RowComparison(sink.Schema, sink.Key);
        var rows = await EachAsync(view, target, comparison.Sum, cancellationToken).ConfigureAwait(false);
        var differing = comparison.DifferingRanges;
        if (comparison.BeginLook())
        {
            await EachAsync(view, target, comparison.Look, cancellationToken).ConfigureAwait(false);
        }

        return new SinkVerification(sink.Name)
        {
            Position = position.ToString(),
            Rows = rows,
            ChangedMeanwhile = view.Changed(0),
            DifferingRanges = differing,
            Differences = comparison.Differences(),
        };
    }

    // Gives the number of the source's rows.
    private static async Task<long> EachAsync(ISourceView view, ITargetRows target, Action<ChangeBatch, bool> take, CancellationToken cancellationToken)
    {
        var rows = 0L;
        await foreach (var batch in view.ReadAsync(0, cancellationToken).ConfigureAwait(false))
        {
            using var held = target.AsHeld(batch);
            rows += held.Count;
            take(held, true);
        }

        await foreach (var batch in target.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            using var others = view.WithoutChanged(0, batch);
            take(others, false);
        }

        return rows;
    }

    private static SinkVerification Not(SinkNode sink, string reason) => new(sink.Name) { NotComparedBecause = reason };
}
