using CdcLake.Connectors;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks.Commits;

/// <summary>
/// The opening of a table for a run: puts this run's token into the position table, so that an earlier one notices before it commits; ends what that has open, so that it cannot when it has
/// looked before; and finds out what is committed. Numbers of commits leave a gap then: what an earlier run still has on its way to the position table is below, and changes nothing there.
/// </summary>
internal sealed class PositionClaim(ClusterConnection connection, PositionTable positions, Labels labels, TimeProvider clock)
{
    // A load that had been announced and whose label is unknown never began, unless the server forgets labels faster than any is set to.
    private static readonly TimeSpan LabelsAreKept = TimeSpan.FromHours(1);

    // An earlier run may be about to write the number after the one that is there.
    private const int Gap = 2;

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
        var isGuarded = (await connection.Frontend.VersionAsync(cancellationToken).ConfigureAwait(false)).HasConditions;
        row = isGuarded ? await ClaimAsync(row, table, run, cancellationToken).ConfigureAwait(false) : row;
        row = await SettleAsync(row, table, opening.Pipeline, run, cancellationToken).ConfigureAwait(false);
        if (row.Position is null)
        {
            row = row with { Plan = opening.Fingerprint, Tables = opening.Tables }; // nothing is there that would be of another plan
        }

        row = row with { Number = row.Number + (isGuarded ? Gap : 0), Run = run.Token, PendingLabel = null, PendingPosition = null, WrittenAt = clock.GetUtcNow() };
        await WriteAsync(row, table, run, 'o', cancellationToken).ConfigureAwait(false);
        return row;
    }

    /// <summary>Only the token changes, and only where nobody has committed since: a commit has a higher number.</summary>
    private async Task<PositionRow> ClaimAsync(PositionRow row, TableName table, CommitRun run, CancellationToken cancellationToken)
    {
        await WriteAsync(row with { Run = string.Join(' ', [run.Token, .. row.Former(run.Token)]) }, table, run, 'c', cancellationToken).ConfigureAwait(false);
        var claimed = await positions.ReadAsync(table, cancellationToken).ConfigureAwait(false);
        return claimed is not null && claimed.Owner == run.Token
            ? claimed
            : throw Taken(table, row.Pipeline);
    }

    private static CommitConflictException Taken(TableName table, string pipeline) =>
        new($"StarRocks table {table} was committed to, or taken over, by another run of pipeline \"{pipeline}\" while this one opened it.") { IsTransient = true };

    private async Task WriteAsync(PositionRow row, TableName table, CommitRun run, char kind, CancellationToken cancellationToken)
    {
        using var piece = await positions.NewerPieceAsync([row], cancellationToken).ConfigureAwait(false);
        await labels.LoadAsync(piece, Labels.Of(table.ToString(), row.Number, run.Token, kind), cancellationToken).ConfigureAwait(false);
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

        // Prepared, and not announced yet.
        foreach (var former in row.Former(run.Token))
        {
            await labels.EndAsync(table.Database, Labels.Of(table.ToString(), row.Number + 1, former, 't'), cancellationToken).ConfigureAwait(false);
        }

        // A transaction over several tables carries their positions: once it is over, the row is the truth.
        var rows = await positions.ReadPipelineAsync(pipeline, cancellationToken).ConfigureAwait(false);
        var number = rows.Select(r => r.Number).DefaultIfEmpty(row.Number).Max();
        var ended = rows.SelectMany(r => r.Former(run.Token)).Concat(row.Former(run.Token)).ToHashSet(StringComparer.Ordinal);
        foreach (var former in ended)
        {
            var label = CommitRun.LabelOf(pipeline, table.Database, number + 1, former);
            if (await labels.EndAsync(table.Database, label, cancellationToken).ConfigureAwait(false) == Labels.Committed)
            {
                await labels.RequireVisibleAsync(table, label, cancellationToken).ConfigureAwait(false);
            }
        }

        // One of them may have announced a commit meanwhile; anybody else has come later.
        var last = await positions.ReadAsync(table, cancellationToken).ConfigureAwait(false) ?? row;
        if (last.Owner.Length > 0 && last.Owner != run.Token && !ended.Contains(last.Owner))
        {
            throw Taken(table, pipeline);
        }

        return last.PendingLabel is null ? last : await SettlePendingAsync(last, table, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PositionRow> SettlePendingAsync(PositionRow row, TableName table, CancellationToken cancellationToken)
    {
        var label = row.PendingLabel!;
        var state = await labels.EndAsync(table.Database, label, cancellationToken).ConfigureAwait(false);
        if (state == Labels.Committed)
        {
            await labels.RequireVisibleAsync(table, label, cancellationToken).ConfigureAwait(false);
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
}
