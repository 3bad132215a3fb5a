using CdcLake.MySql.Wire;
using static System.FormattableString;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A table of partitions that come and go with their rows, without a word about those in the log.</summary>
/// <param name="session">In the database.</param>
/// <param name="random">Decides.</param>
internal sealed class PartitionChanges(ServerSession session, Random random)
{
    private int _next = 30;
    private int _keys;

    public Task CreateAsync() => session.RunAsync(
        "CREATE TABLE events (id INT, day INT, v INT, PRIMARY KEY (id, day)) PARTITION BY RANGE (day) (PARTITION p10 VALUES LESS THAN (10), PARTITION p20 VALUES LESS THAN (20), PARTITION p30 VALUES LESS THAN (30), PARTITION rest VALUES LESS THAN MAXVALUE)",
        "INSERT INTO events VALUES (1, 5, 1), (2, 15, 2), (3, 25, 3), (4, 99, 4)");

    public async Task StepAsync()
    {
        await WriteAsync();
        var partitions = (await session.QueryAsync(
            "SELECT partition_name FROM information_schema.partitions WHERE table_schema = DATABASE() AND table_name = 'events' AND partition_name LIKE 'p%' ORDER BY partition_ordinal_position", default)).Rows.Select(r => r[0]!).ToArray();
        if (partitions.Length < 2 || random.Next(4) == 0)
        {
            _next += 10;
            await session.RunAsync(Invariant($"ALTER TABLE events REORGANIZE PARTITION rest INTO (PARTITION p{_next} VALUES LESS THAN ({_next}), PARTITION rest VALUES LESS THAN MAXVALUE)"));
            return;
        }

        var some = partitions[random.Next(partitions.Length)];
        await session.RunAsync(random.Next(7) switch
        {
            0 => [$"ALTER TABLE events DROP PARTITION {partitions[0]}"],
            1 => [$"ALTER TABLE events TRUNCATE PARTITION {some}"],
            2 => Exchange("tmp_events", some),
            3 => Exchange("exchanged", some),
            4 => [$"ALTER TABLE events REBUILD PARTITION {some}"],
            5 => [$"ALTER TABLE events OPTIMIZE PARTITION {some}", "ANALYZE TABLE events"],
            _ => ["INSERT INTO events SELECT id + 100000, day, v FROM events WHERE id < 100000 ORDER BY id LIMIT 3 ON DUPLICATE KEY UPDATE v = 0"],
        });
    }

    private static string[] Exchange(string table, string partition) =>
    [
        $"DROP TABLE IF EXISTS {table}", $"CREATE TABLE {table} LIKE events", $"ALTER TABLE {table} REMOVE PARTITIONING", $"INSERT INTO {table} SELECT id + 500000, day, -1 FROM events PARTITION ({partition}) LIMIT 2",
        $"ALTER TABLE events EXCHANGE PARTITION {partition} WITH TABLE {table}", $"UPDATE {table} SET v = 9",
    ];

    private Task WriteAsync() => session.RunAsync(random.Next(4) switch
    {
        0 => Invariant($"DELETE FROM events WHERE id % 9 = {random.Next(9)} LIMIT 2"),
        1 => Invariant($"UPDATE events SET day = day + 10, v = v + 1 WHERE id % 5 = {random.Next(5)} AND day < 90 ORDER BY day DESC LIMIT 3"), // from one partition into another
        _ => Invariant($"INSERT INTO events VALUES ({++_keys + 10}, {random.Next(_next + 5)}, 1), ({++_keys + 10}, {random.Next(_next + 5)}, 2)"),
    });
}
