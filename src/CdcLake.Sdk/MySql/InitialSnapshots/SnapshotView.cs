using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>
/// A consistent view of all tables at one instant, read table by table. A table is locked against ALTER only while it is read: its read begins at a savepoint, and rolling back
/// to that lets go of the lock but keeps the view.
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

    /// <summary>Begins to read a table, whose definition cannot change from here on until <see cref="EndTableAsync"/>.</summary>
    /// <exception cref="SchemaMismatchException">Transient: the table was altered after the view was taken.</exception>
    /// <exception cref="MySqlServerException">Error 1205: somebody else's ALTER TABLE waits or runs; nothing has happened, ask again.</exception>
    public async Task<PreparedStatement> BeginTableAsync(SnapshotTable table, string select, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("SAVEPOINT cdclake", cancellationToken).ConfigureAwait(false);
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

    /// <summary>All rows were taken: lets go of the table.</summary>
    public async Task EndTableAsync(PreparedStatement statement, CancellationToken cancellationToken)
    {
        await connection.CloseAsync(statement, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync("ROLLBACK TO SAVEPOINT cdclake", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the view, so that the server may clean up behind it.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
