using System.Globalization;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A table whose columns are changed as gh-ost and pt-online-schema-change do it, while it is written to.</summary>
/// <param name="session">In the database.</param>
/// <param name="random">Decides.</param>
internal sealed class OnlineChanges(ServerSession session, Random random)
{
    private string[] _columns = ["v", "s"];
    private int _names;
    private int _keys = 200;

    public async Task CreateAsync()
    {
        await session.RunAsync("CREATE TABLE big (id INT PRIMARY KEY, v INT, s VARCHAR(30))");
        await session.RunAsync($"INSERT INTO big VALUES {string.Join(", ", Enumerable.Range(1, _keys).Select(i => $"({i}, {i % 7}, 's{i}')"))}");
    }

    /// <summary>Some rows, or a whole change.</summary>
    public Task StepAsync() => random.Next(8) switch
    {
        0 => GhOstAsync(),
        1 => PtOscAsync(),
        _ => WriteAsync(),
    };

    // Changes of the rows go to the ghost by the tool's own hand, which reads them from the log.
    private async Task GhOstAsync()
    {
        var (columns, shared) = NewColumns();
        await session.RunAsync(
            "CREATE TABLE _big_ghc (id BIGINT AUTO_INCREMENT, hint VARCHAR(64) NOT NULL, value VARCHAR(4096) NOT NULL, PRIMARY KEY (id), UNIQUE KEY hint_uidx (hint))",
            "CREATE TABLE _big_gho LIKE big", $"ALTER TABLE _big_gho {Alteration(columns)}", "INSERT INTO _big_ghc (hint, value) VALUES ('state', 'GhostTableMigrated') ON DUPLICATE KEY UPDATE value = VALUES(value)");
        for (var chunk = 0; chunk <= _keys; chunk += 100)
        {
            await session.RunAsync($"INSERT IGNORE INTO _big_gho ({shared}) (SELECT {shared} FROM big FORCE INDEX (PRIMARY) WHERE id > {chunk} AND id <= {chunk + 100} LOCK IN SHARE MODE)");
            await WriteAsync();
            await session.RunAsync($"REPLACE INTO _big_gho ({shared}) SELECT {shared} FROM big WHERE id % 5 = {random.Next(5)}", "REPLACE INTO _big_ghc (id, hint, value) VALUES (NULL, 'heartbeat', UUID())");
        }

        await session.RunAsync(
            "CREATE TABLE _big_del (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB COMMENT='ghost-cut-over-sentry'", "DROP TABLE _big_del",
            "RENAME /* gh-ost */ TABLE big TO _big_del, _big_gho TO big", "DROP TABLE IF EXISTS _big_ghc", "DROP TABLE IF EXISTS _big_del");
        _columns = columns;
    }

    // Triggers copy changes, so that several tables change in one statement.
    private async Task PtOscAsync()
    {
        var (columns, shared) = NewColumns();
        var values = string.Join(", ", shared.Split(", ").Select(c => $"NEW.{c}"));
        await session.RunAsync(
            "CREATE TABLE _big_new LIKE big", $"ALTER TABLE _big_new {Alteration(columns)}",
            "CREATE TRIGGER pt_del AFTER DELETE ON big FOR EACH ROW DELETE IGNORE FROM _big_new WHERE _big_new.id <=> OLD.id",
            $"CREATE TRIGGER pt_upd AFTER UPDATE ON big FOR EACH ROW BEGIN DELETE IGNORE FROM _big_new WHERE !(OLD.id <=> NEW.id) AND _big_new.id <=> OLD.id; REPLACE INTO _big_new ({shared}) VALUES ({values}); END",
            $"CREATE TRIGGER pt_ins AFTER INSERT ON big FOR EACH ROW REPLACE INTO _big_new ({shared}) VALUES ({values})");
        for (var chunk = 0; chunk <= _keys; chunk += 150)
        {
            await WriteAsync();
            await session.RunAsync($"INSERT LOW_PRIORITY IGNORE INTO _big_new ({shared}) SELECT {shared} FROM big FORCE INDEX (PRIMARY) WHERE id > {chunk} AND id <= {chunk + 150} LOCK IN SHARE MODE");
        }

        await session.RunAsync(
            "ANALYZE TABLE _big_new", "RENAME TABLE big TO _big_old, _big_new TO big", "DROP TABLE IF EXISTS _big_old",
            "DROP TRIGGER IF EXISTS pt_del", "DROP TRIGGER IF EXISTS pt_upd", "DROP TRIGGER IF EXISTS pt_ins");
        _columns = columns;
    }

    private (string[] Columns, string Shared) NewColumns()
    {
        var kept = _columns.Length > 2 && random.Next(2) == 0 ? _columns[..^1] : _columns;
        var columns = random.Next(3) == 0 ? kept : [.. kept, string.Create(CultureInfo.InvariantCulture, $"n{++_names}")];
        return (columns, string.Join(", ", ["id", .. kept]));
    }

    private string Alteration(string[] columns)
    {
        var clauses = _columns.Except(columns).Select(c => $"DROP COLUMN {c}").Concat(columns.Except(_columns).Select(c => $"ADD COLUMN {c} INT NOT NULL DEFAULT 4 {(random.Next(2) == 0 ? "FIRST" : "AFTER v")}")).ToList();
        return clauses.Count == 0 ? "ENGINE=InnoDB" : string.Join(", ", clauses);
    }

    private async Task WriteAsync()
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            await session.RunAsync(random.Next(5) switch
            {
                0 => $"DELETE FROM big WHERE id % 31 = {random.Next(31)}",
                1 => $"UPDATE big SET id = {++_keys} WHERE id = {random.Next(1, _keys)}",
                2 => $"UPDATE big SET v = v + 1, s = CONCAT('u', id) WHERE id % 11 = {random.Next(11)}",
                3 => $"REPLACE INTO big (id, v, s) VALUES ({random.Next(1, _keys)}, {random.Next(9)}, 'again'), ({++_keys}, 1, NULL)",
                _ => $"INSERT INTO big (id, v, s) VALUES ({++_keys}, {random.Next(9)}, 'n'), ({random.Next(1, _keys)}, 3, 'x') ON DUPLICATE KEY UPDATE v = VALUES(v) + 1, s = 'dup'",
            });
        }
    }
}
