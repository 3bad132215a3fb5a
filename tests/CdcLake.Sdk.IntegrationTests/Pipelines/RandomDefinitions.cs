using System.Globalization;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A random history of one table: transactions, and in between statements of every kind that change its columns or, without a word in the log, its rows.</summary>
internal sealed class RandomDefinitions(ServerSession session, Random random)
{
    private const string Create = "CREATE TABLE t (id INT NOT NULL PRIMARY KEY, v INT) CHARACTER SET utf8mb4";

    private static readonly string[] Types =
        ["INT", "BIGINT", "SMALLINT", "VARCHAR(20)", "DECIMAL(9,2)", "TINYINT UNSIGNED", "INT NOT NULL DEFAULT 7", "VARCHAR(9) DEFAULT 'x'", "INT UNSIGNED", "DECIMAL(14,2)", "VARCHAR(60) NOT NULL DEFAULT ''"];

    private int _next = 1;

    /// <summary>Statements that changed the table itself.</summary>
    public int Changes { get; private set; }

    public Task CreateAsync() => session.RunAsync(Create, "INSERT INTO t (id, v) VALUES (1, 1), (2, NULL), (3, 3)");

    /// <summary>Some transactions and one statement, which the server may refuse.</summary>
    public async Task StepAsync()
    {
        for (var i = random.Next(4); i > 0; i--)
        {
            await TransactionAsync();
        }

        var columns = (await session.QueryAsync("SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't' AND column_name <> 'id' ORDER BY ordinal_position", default))
            .Rows.Select(r => r[0]!).ToArray();
        try
        {
            await session.RunAsync(Statements(columns));
            Changes++;
        }
        catch (MySqlServerException error) when (error.Code is not (0 or 2013 or 2006))
        {
            // Values that do not fit into another type, or the last column: nothing was changed, and nothing logged.
            await session.RunAsync("DROP TABLE IF EXISTS u, old");
            await session.RunAsync("CREATE TABLE IF NOT EXISTS t (id INT NOT NULL PRIMARY KEY)");
        }
    }

    /// <summary>A row that a commit has to show.</summary>
    public Task TouchAsync() => session.RunAsync($"INSERT INTO t (id) VALUES ({Next()})");

    private async Task TransactionAsync()
    {
        await session.RunAsync("BEGIN");
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            await session.RunAsync(random.Next(4) switch
            {
                0 => $"DELETE FROM t WHERE id % 7 = {random.Next(7)} LIMIT 3",
                1 => $"UPDATE t SET id = id + 100000 WHERE id < 100000 AND id % 5 = {random.Next(5)} LIMIT 1",
                _ => $"INSERT INTO t (id) VALUES ({Next()}), ({Next()})",
            });
        }

        await session.RunAsync("COMMIT");
    }

    private string[] Statements(string[] columns)
    {
        if (columns.Length == 0)
        {
            return [$"ALTER TABLE t ADD COLUMN {Name()} {Type()}"];
        }

        string Some() => columns[random.Next(columns.Length)];
        var place = random.Next(3) switch { 0 => " FIRST", 1 => $" AFTER {Some()}", _ => "" };
        return random.Next(16) switch
        {
            0 or 1 or 2 => [$"ALTER TABLE t ADD COLUMN {Name()} {Type()}{place}"],
            3 => [$"ALTER TABLE t ADD COLUMN ({Name()} INT, {Name()} {Type()})"],
            4 or 5 => [$"ALTER TABLE t DROP COLUMN {Some()}"],
            6 or 7 => [$"ALTER TABLE t RENAME COLUMN {Some()} TO {Name()}"],
            8 or 9 => [$"ALTER TABLE t MODIFY {Some()} {Type()}{place}"],
            10 => [$"ALTER TABLE t CHANGE {Some()} {Name()} {Type()}"],
            11 => [$"ALTER TABLE t DROP COLUMN {Some()}, ADD COLUMN {Name()} BIGINT{place}, ADD INDEX (id)"],
            12 => ["TRUNCATE TABLE t"],
            13 => ["CREATE TABLE u LIKE t", $"ALTER TABLE u ADD COLUMN {Name()} INT DEFAULT 4", $"INSERT INTO u (id) VALUES ({Next()}), ({Next()})", "RENAME TABLE t TO old, u TO t", "DROP TABLE old"],
            14 => ["DROP TABLE t", Create, $"INSERT INTO t (id) VALUES ({Next()})"],
            _ => ["ALTER TABLE t ENGINE=InnoDB, ADD INDEX (id)", "OPTIMIZE TABLE t"],
        };
    }

    private string Type() => Types[random.Next(Types.Length)];

    private string Name() => string.Create(CultureInfo.InvariantCulture, $"c{random.Next(6)}");

    private int Next() => ++_next + 10;
}
