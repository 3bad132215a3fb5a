using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.Wire;
using static System.FormattableString;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Tables with keys of every kind, and random transactions whose sessions log whole rows, without texts, or only what they set.</summary>
internal sealed class PartialRowWorkload(ServerSession session, Random random)
{
    private const int Keys = 12;
    private static readonly string[] Names = ["tea", "Tea", "mate", "rum"];
    private bool _mayReplace;

    /// <summary>True where rows keep their keys: a snapshot that begins meanwhile could not tell what else a row has under its new one.</summary>
    public bool KeepsKeys { get; init; }

    /// <summary>True where the table without a key is there.</summary>
    public bool HasKeyless { get; init; } = true;

    /// <summary>The next row of the table without a key.</summary>
    public int Next { get; set; } = 1;

    /// <summary>Keys: a number that is counted, a pair with computed columns, a unique one instead of a primary key, none.</summary>
    public static IReadOnlyList<string> Tables(ServerSession server) =>
    [
        "CREATE TABLE plain (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20) DEFAULT 'dv', w INT NOT NULL DEFAULT 7, body TEXT, doc JSON, last INT)",
        $"CREATE TABLE pair (x INT, y VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, v INT DEFAULT 1, t TEXT, {(server.IsMariaDb ? "" : "g INT AS (v * 2) STORED, h INT AS (x + v), ")}PRIMARY KEY (x, y))",
        "CREATE TABLE other (b VARCHAR(10), id INT NOT NULL, c TEXT, d INT DEFAULT 5, n INT, UNIQUE KEY (n), UNIQUE KEY (id))",
        "CREATE TABLE keyless (id INT NOT NULL, b VARCHAR(9) DEFAULT 'q', c TEXT, d INT NOT NULL DEFAULT 3)",
    ];

    /// <summary>Some transactions; what the server refuses of one is left out.</summary>
    public async Task ChangeAsync(int transactions)
    {
        for (; transactions > 0; transactions--)
        {
            // What MariaDB leaves out with NOBLOB cannot be told.
            string[] images = !session.IsMariaDb ? ["MINIMAL", "NOBLOB", "MINIMAL", "FULL"] : Version.Parse(session.Version.Split('-')[0]) >= new Version(11, 4) ? ["MINIMAL", "FULL_NODUP", "FULL_NODUP", "FULL"] : ["MINIMAL", "MINIMAL", "FULL"];
            var documents = session.IsMariaDb ? "" : $", binlog_row_value_options = '{random.GetItems(["", "PARTIAL_JSON"], 1)[0]}'";
            var image = random.GetItems(images, 1)[0];
            _mayReplace = !session.IsMariaDb || image.StartsWith("FULL", StringComparison.Ordinal);
            await session.RunAsync($"SET SESSION binlog_row_image = {image}{documents}", "BEGIN");
            for (var statements = random.Next(1, 6); statements > 0; statements--)
            {
                await TryAsync(Statement());
            }

            await session.RunAsync(random.Next(10) == 0 ? "ROLLBACK" : "COMMIT");
        }
    }

