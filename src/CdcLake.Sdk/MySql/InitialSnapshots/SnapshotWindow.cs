using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Reads the part of the log between the two marks of a cut into the overlays.</summary>
/// <param name="plan">Who reads.</param>
/// <param name="tables">The tables.</param>
/// <param name="overlays">One per table.</param>
/// <param name="settled">XA transactions that may have been prepared before the low mark and have ended before the views were opened.</param>
internal sealed class SnapshotWindow(
    SnapshotPlan plan, IReadOnlyList<SnapshotTable> tables, IReadOnlyList<TableOverlay> overlays, IReadOnlyCollection<XaId> settled) : ISourceOutput
{
    /// <summary>
    /// Reads all transactions outside <paramref name="low"/> up to the first transaction end at or behind <paramref name="high"/>; further ones do no harm.
    /// </summary>
    /// <returns>The cut's position.</returns>
    /// <exception cref="SchemaMismatchException">A captured table was altered in the window.</exception>
    public async Task<MySqlPosition> ReadAsync(ServerSession session, GtidSet low, BinlogStatus high, CancellationToken cancellationToken)
    {
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions
        {
            Tables = [.. tables.Select(t => t.Wide)],
            Executed = low,
            SettledXa = settled,
            Limits = new EpochLimits(int.MaxValue, TimeSpan.FromDays(1)),
            Clock = plan.Clock,
            Dialect = plan.Dialect,
            Dates = plan.Settings.Dates,
            StatementTables = [.. plan.Settings.StatementTables],
        });
        var connection = await session.OpenWireAsync(plan.Clock, "snapshot_window", cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await plan.Dialect.StartDumpAsync(connection, plan.Identity, low, untilEnd: true, cancellationToken).ConfigureAwait(false);
            processor.BeginStream(connection.Peer, checksum: true);
            await PumpAsync(connection, processor, high, cancellationToken).ConfigureAwait(false);
            await processor.FlushAsync(this, idle: true, cancellationToken).ConfigureAwait(false);
            return processor.Position;
        }
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"Not expected here: {change.Kind} of table {change.Table}.");

    public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            if (batch.MovesReferences)
            {
                throw new BinlogUnavailableException(
                    $"Rows of {tables[table].Definition.Name} were deleted, or got other keys, whenever the snapshot was to begin, and foreign keys change rows of other tables then, which the log does not tell. "
                    + "Start when there are fewer such changes.");
            }

            overlays[table].Apply(batch);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Report(SourceProgress progress)
    {
    }

    private async Task PumpAsync(WireConnection connection, BinlogEventProcessor processor, BinlogStatus high, CancellationToken cancellationToken)
    {
        while (true)
        {
            while (connection.TryReadEvent(out var binlogEvent))
            {
                processor.Process(binlogEvent);
                if (processor.NeedsFlush)
                {
                    await processor.FlushAsync(this, idle: false, cancellationToken).ConfigureAwait(false);
                }

                if (processor.AtTransactionEnd && high.IsReachedBy(processor.Position.File, processor.Position.Offset))
                {
                    return;
                }
            }

            if (connection.IsAtEnd)
            {
                return;
            }

            await connection.FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
