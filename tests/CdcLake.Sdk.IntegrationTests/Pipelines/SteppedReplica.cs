using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A replica that applies the source's log exactly up to a GTID set and then answers queries there: what MySQL itself says at the position of a commit.
/// </summary>
internal sealed class SteppedReplica(ServerSession connection) : IAsyncDisposable
{
    public static async Task<SteppedReplica> FollowAsync(LabServer source, LabServer replica, string database)
    {
        await replica.ResetAsync();
        var connection = await replica.OpenAsync();
        await connection.RunAsync(
            "SET GLOBAL replica_parallel_workers = 1", // one applier: nothing after the set is begun
            $"CHANGE REPLICATION SOURCE TO SOURCE_HOST='{source.Host}', SOURCE_PORT={source.Port}, SOURCE_USER='cdc', SOURCE_PASSWORD='cdc-pass', "
            + "SOURCE_AUTO_POSITION=1, SOURCE_SSL=1, SOURCE_CONNECT_RETRY=1",
            "START REPLICA IO_THREAD");
        return new SteppedReplica(connection) { Database = database };
    }

    public required string Database { get; init; }

    /// <summary>Goes on to exactly this set, which must lie at or after the last one, and asks there.</summary>
    public async Task<IReadOnlyList<string>> AnswerAtAsync(string gtid, string query) => [.. (await RowsAtAsync(gtid, query)).Select(Answer.Line)];

    /// <summary>As <see cref="AnswerAtAsync"/>, row by row.</summary>
    public async Task<IReadOnlyList<string?[]>> RowsAtAsync(string gtid, string query) => (await QueryAtAsync(gtid, query)).Rows;

    /// <summary>The same as one line a row, <c>name=value</c> in the order of names: for tables whose columns change.</summary>
    public async Task<IReadOnlyList<string>> NamedRowsAtAsync(string gtid, string query) => NamedLines(await QueryAtAsync(gtid, query));

    /// <summary>One line a row, <c>name=value</c> in the order of names.</summary>
    public static IReadOnlyList<string> NamedLines(StatementResult result) =>
        [.. result.Rows.Select(row => string.Join(", ", result.Columns.Zip(row, (name, value) => $"{name}={value ?? "NULL"}").Order(StringComparer.Ordinal)))];

    private async Task<StatementResult> QueryAtAsync(string gtid, string query)
    {
        await connection.RunAsync($"START REPLICA SQL_THREAD UNTIL SQL_AFTER_GTIDS = '{gtid}'");
        for (var before = ""; await connection.ScalarAsync($"SELECT WAIT_FOR_EXECUTED_GTID_SET('{gtid}', 30)") != "0";)
        {
            var reached = await connection.GtidExecutedAsync();
            Assert.True(reached != before, $"The replica stands still at {reached}, before {gtid}."); // it may have a long way to go
            before = reached;
        }

        await connection.RunAsync("STOP REPLICA SQL_THREAD");
        var at = await connection.GtidExecutedAsync();
        Assert.True(GtidSet.Parse(at).Equals(GtidSet.Parse(gtid)), $"The replica stands at {at}, not at {gtid}: the set of the commit is not one the source went through.");
        await connection.RunAsync($"USE `{Database}`");
        return await connection.QueryAsync(query, default);
    }

    public async ValueTask DisposeAsync()
    {
        await connection.RunAsync("STOP REPLICA", "RESET REPLICA ALL");
        await connection.DisposeAsync();
    }
}
