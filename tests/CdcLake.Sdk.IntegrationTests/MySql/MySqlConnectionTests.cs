using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

public sealed class MySqlConnectionTests
{
    [ServerFact(TestServers.MySql)]
    public async Task Query_returns_text_nulls_and_unicode()
    {
        await using var connection = await OpenAsync("");
        var result = await connection.QueryAsync("SELECT 1 AS a, NULL AS b, 'zażółć' AS c UNION ALL SELECT 2, 'x', ''", default);
        Assert.Equal("1,,zażółć", string.Join(",", result.Rows[0]));
        Assert.Equal("x", result[1, "B"]);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Refused_statement_leaves_the_connection_usable()
    {
        await using var connection = await OpenAsync("");
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => connection.QueryAsync("SELEC 1", default));
        Assert.Equal(1064, error.Code);
        Assert.Contains("SELEC 1", error.Message, StringComparison.Ordinal);
        Assert.Equal("1", (await connection.QueryAsync("SELECT 1", default))[0, 0]);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Prepared_statement_streams_rows_and_takes_parameters()
    {
        await using var connection = await OpenAsync("");
        var statement = await connection.PrepareAsync("SELECT ?, ?, CONCAT(?, 'b'), ?", default);
        StatementParameter[] parameters = [StatementParameter.Of(-5), StatementParameter.Of(ulong.MaxValue), StatementParameter.Of("a"), StatementParameter.Null];
        var columns = await connection.ExecuteAsync(statement, parameters, default);
        Assert.Equal(4, columns.Length);
        var rows = new List<byte[]>();
        while (!connection.IsAtEnd)
        {
            if (connection.TryReadRow(out var row))
            {
                rows.Add(row.ToArray());
            }
            else if (!connection.IsAtEnd)
            {
                await connection.FillAsync(default);
            }
        }

        var only = Assert.Single(rows);
        Assert.True(BinaryRow.IsNull(only, 3));
        Assert.Equal(-5, BitConverter.ToInt64(only, BinaryRow.ValuesAt(4)));
        Assert.Equal(ulong.MaxValue, BitConverter.ToUInt64(only, BinaryRow.ValuesAt(4) + 8));
        Assert.Equal("ab"u8.ToArray(), only[^2..]);
        await connection.CloseAsync(statement, default);
        Assert.Equal("1", (await connection.QueryAsync("SELECT 1", default))[0, 0]);
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData(0xFFFFFF - 1)]
    [InlineData(0xFFFFFF)]
    [InlineData(0xFFFFFF * 2)]
    [InlineData(40_000_000)]
    public async Task Packets_of_16_MiB_and_more_are_split_and_joined(int length)
    {
        await using var connection = await OpenAsync("");
        const string head = "SELECT LENGTH('";
        const string tail = "')";
        var text = new string('x', length - head.Length - tail.Length - 1);
        var result = await connection.QueryAsync(head + text + tail, default);
        Assert.Equal(text.Length.ToString(CultureInfo.InvariantCulture), result[0, 0]);

        var back = await connection.QueryAsync($"SELECT REPEAT('y', {length - 9})", default); // 9 bytes of lenenc make the payload exactly as long
        Assert.Equal(length - 9, back[0, 0]!.Length);
        Assert.Equal("1", (await connection.QueryAsync("SELECT 1", default))[0, 0]);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Cancellation_ends_a_running_query_promptly()
    {
        await using var connection = await OpenAsync("");
        using var cancel = new CancellationTokenSource();
        var query = connection.QueryAsync("SELECT SLEEP(30)", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    private static Task<MySqlConnection> OpenAsync(string more) =>
        MySqlConnection.OpenAsync(MySqlConnectionOptions.Parse(TestServers.Get(TestServers.MySql) + ";" + more), TimeProvider.System, "test", default);
}
