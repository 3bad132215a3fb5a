using CdcLake.Connectors;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks.Commits;

/// <summary>
/// The opening of a table for a run: finds out what is committed, ends what an earlier run left open, and puts this run's token into the position table, so that the earlier one cannot
/// commit any more.
/// </summary>
internal sealed class PositionClaim(ClusterConnection connection, PositionTable positions, Labels labels, TimeProvider clock)
{
    // A load that had been announced and whose label is unknown never began, unless the server forgets labels faster than any is set to.
    private static readonly TimeSpan LabelsAreKept = TimeSpan.FromHours(1);

    /// <exception cref="CatalogException">The table is another pipeline's, or nobody knows what its rows are.</exception>
    /// <exception cref="PlanChangedException">It holds the result of another computation.</exception>
    /// <exception cref="StarRocksLoadException">Whether the last commit happened cannot be found out.</exception>
    public async Task<PositionRow> TakeAsync(TableName table, SinkOpening opening, CommitRun run, CancellationToken cancellationToken)
    {
        var row = await positions.ReadAsync(table, cancellationToken).ConfigureAwait(false);
        if (row is null)
        {
            await RequireEmptyAsync(table, cancellationToken).ConfigureAwait(false);
            row = new PositionRow(table.Table, opening.Pipeline, opening.Fingerprint, 0, "", null) { Tables = opening.Tables };
        }

        Check(row, table, opening);
        row = await SettleAsync(row, table, opening.Pipeline, run, cancellationToken).ConfigureAwait(false);
        if (row.Position is null)
        {
            row = row with { Plan = opening.Fingerprint, Tables = opening.Tables }; // nothing is there that would be of another plan
        }

        row = row with { Run = run.Token, PendingLabel = null, PendingPosition = null, WrittenAt = clock.GetUtcNow() };
        using var piece = positions.Piece([row]);
        await labels.LoadAsync(piece, Labels.Of(table.ToString(), row.Number, run.Token, 'o'), cancellationToken).ConfigureAwait(false);
        return row;
    }

    private async Task RequireEmptyAsync(TableName table, CancellationToken cancellationToken)
    {
        if ((await connection.Frontend.QueryAsync($"SELECT 1 FROM {table.Quoted} LIMIT 1", cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            throw new CatalogException(
                $"StarRocks table {table} holds rows, and {positions.Name} does not say which pipeline they are of and what they stand for. Write to another table, or empty this one (TRUNCATE TABLE {table.Quoted}): it is then filled from the source.");
        }
    }

    private void Check(PositionRow row, TableName table, SinkOpening opening)
    {
        if (row.Pipeline != opening.Pipeline)
        {
            throw new CatalogException(
                $"StarRocks table {table} belongs to pipeline \"{row.Pipeline}\", not to \"{opening.Pipeline}\". Use the former name, another table, or drop the table and its row in {positions.Name}.");
        }

        if (row.Plan.Length > 0 && opening.Fingerprint.Length > 0 && row.Plan != opening.Fingerprint && !row.MayBeReplaced(opening))
        {
            throw new PlanChangedException(
                $"StarRocks table {table} holds the result of another computation than pipeline \"{opening.Pipeline}\" does now (plan {row.Plan}, now {opening.Fingerprint}): a condition, an expression, a key or an input changed. "
                + $"Change the pipeline back, write to another table, or drop this one with its row in {positions.Name} and delete the pipeline's checkpoint folder: it is then built anew from the source.");
        }
    }

    /// <summary>What is certain after everything that earlier runs began is over.</summary>
    private async Task<PositionRow> SettleAsync(PositionRow row, TableName table, string pipeline, CommitRun run, CancellationToken cancellationToken)
    {
        if (row.PendingLabel is not null)
        {
            return await SettlePendingAsync(row, table, cancellationToken).ConfigureAwait(false);
        }

        if (row.Run.Length == 0)
        {
            return row;
        }

        // Prepared, and not announced yet.
        await labels.EndAsync(table.Database, Labels.Of(table.ToString(), row.Number + 1, row.Run, 't'), cancellationToken).ConfigureAwait(false);

        // A transaction over several tables carries their positions: once it is over, the row is the truth.
        var rows = await positions.ReadPipelineAsync(pipeline, cancellationToken).ConfigureAwait(false);
        var number = rows.Max(r => r.Number);
        foreach (var former in rows.Select(r => r.Run).Where(r => r != run.Token && r.Length > 0).Distinct(StringComparer.Ordinal))
        {
            var label = CommitRun.LabelOf(pipeline, table.Database, number + 1, former);
            var state = await labels.EndAsync(table.Database, label, cancellationToken).ConfigureAwait(false);
            if (state == Labels.Committed && !await labels.IsVisibleSoonAsync(table.Database, label, cancellationToken).ConfigureAwait(false))
            {
                throw NotVisible(table, label);
            }
        }

        return await positions.ReadAsync(table, cancellationToken).ConfigureAwait(false) ?? row;
    }

    private async Task<PositionRow> SettlePendingAsync(PositionRow row, TableName table, CancellationToken cancellationToken)
    {
        var label = row.PendingLabel!;
        var state = await labels.EndAsync(table.Database, label, cancellationToken).ConfigureAwait(false);
        if (state == Labels.Committed && !await labels.IsVisibleSoonAsync(table.Database, label, cancellationToken).ConfigureAwait(false))
        {
            throw NotVisible(table, label);
        }

        var isLoad = label.EndsWith("_l", StringComparison.Ordinal);
        if (state == Labels.Unknown && !(isLoad && clock.GetUtcNow() - row.WrittenAt < LabelsAreKept))
        {
            throw new StarRocksLoadException(
                $"Nobody knows whether the last commit of pipeline \"{row.Pipeline}\" reached StarRocks table {table}: the cluster has forgotten its label {label} (it keeps labels for three days, label_keep_max_second). "
                + $"Empty the table and delete its row in {positions.Name}: it is then filled anew from the source.") { Label = label };
        }

        return row with { Position = Labels.IsDone(state) ? row.PendingPosition : row.Position, PendingLabel = null, PendingPosition = null };
    }

    private static StarRocksLoadException NotVisible(TableName table, string label) =>
        new($"The last commit to StarRocks table {table} is not visible yet (label {label}): the cluster publishes it late.") { IsTransient = true, Label = label };
}
