using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>
/// A consistent view of all tables at one instant, read table by table. A table is locked against ALTER only while it is read: that begins at a savepoint, and rolling back
/// to it lets go of the lock but keeps the view.
/// </summary>
/// <param name="connection">Owned.</param>
internal sealed class SnapshotView(WireConnection connection) : IAsyncDisposable
{
    // character_set_results=NULL: text comes as stored, as in the log. Who waits for a metadata lock holds nobody up, so the wait may be long; it is done in slices.
    private const string Settings = "SET SESSION character_set_results=NULL, lock_wait_timeout=5";

    /// <summary>The connection, while a table is read.</summary>
    public WireConnection Connection => connection;

    /// <summary>A session with the settings of a view, at the very server of another session.</summary>
    public static async Task<SnapshotView> OpenAsync(ServerSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        var connection = await session.OpenWireAsync(clock, "snapshot", cancellationToken).ConfigureAwait(false);
        try
        {
            await connection.ExecuteAsync(Settings, cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", cancellationToken).ConfigureAwait(false);
            return new SnapshotView(connection);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes the view; one that was taken before is given up.</summary>
    public Task TakeAsync(CancellationToken cancellationToken) => connection.ExecuteAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", cancellationToken);

    /// <summary>Holds a table, whose definition cannot change from here on until <see cref="LeaveTableAsync"/>.</summary>
    /// <exception cref="SchemaMismatchException">Transient: the table was altered after the view was taken.</exception>
    /// <exception cref="MySqlServerException">Error 1205: somebody else's ALTER TABLE waits or runs; nothing has happened, ask again.</exception>
    public async Task EnterTableAsync(SnapshotTable table, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("SAVEPOINT cdclake", cancellationToken).ConfigureAwait(false);
        try
        {
            await connection.ExecuteAsync($"SELECT 1 FROM {table.Definition.Name.Quoted} LIMIT 0", cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (IsAltered(error))
        {
            throw SnapshotTable.Altered(table.Definition.Name, error);
        }
    }

    /// <summary>Begins to read rows of a table that is held.</summary>
    /// <exception cref="SchemaMismatchException">Transient: the table was altered after the view was taken.</exception>
    public async Task<PreparedStatement> BeginReadAsync(SnapshotTable table, string select, CancellationToken cancellationToken)
    {
        try
        {
            var statement = await connection.PrepareAsync(select, cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(statement, default, cancellationToken).ConfigureAwait(false);
            return statement;
        }
        catch (MySqlServerException error) when (IsAltered(error))
        {
            throw SnapshotTable.Altered(table.Definition.Name, error);
        }
    }

    /// <summary>True for an error that says that the table is not any more what the view shows; it may come with the first rows only.</summary>
    public static bool IsAltered(MySqlServerException error) => error.Code is ServerErrors.TableDefinitionChanged or ServerErrors.NoSuchTable or ServerErrors.UnknownColumn;

    /// <summary>All rows were taken.</summary>
    public Task EndReadAsync(PreparedStatement statement, CancellationToken cancellationToken) => connection.CloseAsync(statement, cancellationToken);

    /// <summary>Lets go of the table.</summary>
    public Task LeaveTableAsync(CancellationToken cancellationToken) => connection.ExecuteAsync("ROLLBACK TO SAVEPOINT cdclake", cancellationToken);

    /// <summary>Ends the view, so that the server may clean up behind it.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
