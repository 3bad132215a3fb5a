using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A session of a test with a MySQL server.</summary>
internal static class Sql
{
    public static Task<MySqlConnection> OpenAsync(string connectionString, string? database = null) =>
        MySqlConnection.OpenAsync(
            MySqlConnectionOptions.Parse(database is null ? connectionString : $"{connectionString};Database={database}"), TimeProvider.System, "test", default);

    public static async Task RunAsync(this MySqlConnection connection, params IEnumerable<string> statements)
    {
        foreach (var statement in statements)
        {
            await connection.ExecuteAsync(statement, default);
        }
    }

    public static async Task<string?> ScalarAsync(this MySqlConnection connection, string query) => (await connection.QueryAsync(query, default)).Rows[0][0];

    public static async Task<string> GtidExecutedAsync(this MySqlConnection connection) =>
        (await connection.ScalarAsync("SELECT @@GLOBAL.gtid_executed"))!.Replace("\n", "", StringComparison.Ordinal);

    /// <summary>The rows of a query as lines of <see cref="Answer"/>; sessions of our client are in time zone UTC.</summary>
    public static async Task<IReadOnlyList<string>> LinesAsync(this MySqlConnection connection, string query) =>
        [.. (await connection.QueryAsync(query, default)).Rows.Select(Answer.Line)];
}
