using CdcLake.MySql.Wire;
using static System.FormattableString;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Writes of the rarer kinds: files, several tables at once, two phases with others in between, compressed, documents in part, clients and columns of other character sets.</summary>
/// <param name="session">In the database.</param>
/// <param name="other">Another one there, whose transactions stay prepared for a while.</param>
/// <param name="random">Decides.</param>
internal sealed class BulkWrites(ServerSession session, ServerSession other, Random random)
{
    private int _keys = 100;
    private int _names;
    private string? _prepared;

    public Task CreateAsync() => session.RunAsync(
        "CREATE TABLE ledger (id INT PRIMARY KEY, account INT, amount DECIMAL(12,2), note VARCHAR(60))",
        "CREATE TABLE account (id INT PRIMARY KEY, total DECIMAL(14,2), changes INT NOT NULL DEFAULT 0)",
        "CREATE TABLE texts (id INT PRIMARY KEY, g VARCHAR(80) CHARACTER SET gbk, l CHAR(60) CHARACTER SET latin2, j TEXT CHARACTER SET sjis, u LONGTEXT, doc JSON)",
        "CREATE TABLE held (id INT PRIMARY KEY, v INT)",
        "INSERT INTO account VALUES (0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0)",
        $"INSERT INTO ledger VALUES {string.Join(", ", Enumerable.Range(1, 100).Select(i => $"({i}, {i % 4}, {i}.25, 'first')"))}");

    public async Task StepAsync()
    {
        await session.RunAsync(Invariant($"SET SESSION binlog_transaction_compression = {random.Next(2)}, binlog_row_value_options = '{(random.Next(2) == 0 ? "" : "PARTIAL_JSON")}'"));
        if (random.Next(2) == 0)
        {
            await EndAsync();
        }

        await (random.Next(9) switch
        {
            0 => LoadAsync(),
            1 => InTwoPhasesAsync(),
            2 => session.RunAsync("BEGIN", Row(), "SAVEPOINT a", Row(), Several(), "SAVEPOINT b", Row(), "ROLLBACK TO a", Row(), "RELEASE SAVEPOINT a", random.Next(3) == 0 ? "ROLLBACK" : "COMMIT"),
            3 or 4 => session.RunAsync(Several()),
            5 => TextsAsync(),
            6 => session.RunAsync(Invariant($"UPDATE texts SET doc = JSON_SET(doc, '$.n', {random.Next(99)}, '$.list[1]', 'x{random.Next(9)}') WHERE id % 3 = {random.Next(3)}"), Invariant($"UPDATE texts SET doc = JSON_REMOVE(doc, '$.list[0]') WHERE id % 4 = {random.Next(4)}")),
            7 => AlterInOtherCharsetAsync(),
            _ => session.RunAsync(Row()),
        });
    }

    /// <summary>What is prepared is decided.</summary>
    public async Task EndAsync()
    {
        if (_prepared is { } name)
        {
            await other.RunAsync($"XA {(random.Next(3) == 0 ? "ROLLBACK" : "COMMIT")} {name}");
            _prepared = null;
        }
    }

    private string Row() => random.Next(4) switch
    {
        0 => Invariant($"REPLACE INTO ledger VALUES ({random.Next(1, _keys)}, 1, 7.5, 'replaced'), ({++_keys}, 2, -1, NULL)"),
        1 => Invariant($"INSERT INTO ledger VALUES ({random.Next(1, _keys)}, 3, 1, 'twice') ON DUPLICATE KEY UPDATE amount = amount * 2 % 1000, note = CONCAT('dup', id)"),
        2 => Invariant($"DELETE FROM ledger WHERE id % 17 = {random.Next(17)}"),
        _ => Invariant($"INSERT IGNORE INTO ledger VALUES ({random.Next(1, _keys)}, 0, 0, 'ignored'), ({++_keys}, {random.Next(4)}, {random.Next(1000)}.75, 'new')"),
    };

