using System.Globalization;
using CdcLake.Testing.Tables;

namespace CdcLake.Simulation.Shop;

/// <summary>The tables as they are, and as they become: columns that no pipeline reads come and go, at any place among the others.</summary>
internal sealed class ShopTables
{
    private const int Added = 7;
    private const int MostExtra = 3;

    private readonly Dictionary<string, List<(string Name, string Type)>> _columns = new(StringComparer.Ordinal)
    {
        ["shop.items"] = [("id", "INT PRIMARY KEY"), ("name", "VARCHAR(20) NOT NULL"), ("price", "DECIMAL(10,2) NOT NULL")],
        ["shop.orders"] = [("id", "INT PRIMARY KEY"), ("item_id", "INT NOT NULL"), ("qty", "INT NOT NULL"), ("note", "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL")],
    };

    private int _number;

    public IReadOnlyList<MemoryTable> Create() => [.. _columns.Keys.Select(Define)];

    /// <summary>Adds a column that nobody reads, or drops one.</summary>
    /// <param name="random">Decides which.</param>
    /// <param name="find">The table of a name, with its rows.</param>
    /// <returns>The statement, and the table as it is then.</returns>
    public (string Statement, MemoryTable Table) Alter(Random random, Func<string, MemoryTable> find)
    {
        var name = random.Next(2) == 0 ? "shop.items" : "shop.orders";
        var columns = _columns[name];
        var extra = columns.FindAll(c => IsExtra(c.Name));
        string what;
        if (extra.Count == MostExtra || (extra.Count > 0 && random.Next(2) == 0))
        {
            var gone = extra[random.Next(extra.Count)];
            columns.Remove(gone);
            what = $"DROP COLUMN {gone.Name}";
        }
        else
        {
            var (added, at) = ((Name: string.Create(CultureInfo.InvariantCulture, $"extra_{++_number}"), Type: random.Next(2) == 0 ? "INT NULL" : "INT NOT NULL DEFAULT 7"), random.Next(columns.Count + 1));
            what = $"ADD COLUMN {added.Name} {added.Type}{(at == 0 ? " FIRST" : at == columns.Count ? "" : $" AFTER {columns[at - 1].Name}")}";
            columns.Insert(at, added);
        }

        return ($"ALTER TABLE {name} {what}", Filled(Define(name), find(name)));
    }

    private static bool IsExtra(string column) => column.StartsWith("extra_", StringComparison.Ordinal);

    private MemoryTable Define(string table) => CreateTableText.Read($"CREATE TABLE {table} ({string.Join(", ", _columns[table].Select(c => $"{c.Name} {c.Type}"))})");

    private static MemoryTable Filled(MemoryTable table, MemoryTable former)
    {
        var from = table.Columns.Select(c => former.Columns.ToList().FindIndex(f => f.Column.Name == c.Column.Name)).ToList();
        foreach (var row in former.Rows)
        {
            var filled = table.Columns.Select((c, i) => from[i] >= 0 ? row[from[i]] : c.Column.IsNullable ? null : table.StoredAt(i, Added)).ToArray();
            table.Put(table.KeyOf(filled), filled);
        }

        return table;
    }
}
