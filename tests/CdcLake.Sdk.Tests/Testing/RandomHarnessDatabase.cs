using System.Globalization;
using CdcLake.Testing;

namespace CdcLake.Tests.Testing;

/// <summary>A random history of a whole database in a harness: mostly rows, now and then tables that come, go, and change their names, columns and rows.</summary>
/// <param name="harness">Runs the pipeline.</param>
/// <param name="random">Decides.</param>
internal sealed class RandomHarnessDatabase(PipelineHarness harness, Random random)
{
    private readonly Dictionary<string, int> _tables = new(StringComparer.Ordinal); // with the highest key
    private int _names;

    public Task StepAsync() => _tables.Count < 2 ? CreateAsync() : random.Next(14) switch
    {
        0 => CreateAsync(),
        1 => LikeAsync(),
        2 => DropAsync(),
        3 => RenameAsync(),
        4 => harness.ExecuteAsync($"TRUNCATE TABLE {Any()}"),
        5 => harness.ExecuteAsync($"ALTER TABLE {Any()} ADD COLUMN c{++_names} INT"),
        6 => harness.ExecuteAsync($"ALTER TABLE {Any()} ADD COLUMN d{++_names} INT NOT NULL DEFAULT 7 AFTER id"),
        7 => harness.ExecuteAsync($"ALTER TABLE {Any()} MODIFY v BIGINT"),
        _ => WriteAsync(),
    };

    private string Any() => _tables.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(_tables.Count));

    private string New() => $"shop.{(random.Next(4) == 0 ? "tmp_" : "t")}{++_names}";

    private Task<string> CreateAsync()
    {
        var table = New();
        _tables.Add(table, 0);
        return harness.ExecuteAsync($"CREATE TABLE {table} (id INT PRIMARY KEY, v INT)");
    }

    private Task<string> LikeAsync()
    {
        var (table, other) = (New(), Any());
        _tables.Add(table, 0);
        return harness.ExecuteAsync($"CREATE TABLE {table} LIKE {other}");
    }

    private Task<string> DropAsync()
    {
        var table = Any();
        _tables.Remove(table);
        return harness.ExecuteAsync($"DROP TABLE {table}");
    }

    private Task<string> RenameAsync()
    {
        var (table, other) = (Any(), New());
        _tables.Remove(table, out var keys);
        _tables.Add(other, keys);
        return harness.ExecuteAsync($"RENAME TABLE {table} TO {other}");
    }

    private Task<string> WriteAsync() => harness.TransactionAsync(t =>
    {
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            var name = Any();
            var (table, rows) = (t.Table(name), harness.Table(name).Read());
            if (n == 1 && rows.Count > 0)
            {
                table.Delete(rows[random.Next(rows.Count)]); // as the last statement, since what was read may have been changed in this transaction only before
                return;
            }

            table.Insert(Row(++CollectionsOf(name), random.Next(100)));
        }
    });

    private ref int CollectionsOf(string table) => ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(_tables, table);

    private static Dictionary<string, object?> Row(int id, int value) => new() { ["id"] = id, ["v"] = value.ToString(CultureInfo.InvariantCulture) };
}
