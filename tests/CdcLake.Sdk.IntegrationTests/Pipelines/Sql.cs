using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A session of a test with a MySQL server.</summary>
internal static class Sql
{
    public static Task<ServerSession> OpenAsync(string connectionString, string? database = null) =>
        MySqlDatabase.ConnectAsync(database is null ? connectionString : $"{connectionString};Database={database}");

    public static async Task RunAsync(this ServerSession connection, params IEnumerable<string> statements)
    {
        foreach (var statement in statements)
        {
            await connection.ExecuteAsync(statement, default);
        }
    }

    /// <summary>Runs statements in an XA transaction, up to where it can be committed or rolled back, by another session too.</summary>
    public static Task PrepareAsync(this ServerSession connection, string name, params IEnumerable<string> statements) =>
        connection.RunAsync([$"XA START {name}", .. statements, $"XA END {name}", $"XA PREPARE {name}"]);

    public static async Task<string?> ScalarAsync(this ServerSession connection, string query) => (await connection.QueryAsync(query, default)).Rows[0][0];

    public static async Task<string> GtidExecutedAsync(this ServerSession connection) =>
        (await ServerDialects.Of(connection).ReadSetsAsync(connection, default)).Executed.ToString();

    /// <summary>Names of the files of the log, the oldest first.</summary>
    public static async Task<IReadOnlyList<string>> LogFilesAsync(this ServerSession connection) => [.. (await connection.QueryAsync("SHOW BINARY LOGS", default)).Rows.Select(r => r[0]!)];

    /// <summary>Removes all files of the log but the newest, as far as nobody reads them.</summary>
    public static async Task PurgeLogAsync(this ServerSession connection) => await connection.RunAsync($"PURGE BINARY LOGS TO '{(await connection.LogFilesAsync())[^1]}'");

    public static async Task<bool> HasTableAsync(this ServerSession connection, string table) =>
        await connection.ScalarAsync($"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '{table}'") != "0";

    /// <summary>The rows of a query as lines of <see cref="Answer"/>; sessions are in time zone UTC.</summary>
    public static async Task<IReadOnlyList<string>> LinesAsync(this ServerSession connection, string query) =>
        [.. (await connection.QueryAsync(query, default)).Rows.Select(Answer.Line)];
}
