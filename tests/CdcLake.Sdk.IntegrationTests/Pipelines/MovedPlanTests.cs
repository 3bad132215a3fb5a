using CdcLake.Checkpoints;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A version of the library that moves operators to other places than the one before meets that one's checkpoint: the target goes on, and every snapshot of it is the answer of MySQL, those between too.
/// </summary>
[Collection(ServerPair.Collection)]
public sealed class MovedPlanTests(ServerPair servers)
{
    private const string Query = "SELECT o.id, o.qty, c.name, o.qty * 2 AS twice FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.qty > 1 AND c.name <> 'nobody'";

    private sealed record Order(int Id, int CustomerId, int Qty);

    private sealed record Customer(int Id, string Name);

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Checkpoint_of_a_plan_with_other_places_is_replaced_and_the_target_stays_exact()
    {
        await using var followed = new FollowedTable(servers, (mysql, lake, configure) => Pipeline
            .FromMySqlBinlog(mysql.Table<Order>("ddl.orders"))
            .Join(mysql.Table<Customer>("ddl.customers"), o => o.CustomerId, c => c.Id, (o, c) => new { o.Id, o.Qty, c.Name, Twice = o.Qty * 2 })
            .Where(r => r.Qty > 1 && r.Name != "nobody")
            .ToIceberg(lake.Table("lakehouse.t"), key: r => r.Id)
            .Build("moved", configure));
        await followed.CreateAsync(
            "CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT NOT NULL, qty INT NOT NULL)",
            "CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(20) COLLATE utf8mb4_bin NOT NULL)",
            "INSERT INTO customers VALUES (1, 'Anna'), (2, 'nobody'), (3, 'Bob')",
            "INSERT INTO orders VALUES (1, 1, 1), (2, 1, 5), (3, 2, 7), (4, 3, 2)");
        followed.Start();
        await followed.SettleAsync();
        Assert.Contains("moved: where", followed.Pipeline.Explain(), StringComparison.Ordinal);
        await followed.RunAsync("UPDATE orders SET qty = qty + 1", "DELETE FROM orders WHERE id = 4");
        var before = followed.Table.Snapshots().Count;
        await followed.StopAsync();
        Move(followed.Checkpoints);
        await followed.Session.RunAsync(["INSERT INTO orders VALUES (5, 3, 9)", "UPDATE customers SET name = 'somebody' WHERE id = 2"]);
        followed.Start();
        await followed.SettleAsync();
        await followed.RunAsync("DELETE FROM orders WHERE id = 2", "UPDATE customers SET name = 'nobody' WHERE id = 1");
        await followed.StopAsync();
        Assert.True(await followed.CheckAsync(Query) > before);
    }

    /// <summary>The newest checkpoint as a version has written it that filters behind the join: of other operators.</summary>
    private static void Move(string folder)
    {
        var newest = Directory.EnumerateFiles(folder, CheckpointDescriptor.NamePrefix + "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        var descriptor = DescriptorJson.Read(File.ReadAllBytes(newest), out var damage);
        Assert.Null(damage);
        var moved = descriptor!.Operators.Select(o => o.Name.StartsWith("join", StringComparison.Ordinal) ? o with { Fingerprint = "0123456789abcdef" } : o)
            .Where(o => !o.Name.StartsWith("where(ddl.orders", StringComparison.Ordinal)).ToList();
        Assert.NotEqual(descriptor.Operators, moved);
        File.WriteAllBytes(newest, DescriptorJson.Write(descriptor with { Operators = moved }));
    }
}
