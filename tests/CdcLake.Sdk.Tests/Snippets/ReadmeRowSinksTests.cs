using System.Data.Common;
using CdcLake.Tests.Pipelines;
using Microsoft.Data.Sqlite;

namespace CdcLake.Tests.Snippets;

// snippet: row-sink
public sealed class TotalsTable(DbDataSource database) : ISink<Total>
{
    public string Name => "database(totals)";

    public async Task<string?> OpenAsync(string pipeline, CancellationToken cancellationToken)
    {
        await using var read = database.CreateCommand("SELECT position FROM positions");
        return (string?)await read.ExecuteScalarAsync(cancellationToken);
    }

    public async Task CommitAsync(SinkCommit<Total> commit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (commit.IsCompleteResult)
        {
            await ExecuteAsync("DELETE FROM totals");
        }

        foreach (var (kind, before, after) in commit.Changes)
        {
            await (kind == ChangeKind.Removed
                ? ExecuteAsync("DELETE FROM totals WHERE item = @0", before!.Item)
                : ExecuteAsync("REPLACE INTO totals (item, qty) VALUES (@0, @1)", after!.Item, after.Qty));
        }

        await ExecuteAsync("REPLACE INTO positions (id, position) VALUES (1, @0)", commit.Position);
        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string statement, params object[] values)
        {
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, statement);
            foreach (var (i, value) in values.Index())
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = ($"@{i}", value);
                command.Parameters.Add(parameter);
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

public sealed record Total(int Item, long Qty);
// end-snippet

/// <summary>The application's own sink of the README, in a real database.</summary>
public sealed class ReadmeRowSinksTests : IDisposable
{
    private readonly ShopLog _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Sink_of_the_readme_keeps_a_table_of_a_database()
    {
        using var folder = new TemporaryFolder();
        await using var database = SqliteFactory.Instance.CreateDataSource($"Data Source={Path.Combine(folder.Path, "totals.db")};Pooling=False");
        await using (var create = database.CreateCommand("CREATE TABLE totals (item INT PRIMARY KEY, qty INT); CREATE TABLE positions (id INT PRIMARY KEY, position TEXT)"))
        {
            await create.ExecuteNonQueryAsync();
        }

        _shop.Log.Transaction(t => t.Insert(ShopLog.Orders, ShopLog.NewOrder(1, 1, 2, "3.50"), ShopLog.NewOrder(2, 2, 1, "10.00"), ShopLog.NewOrder(3, 2, 4, "0.25")));
        await RunAsync(database);
        Assert.Equal(["1|2", "2|5"], await RowsAsync(database));
        _shop.Log.Transaction(t => t.Delete(ShopLog.Orders, ShopLog.NewOrder(1, 1, 2, "3.50")));
        _shop.Log.Transaction(t => t.Insert(ShopLog.Orders, ShopLog.NewOrder(4, 3, 7, "1.00")));
        await RunAsync(database);
        Assert.Equal(["2|5", "3|7"], await RowsAsync(database));
    }

    private async Task RunAsync(DbDataSource database)
    {
        var orders = Pipeline.FromMySqlBinlog(_shop.Source().Table<ShopLog.Order>("shop.orders"));

        // snippet: row-sink-use
        orders
            .Aggregate(o => o.ItemId, g => new Total(g.Key, g.Sum(o => o.Qty)))
            .To(new TotalsTable(database), key: t => t.Item);
        // end-snippet
        await using var pipeline = orders.Build("totals", o => o.CheckpointFolder = _shop.Checkpoints);
        await pipeline.RunAsync();
        Assert.Equal("database(totals)", Assert.Single(pipeline.Status.Sinks).Name);
    }

    private static async Task<List<string>> RowsAsync(DbDataSource database)
    {
        var rows = new List<string>();
        await using var select = database.CreateCommand("SELECT item, qty FROM totals ORDER BY item");
        await using var reader = await select.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add($"{reader.GetInt32(0)}|{reader.GetInt64(1)}");
        }

        return rows;
    }
}
