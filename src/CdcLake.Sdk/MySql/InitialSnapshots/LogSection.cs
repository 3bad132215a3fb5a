using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Reads a part of the log that lies before the end of a snapshot, with the columns that it needs.</summary>
/// <param name="plan">Who reads.</param>
/// <param name="tables">The tables.</param>
internal sealed class LogSection(SnapshotPlan plan, IReadOnlyList<SnapshotTable> tables)
{
    /// <summary>When epochs end towards the output.</summary>
    public EpochLimits Limits { get; init; } = new(int.MaxValue, TimeSpan.FromDays(1));

    /// <summary>True when views from before the end of the section are read after it: the tables must show the same rows in them.</summary>
    public bool GuardsViews { get; init; }

    /// <summary>By qualified name, up to where the log matters to a table; those without a mark it matters to all along.</summary>
    public IReadOnlyDictionary<string, BinlogStatus> Marks { get; init; } = new Dictionary<string, BinlogStatus>();

    /// <summary>XA transactions that may have been prepared before the section and have ended before the views were opened.</summary>
    public IReadOnlyCollection<XaId> Settled { get; init; } = [];

    /// <summary>
    /// Reads all transactions outside a set up to the first transaction end at or behind <paramref name="high"/>; further ones do no harm.
    /// </summary>
    /// <param name="session">At the server.</param>
    /// <param name="from">The set.</param>
    /// <param name="high">Null reads to the end of the log.</param>
    /// <param name="output">Gets the changes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where it ended.</returns>
    /// <exception cref="SchemaMismatchException">A captured table was altered in it.</exception>
    public async Task<MySqlPosition> ReadAsync(ServerSession session, GtidSet from, BinlogStatus? high, ISourceOutput output, CancellationToken cancellationToken)
    {
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions
        {
            Tables = [.. tables.Select(t => t.Wide)],
            Executed = from,
            SettledXa = Settled,
            Limits = Limits,
            Clock = plan.Clock,
            Dates = plan.Settings.Dates,
            StatementTables = [.. plan.Settings.StatementTables],
            GuardsViews = GuardsViews,
        });
        var connection = await session.OpenWireAsync(plan.Clock, "snapshot_window", cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await ServerDialects.Of(session).StartDumpAsync(connection, plan.Identity, from, untilEnd: true, cancellationToken).ConfigureAwait(false);
            processor.BeginStream(connection.Peer, checksum: true);
            await PumpAsync(connection, processor, high, output, InOrder(), cancellationToken).ConfigureAwait(false);
            await processor.FlushAsync(output, idle: true, cancellationToken).ConfigureAwait(false);
            return processor.Position;
        }
    }

    private Queue<KeyValuePair<string, BinlogStatus>> InOrder() =>
        new(Marks.Where(m => tables.Any(t => t.Capture.Table.Name == m.Key)).OrderBy(m => LogFile.NumberOf(m.Value.File)).ThenBy(m => m.Value.Offset));

    private static async Task PumpAsync(
        WireConnection connection, BinlogEventProcessor processor, BinlogStatus? high, ISourceOutput output, Queue<KeyValuePair<string, BinlogStatus>> marks, CancellationToken cancellationToken)
    {
        while (true)
        {
            while (connection.TryReadEvent(out var binlogEvent))
            {
                processor.Process(binlogEvent);
                while (marks.Count > 0 && processor.AtTransactionEnd && marks.Peek().Value.IsReachedBy(processor.Position.File, processor.Position.Offset))
                {
                    processor.RemoveTable(marks.Dequeue().Key);
                }

                if (processor.NeedsFlush)
                {
                    await processor.FlushAsync(output, idle: false, cancellationToken).ConfigureAwait(false);
                }

                if (high is not null && processor.AtTransactionEnd && high.IsReachedBy(processor.Position.File, processor.Position.Offset))
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
