using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Dialects;
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

    /// <summary>How this kind of server is asked.</summary>
    public IServerDialect Dialect { get; init; } = new MySqlDialect();

    /// <summary>The tables as they are now.</summary>
    /// <exception cref="SchemaMismatchException">One does not exist any more.</exception>
    /// <exception cref="TableRedefinedException">One is not as the plan was made for.</exception>
    /// <exception cref="BinlogUnavailableException">The engine of one has no consistent views.</exception>
    public async Task<IReadOnlyList<SnapshotTable>> ReadTablesAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var tables = await new TableReader(session, Settings.Dates).ReadAsync(Names, cancellationToken).ConfigureAwait(false);
        var foreign = tables.FirstOrDefault(t => !t.IsTransactional);
        return foreign is null
            ? [.. Captures.Zip(tables, (capture, table) => new SnapshotTable(capture, table))]
            : throw new BinlogUnavailableException(
                $"Table {foreign.Name} uses engine {foreign.Engine}, of which no consistent view can be read. Run: ALTER TABLE {foreign.Name.Quoted} ENGINE=InnoDB;");
    }
}
