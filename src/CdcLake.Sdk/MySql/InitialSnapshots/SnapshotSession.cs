using CdcLake.Connectors;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>What a snapshot reads and how it connects.</summary>
/// <param name="Options">The server.</param>
/// <param name="Identity">Who reads the log between the marks.</param>
/// <param name="Captures">What the plan wants, in its order.</param>
/// <param name="Workers">Views to read from at most.</param>
/// <param name="Clock">Measures time limits.</param>
internal sealed record SnapshotSession(
    MySqlConnectionOptions Options, ReplicaIdentity Identity, IReadOnlyList<TableCapture> Captures, int Workers, TimeProvider Clock)
{
    // character_set_results=NULL: text comes as stored, as in the log. The lock wait is short because an ALTER that waits blocks the application.
    private const string Settings =
        "SET SESSION character_set_results=NULL, transaction_isolation='REPEATABLE-READ', lock_wait_timeout=10, sql_select_limit=DEFAULT, max_execution_time=0";

    public Task<MySqlConnection> OpenAsync(CancellationToken cancellationToken) => MySqlConnection.OpenAsync(Options, Clock, "snapshot", cancellationToken);

    /// <summary>Connections with the settings of a view; not more than there are tables.</summary>
    public async Task<IReadOnlyList<MySqlConnection>> OpenViewsAsync(int tables, CancellationToken cancellationToken)
    {
        var views = new List<MySqlConnection>();
        try
        {
            for (var i = 0; i < Math.Clamp(Workers, 1, Math.Max(1, tables)); i++)
            {
                views.Add(await OpenAsync(cancellationToken).ConfigureAwait(false));
                await views[^1].ExecuteAsync(Settings, cancellationToken).ConfigureAwait(false);
            }

            return views;
        }
        catch
        {
            foreach (var view in views)
            {
                await view.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>The tables as they are now.</summary>
    /// <exception cref="SchemaMismatchException">One is not as the plan was made for.</exception>
    /// <exception cref="BinlogUnavailableException">The engine of one has no consistent views.</exception>
    public async Task<IReadOnlyList<SnapshotTable>> ReadTablesAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = await ReadDefinitionsAsync(connection, cancellationToken).ConfigureAwait(false);
        var foreign = tables.FirstOrDefault(t => !t.IsTransactional);
        return foreign is null
            ? [.. Captures.Zip(tables, (capture, table) => new SnapshotTable(capture, table))]
            : throw new BinlogUnavailableException(
                $"Table {foreign.Name} uses engine {foreign.Engine}, of which no consistent view can be read. Run: ALTER TABLE {foreign.Name.Quoted} ENGINE=InnoDB;");
    }

    /// <summary>Compares the tables with their definitions that were read before.</summary>
    /// <exception cref="SchemaMismatchException">One was altered.</exception>
    public async Task CheckUnchangedAsync(IReadOnlyList<SnapshotTable> tables, MySqlConnection connection, CancellationToken cancellationToken)
    {
        var now = await ReadDefinitionsAsync(connection, cancellationToken).ConfigureAwait(false);
        foreach (var (before, after) in tables.Zip(now))
        {
            if (!before.Definition.Describe("").Schema.Equals(after.Describe("").Schema)
                || !before.Definition.Columns.Select(c => c.NativeType).SequenceEqual(after.Columns.Select(c => c.NativeType))
                || !before.Definition.Key.SequenceEqual(after.Key))
            {
                throw Altered(after.Name, null);
            }
        }
    }

    public static SchemaMismatchException Altered(MySqlTableName table, Exception? cause) =>
        new($"Table {table} was altered while its snapshot was to begin. Start again when its definition has settled.", cause);

    private Task<IReadOnlyList<TableDefinition>> ReadDefinitionsAsync(MySqlConnection connection, CancellationToken cancellationToken) =>
        new TableReader(connection).ReadAsync([.. Captures.Select(c => MySqlTableName.Parse(c.Table.Name, Options.Database))], cancellationToken);
}