    /// <summary>The same until it is cancelled.</summary>
    public async Task ChangeUntilAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await ChangeAsync(1);
        }
    }

    private async Task TryAsync(string statement)
    {
        try
        {
            await session.ExecuteAsync(statement, default);
        }
        catch (MySqlServerException)
        {
            // A key that is there already.
        }
    }

    private int Key() => random.Next(Keys);

    private string Name() => random.GetItems(Names, 1)[0];

    private string Statement()
    {
        var kind = random.Next(session.IsMariaDb ? 24 : 28);
        return kind switch
        {
            0 or 1 => Invariant($"INSERT INTO plain (v) VALUES ('{Name()}'), (DEFAULT)"),
            2 => Invariant($"INSERT INTO plain (w, body, doc) VALUES ({Key()}, REPEAT('b', {random.Next(400)}), '[{Key()}, \"long enough to be changed in part\"]')"),
            3 => "INSERT INTO plain () VALUES ()",
            4 => Invariant($"UPDATE plain SET w = w + 1 WHERE id % 3 = {random.Next(3)}"),
            5 => Invariant($"UPDATE plain SET v = '{Name()}', last = {Key()} WHERE id % 5 = {random.Next(5)}"),
            6 => Invariant($"UPDATE plain SET body = NULL, doc = '{{\"k\": {Key()}}}' WHERE id % 4 = {random.Next(4)}"),
            7 => Invariant($"DELETE FROM plain WHERE id % 9 = {random.Next(9)} LIMIT 3"),
            8 or 9 => Invariant($"INSERT IGNORE INTO pair (x, y) VALUES ({Key()}, '{Name()}'), ({Key()}, '{Name()}')"),
            10 => Invariant($"INSERT IGNORE INTO pair (x, y, v, t) SELECT id, v, w, body FROM plain WHERE id < {Keys}"),
            11 => Invariant($"UPDATE pair SET v = {Key()} WHERE x = {Key()}"),
            12 => Invariant($"UPDATE pair SET t = REPEAT('t', {random.Next(300)}) WHERE y = '{Name()}'"),
            13 => Invariant($"DELETE FROM pair WHERE x = {Key()}"),
            14 or 15 => Invariant($"INSERT IGNORE INTO other (id, b) VALUES ({Key()}, '{Name()}'), ({Key()}, NULL)"),
            16 => Invariant($"UPDATE other SET n = {(random.Next(2) == 0 ? "NULL" : "id")}, d = {Key()} WHERE id > {Key()}"),
            17 => Invariant($"UPDATE other SET c = '{Name()}' WHERE id = {Key()}"),
            18 => Invariant($"DELETE FROM other WHERE id = {Key()}"),
            19 when HasKeyless => Invariant($"INSERT INTO keyless (id, c) VALUES ({Next++}, 'c'), ({Next++}, NULL)"),
            20 when HasKeyless => Invariant($"UPDATE keyless SET c = '{Name()}' WHERE id % 4 = {random.Next(4)}"),
            21 when HasKeyless => Invariant($"DELETE FROM keyless WHERE id % 11 = {random.Next(11)}"),
            24 => Invariant($"UPDATE plain SET doc = JSON_SET(doc, '$[0]', {Key()}, '$.k', JSON_ARRAY({Key()}, REPEAT('d', 40))) WHERE id % 3 = {random.Next(3)}"),
            25 => Invariant($"UPDATE plain SET doc = JSON_ARRAY_INSERT(doc, '$.k[0]', '{Name()}'), w = w + 1 WHERE id % 4 = {random.Next(4)}"),
            26 => Invariant($"UPDATE plain SET doc = JSON_REMOVE(doc, '$.k[last]', '$[0]') WHERE id % 6 = {random.Next(6)}"),
            27 => Invariant($"UPDATE plain SET doc = JSON_SET(doc, '$.{Name()}', JSON_OBJECT('a', {Key()}, 'b', CAST('2026-01-02' AS DATE))) WHERE id % 2 = {random.Next(2)}"),
            23 when _mayReplace && random.Next(2) == 0 => Invariant($"REPLACE INTO pair (x, y, t) VALUES ({Key()}, '{Name()}', 'replaced')"),
            22 when _mayReplace => Invariant($"REPLACE INTO other (id, d) VALUES ({Key()}, {Key()})"),
            _ when !_mayReplace || KeepsKeys => Invariant($"UPDATE plain SET last = NULL WHERE id = {Key()}"),
            _ => random.Next(3) switch
            {
                0 => Invariant($"UPDATE pair SET x = x + {Keys}, t = NULL WHERE x = {Key()}"),
                1 => Invariant($"UPDATE plain SET id = id + 1000 WHERE id = {Key()}"),
                _ => Invariant($"INSERT INTO other (id, d) VALUES ({Key()}, 1) ON DUPLICATE KEY UPDATE d = d + 1"),
            },
        };
    }
}
