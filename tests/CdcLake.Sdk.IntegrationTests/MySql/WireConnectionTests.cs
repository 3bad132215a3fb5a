using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.IntegrationTests.MySql;

public sealed class WireConnectionTests
{
    [ServerFact(TestServers.MySql)]
    public async Task Refused_statement_leaves_the_connection_usable()
    {
        await using var connection = await OpenAsync("");
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => connection.ExecuteAsync("SELEC 1", default));
        Assert.Equal(1064, error.Code);
        Assert.Contains("SELEC 1", error.Message, StringComparison.Ordinal);
        Assert.Equal("1", await connection.ReadTextAsync("SELECT 1", default));
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
        Assert.Equal("1", await connection.ReadTextAsync("SELECT 1", default));
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
        Assert.Equal(text.Length.ToString(CultureInfo.InvariantCulture), await connection.ReadTextAsync(head + text + tail, default));

        var back = await connection.ReadTextAsync($"SELECT REPEAT('y', {length - 9})", default); // 9 bytes of lenenc make the payload exactly as long
        Assert.Equal(length - 9, back!.Length);
        Assert.Equal("1", await connection.ReadTextAsync("SELECT 1", default));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Cancellation_ends_a_running_query_promptly()
    {
        await using var connection = await OpenAsync("");
        using var cancel = new CancellationTokenSource();
        var query = connection.ReadTextAsync("SELECT SLEEP(30)", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    private static Task<WireConnection> OpenAsync(string more) =>
        WireConnection.OpenAsync(MySqlConnectionOptions.Parse(TestServers.Get(TestServers.MySql) + ";" + more), TimeProvider.System, "test", default);
}
