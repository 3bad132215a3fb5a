using CdcLake.MySql.Wire;
using static System.FormattableString;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Tables that hang together by foreign keys of every kind, and random changes whose consequences the server carries out itself.</summary>
internal sealed class CascadeWorkload(ServerSession session, Random random)
{
    private const int Keys = 12;
    private static readonly string[] Tags = ["tea", "Tea", "TEA", "mate", "Mate", "rum"];
    private int _xa;

    /// <summary>Regions have customers, these have orders, these have items: two columns to the orders, and a tag whose case does not matter. A tree refers to itself.</summary>
    public static IReadOnlyList<string> Tables { get; } =
    [
        "CREATE TABLE region (id INT PRIMARY KEY, v INT)",
        "CREATE TABLE tag (name VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY)",
        "CREATE TABLE customer (id INT PRIMARY KEY, region INT, name VARCHAR(20), CONSTRAINT c_region FOREIGN KEY (region) REFERENCES region (id) ON DELETE CASCADE ON UPDATE CASCADE)",
        """
        CREATE TABLE orders (customer INT, no INT, v INT, PRIMARY KEY (customer, no),
          CONSTRAINT o_customer FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE CASCADE)
        """,
        """
        CREATE TABLE item (id INT AUTO_INCREMENT PRIMARY KEY, customer INT, no INT, tag VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, v INT,
          CONSTRAINT i_orders FOREIGN KEY (customer, no) REFERENCES orders (customer, no) ON DELETE SET NULL ON UPDATE CASCADE,
          CONSTRAINT i_tag FOREIGN KEY (tag) REFERENCES tag (name) ON DELETE CASCADE ON UPDATE CASCADE)
        """,
        "CREATE TABLE tree (id INT PRIMARY KEY, parent INT, v INT, CONSTRAINT t_parent FOREIGN KEY (parent) REFERENCES tree (id) ON DELETE CASCADE)",
    ];

    /// <summary>One transaction; what the server refuses of it is left out.</summary>
    public async Task ChangeAsync()
    {
        var kind = random.Next(12);
        var isXa = kind == 0;
        var name = $"'cascade{_xa++}'";
        await TryAsync(isXa ? $"XA START {name}" : "BEGIN");
        for (var statements = random.Next(1, 7); statements > 0; statements--)
        {
            await TryAsync(Statement());
        }

        if (kind == 1)
        {
            await TryAsync("SAVEPOINT s");
            await TryAsync(Statement());
            await TryAsync("ROLLBACK TO SAVEPOINT s");
        }

        await session.RunAsync(isXa ? [$"XA END {name}", $"XA PREPARE {name}", $"XA COMMIT {name}"] : kind == 2 ? ["ROLLBACK"] : ["COMMIT"]);
    }

    private async Task TryAsync(string statement)
    {
        try
        {
            foreach (var part in statement.Split(';'))
            {
                await session.ExecuteAsync(part, default);
            }
        }
        catch (MySqlServerException)
        {
            await session.ExecuteAsync("SET foreign_key_checks = 1", default); // a key that is there already, or a foreign key without its row: as in life
        }
    }

    private int Key() => random.Next(Keys);

    private string Tag() => random.GetItems(Tags, 1)[0];

    private string Statement() => random.Next(26) switch
    {
        0 or 1 => Invariant($"INSERT IGNORE INTO region VALUES ({Key()}, {Key()}), ({Key()}, 0)"),
        2 or 3 or 4 => Invariant($"INSERT IGNORE INTO customer VALUES ({Key()}, {(Key() == 0 ? "NULL" : Key())}, 'n{Key()}'), ({Key()}, {Key()}, NULL)"),
        5 or 6 or 7 => Invariant($"INSERT IGNORE INTO orders VALUES ({Key()}, {random.Next(3)}, 1), ({Key()}, {random.Next(3)}, 2), ({Key()}, {random.Next(3)}, 3)"),
        8 or 9 or 10 => $"INSERT INTO item (customer, no, tag, v) SELECT customer, no, {(Key() < 4 ? "NULL" : $"(SELECT UPPER(name) FROM tag WHERE name = '{Tag()}')")}, v FROM orders ORDER BY RAND() LIMIT 4",
        11 => $"INSERT IGNORE INTO tag VALUES ('{Tag()}'), ('{Tag()}')",
        12 or 13 => Invariant($"INSERT IGNORE INTO tree SELECT {random.Next(40)}, id, {Key()} FROM tree ORDER BY RAND() LIMIT 1;INSERT IGNORE INTO tree VALUES ({random.Next(40)}, NULL, 0)"),
        14 => Invariant($"DELETE FROM region WHERE id = {Key()}"),
        15 => Invariant($"UPDATE region SET id = {Key()}, v = v + 1 WHERE id = {Key()}"),
        16 => Invariant($"DELETE FROM customer WHERE id % 6 = {random.Next(6)}"),
        17 => Invariant($"UPDATE customer SET id = id + {Keys} WHERE id < {Key()} ORDER BY id DESC;UPDATE customer SET id = id - {Keys} WHERE id >= {Keys} ORDER BY id"),
        18 => Invariant($"UPDATE customer SET name = 'm{Key()}', region = {Key()} WHERE id = {Key()}"),
        19 => Invariant($"UPDATE orders SET no = no + 3 WHERE customer = {Key()} ORDER BY no DESC"),
        20 => Invariant($"DELETE FROM orders WHERE no > {random.Next(5)} AND customer < {Key()}"),
        21 => Invariant($"DELETE FROM item WHERE id % 7 = {random.Next(7)}"),
        22 => $"UPDATE tag SET name = UPPER(name) WHERE name = '{Tag()}';DELETE FROM tag WHERE name = '{Tag()}'",
        23 => Invariant($"DELETE FROM tree WHERE id = {random.Next(40)};UPDATE tree SET parent = NULL WHERE id = {random.Next(40)}"),
        24 => Invariant($"REPLACE INTO customer VALUES ({Key()}, NULL, 'again')"),
        _ => Invariant($"SET foreign_key_checks = 0;DELETE FROM customer WHERE id = {Key()};UPDATE region SET id = {Key()} WHERE id = {Key()};SET foreign_key_checks = 1"),
    };
}
