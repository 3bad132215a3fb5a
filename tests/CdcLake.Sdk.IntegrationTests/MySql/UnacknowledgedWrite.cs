using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>
/// A write that the log has and <c>gtid_executed</c> has not, for as long as this lives: it waits for the word of a replica that does not exist. Whenever a snapshot is to begin meanwhile, the write lies in
/// the window of its cut, however the threads of a busy machine are scheduled.
/// </summary>
internal sealed class UnacknowledgedWrite : IAsyncDisposable
{
    private readonly ServerSession _control;
    private readonly Task _write;

    private UnacknowledgedWrite(ServerSession control, Task write) => (_control, _write) = (control, write);

    /// <param name="database">Of a server that nobody else writes to.</param>
    /// <param name="statement">The write, which commits.</param>
    public static async Task<UnacknowledgedWrite> BeginAsync(MySqlDatabase database, string statement)
    {
        if ((await database.Connection.QueryAsync("SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'rpl_semi_sync_source'", default)).Rows.Count == 0)
        {
            await database.ExecuteAsync("INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'");
        }

        await database.ExecuteAsync("SET GLOBAL rpl_semi_sync_source_timeout = 3600000", "SET GLOBAL rpl_semi_sync_source_enabled = ON");
        var write = WriteAsync(database, statement);
        while ((await database.Connection.QueryAsync("SHOW STATUS LIKE 'Rpl_semi_sync_source_wait_sessions'", default))[0, 1] != "1")
        {
            Assert.False(write.IsCompleted, "the write did not wait");
        }

        return new UnacknowledgedWrite(database.Connection, write);
    }

    /// <summary>Lets the write end.</summary>
    public async Task EndAsync()
    {
        await _control.ExecuteAsync("SET GLOBAL rpl_semi_sync_source_enabled = OFF", default);
        await _write;
    }

    public async ValueTask DisposeAsync() => await EndAsync();

    private static async Task WriteAsync(MySqlDatabase database, string statement)
    {
        await using var connection = await database.ConnectAsync();
        await connection.ExecuteAsync(statement, default);
    }
}
