using System.Globalization;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A random history of a whole database: its tables come, go, change their names and columns, lose all rows at once, and are written to.</summary>
/// <param name="session">In the database.</param>
/// <param name="random">Decides.</param>
internal sealed class RandomDatabase(ServerSession session, Random random)
{
    private readonly List<string> _tables = [];
    private int _names;
    private int _keys;

    /// <summary>Statements that changed tables themselves, by kind.</summary>
    public SortedDictionary<string, int> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>Tables that are replicated now, all of which have had rows.</summary>
    public IEnumerable<string> Replicated => _tables.Where(t => !t.StartsWith("tmp_", StringComparison.Ordinal));

    /// <summary>A row more in each table.</summary>
    public Task WriteAllAsync() => session.RunAsync(_tables.Select(t => $"INSERT INTO {t} (id, v) VALUES ({++_keys}, 1)"));

    /// <summary>Some tables with rows.</summary>
    public async Task CreateAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await NewTableAsync("t");
            await WriteAsync();
        }
    }

    /// <summary>One more step: mostly rows, now and then tables.</summary>
    public Task StepAsync() => _tables.Count < 2 ? NewTableAsync("t") : random.Next(24) switch
    {
        0 => NewTableAsync("t"),
        1 => NewTableAsync("tmp_"),
        2 => CopyAsync(),
        3 => SelectAsync(),
        4 when _tables.Count > 3 => DropAsync(),
        5 => RenameAsync(),
        6 => SwapAsync(),
        7 => DoAsync("truncate", $"TRUNCATE TABLE {Any()}"),
        8 => AlterAsync($"ADD COLUMN c{++_names} INT"),
        9 => AlterAsync($"ADD COLUMN d{++_names} INT NOT NULL DEFAULT 7"),
        10 => AlterAsync("MODIFY v BIGINT"),
        11 => DropAndCreateAsync(),
        _ => WriteAsync(),
    };

    /// <summary>Rows of a random table change.</summary>
    public async Task WriteAsync()
    {
        var table = Any();
        await session.RunAsync("BEGIN");
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            await session.RunAsync(random.Next(4) switch
            {
                0 => $"DELETE FROM {table} WHERE id % 7 = {random.Next(7)} LIMIT 2",
                1 => $"UPDATE {table} SET v = {Number(1000)}, s = CONCAT('u', id) WHERE id % 3 = {random.Next(3)}",
                _ => $"INSERT INTO {table} (id, v, s) VALUES ({++_keys}, {Number(100)}, 'n{_keys}'), ({++_keys}, NULL, NULL)",
            });
        }

        await session.RunAsync(random.Next(8) == 0 ? "ROLLBACK" : "COMMIT");
    }

    private string Number(int most) => random.Next(most).ToString(CultureInfo.InvariantCulture);

    private string Any() => _tables[random.Next(_tables.Count)];

    private string NewName(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{++_names}");

    private async Task DoAsync(string kind, params string[] statements)
    {
        Kinds[kind] = Kinds.GetValueOrDefault(kind) + 1;
        await session.RunAsync(statements);
    }

    private async Task NewTableAsync(string prefix)
    {
        var name = NewName(prefix);
        await DoAsync("create", $"CREATE TABLE {(random.Next(2) == 0 ? "IF NOT EXISTS " : "")}{name} (id INT NOT NULL PRIMARY KEY, v INT, s VARCHAR(40))");
        _tables.Add(name);
        await session.RunAsync(random.Next(3) > 0 ? $"INSERT INTO {name} (id, v, s) VALUES ({++_keys}, 1, 'first')" : "DO 0");
    }

    private async Task CopyAsync()
    {
        var (name, like) = (NewName("t"), Any());
        await DoAsync("create like", $"CREATE TABLE {name} LIKE {like}");
        _tables.Add(name);
        await session.RunAsync($"INSERT INTO {name} SELECT * FROM {like}");
    }

    private async Task SelectAsync()
    {
        var (name, of) = (NewName("t"), Any());
        await DoAsync("create select", $"CREATE TABLE {name} (PRIMARY KEY (id)) SELECT * FROM {of}");
        _tables.Add(name);
    }

    private async Task DropAsync()
    {
        var table = Any();
        _tables.Remove(table);
        await DoAsync("drop", $"DROP TABLE {(random.Next(2) == 0 ? "IF EXISTS " : "")}{table}");
    }

    private async Task DropAndCreateAsync()
    {
        var table = Any();
        await DoAsync("drop and create", $"DROP TABLE {table}", $"CREATE TABLE {table} (id BIGINT NOT NULL PRIMARY KEY, s VARCHAR(40), v INT, w INT)");
        await session.RunAsync(random.Next(2) == 0 ? $"INSERT INTO {table} (id, v) VALUES ({++_keys}, 5)" : "DO 0");
    }

    // From a name that is not replicated to one that is, the other way round, or between two of a kind.
    private async Task RenameAsync()
    {
        var (table, name) = (Any(), NewName(random.Next(2) == 0 ? "t" : "tmp_"));
        _tables[_tables.IndexOf(table)] = name;
        await DoAsync("rename", random.Next(2) == 0 ? $"RENAME TABLE {table} TO {name}" : $"ALTER TABLE {table} RENAME TO {name}");
    }

    // As gh-ost does it.
    private async Task SwapAsync()
    {
        var table = Any();
        var (ghost, old) = ($"{(random.Next(2) == 0 ? "tmp" : "")}_{table}_gho", $"{(random.Next(2) == 0 ? "tmp" : "")}_{table}_del");
        await DoAsync(
            "swap", $"CREATE TABLE {ghost} LIKE {table}", $"ALTER TABLE {ghost} ADD COLUMN g{++_names} INT DEFAULT 8", $"INSERT INTO {ghost} SELECT *, 9 FROM {table}",
            $"RENAME TABLE {table} TO {old}, {ghost} TO {table}", $"DROP TABLE {old}");
    }

    private Task AlterAsync(string clause) => DoAsync("alter", $"ALTER TABLE {Any()} {clause}");
}