    // One statement, rows of several tables.
    private string Several() => random.Next(4) switch
    {
        0 => Invariant($"UPDATE ledger l JOIN account a ON l.account = a.id SET l.amount = l.amount + 1, a.total = a.total + l.amount, a.changes = a.changes + 1 WHERE l.id % 13 = {random.Next(13)}"),
        1 => Invariant($"DELETE l, h FROM ledger l LEFT JOIN held h ON h.id = -l.id WHERE l.id % 29 = {random.Next(29)}"),
        2 => Invariant($"INSERT INTO ledger SELECT id + 100000, account, amount, 'copied' FROM ledger WHERE id % 23 = {random.Next(23)} AND id < 100000 ON DUPLICATE KEY UPDATE note = 'copied again'"),
        _ => "UPDATE account a SET total = (SELECT COALESCE(SUM(amount), 0) FROM ledger l WHERE l.account = a.id)",
    };

    private async Task LoadAsync()
    {
        var path = Path.Combine((await session.ScalarAsync("SELECT @@secure_file_priv"))!, Invariant($"bulk-{Environment.ProcessId}-{++_names}.txt"));
        await session.RunAsync(
            Invariant($"SELECT id + 1000000, account, amount, note FROM ledger WHERE id < 1000000 AND id % 3 = {random.Next(3)} INTO OUTFILE '{path}' CHARACTER SET utf8mb4"),
            $"LOAD DATA INFILE '{path}' {(random.Next(2) == 0 ? "REPLACE" : "IGNORE")} INTO TABLE ledger CHARACTER SET utf8mb4", Invariant($"DELETE FROM ledger WHERE id > 1000000 AND id % 2 = {random.Next(2)}"));
        File.Delete(path);
    }

    private async Task InTwoPhasesAsync()
    {
        await EndAsync();
        var name = Invariant($"'bulk{++_names}'");
        await other.PrepareAsync(name, Invariant($"INSERT INTO held VALUES ({++_keys}, 1), ({-_keys}, 2)"), Invariant($"UPDATE held SET v = v + 1 WHERE id % 3 = {random.Next(3)}"));
        _prepared = name;
    }

    private Task TextsAsync() => session.RunAsync(random.Next(4) switch
    {
        0 => Invariant($"DELETE FROM texts WHERE id % 7 = {random.Next(7)}"),
        1 => "UPDATE texts SET g = CONCAT(LEFT(g, 20), '汉'), l = CONCAT(LEFT(l, 20), 'ő'), j = CONCAT('日', LEFT(j, 20)), u = CONCAT(u, '😀') LIMIT 4",
        _ => Invariant($"INSERT INTO texts (id, g, l, j, u, doc) VALUES ({++_keys}, '中文 \\\\ ''g', 'Łódź ', '日本語ソ表', REPEAT('ä😀', {random.Next(200)}), '{{\"n\": {random.Next(9)}, \"list\": [1, \"é\", null]}}'), ({++_keys}, NULL, NULL, '', NULL, NULL)"),
    });

    // The bytes of the name are UTF-8, which the server takes for other characters, some of them unknown: so are the statement's in the log. Two characters are three of gbk, so that the quote stays one.
    private async Task AlterInOtherCharsetAsync()
    {
        var charset = random.Next(3) switch { 0 => "latin1", 1 => "gbk", _ => "cp1251" };
        await session.RunAsync($"SET NAMES {charset}");
        await session.RunAsync(Invariant($"ALTER TABLE texts ADD COLUMN `c{++_names}中文` INT DEFAULT 3 COMMENT 'é', ALGORITHM=INSTANT"), Invariant($"UPDATE texts SET `c{_names}中文` = id WHERE id % 2 = 0"));
        await session.RunAsync(random.Next(2) == 0 ? Invariant($"ALTER TABLE texts DROP COLUMN `c{_names}中文`") : Invariant($"ALTER TABLE texts CHANGE `c{_names}中文` `d{_names}中文` BIGINT"), "SET NAMES utf8mb4");
    }
}
