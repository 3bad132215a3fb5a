using CdcLake.Connectors;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>What a snapshot reads and how.</summary>
/// <param name="Identity">Who reads the log between the marks.</param>
/// <param name="Captures">What the pipeline wants, in its order.</param>
/// <param name="Names">The tables of the captures.</param>
/// <param name="Settings">Views to read from, and how long to wait.</param>
/// <param name="Clock">Measures time limits.</param>
internal sealed record SnapshotPlan(
    ReplicaIdentity Identity, IReadOnlyList<TableCapture> Captures, IReadOnlyList<MySqlTableName> Names, MySqlSourceOptions Settings, TimeProvider Clock)
{
    /// <summary>Where progress is counted.</summary>
    public SourceMeter Meter { get; init; } = new(Clock);

    /// <summary>True when the rows may be sent in parts, so that a restart goes on where it was.</summary>
    public bool TakesParts { get; init; }

    /// <summary>The fewest rows of a range that one of several readers takes; a table that has less than two of these is read by one.</summary>
    public int SmallestRange { get; init; } = 1 << 15;

    /// <summary>How long the first part of a run is; zero ends one after each batch.</summary>
    public TimeSpan FirstPart { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The tables as they are now, none of them read but for what was before.</summary>
    /// <param name="session">At the server.</param>
    /// <param name="before">What was read before a restart; null for a new snapshot.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SchemaMismatchException">One does not exist any more.</exception>
    /// <exception cref="TableRedefinedException">One is not as the plan was made for, or as it was when it was read in part.</exception>
    /// <exception cref="BinlogUnavailableException">The engine of one has no consistent views.</exception>
    public async Task<IReadOnlyList<TableReading>> ReadTablesAsync(ServerSession session, SnapshotProgress? before, CancellationToken cancellationToken)
    {
        var tables = await new TableReader(session, Settings.Dates, Settings.CompletePartialRows).ReadAsync(Names, cancellationToken).ConfigureAwait(false);
        if (tables.FirstOrDefault(t => !t.IsTransactional) is { } foreign)
        {
            throw new BinlogUnavailableException(
                $"Table {foreign.Name} uses engine {foreign.Engine}, of which no consistent view can be read. Run: ALTER TABLE {foreign.Name.Quoted} ENGINE=InnoDB;");
        }

        var readings = new List<TableReading>();
        foreach (var (capture, definition) in Captures.Zip(tables))
        {
            var table = new SnapshotTable(capture, definition);
            var progress = before?.Tables.GetValueOrDefault(capture.Table.Name);
            var order = TakesParts || Settings.SnapshotWorkers > 1 ? await KeyOrder.FindAsync(session, table, isKnown: progress is { Ranges.Count: > 0 }, cancellationToken).ConfigureAwait(false) : null;
            if (progress is not null && (!progress.Key.SequenceEqual(definition.Key.Select(k => definition.Columns[k].Name)) || (order is null && progress.Ranges.Count > 0)))
            {
                throw new TableRedefinedException($"Table {definition.Name} got another key while its snapshot was interrupted. It is read anew.");
            }

            readings.Add(new TableReading(table, order, progress));
        }

        return readings;
    }
}
