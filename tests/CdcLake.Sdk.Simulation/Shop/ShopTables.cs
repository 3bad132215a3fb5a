using System.Globalization;
using CdcLake.Simulation.Servers;
using CdcLake.Testing.Tables;

namespace CdcLake.Simulation.Shop;

/// <summary>The tables as they are at first, and statements that change them.</summary>
internal sealed class ShopTables
{
    private const int MostExtra = 3;
    private int _number;
    private int _digits = 10;
    private int _length = 20;

    public static IReadOnlyList<MemoryTable> Create() =>
    [
        CreateTableText.Read("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL, price DECIMAL(10,2) NOT NULL)"),
        CreateTableText.Read("CREATE TABLE shop.orders (id INT PRIMARY KEY, item_id INT NOT NULL, qty INT NOT NULL, note VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL)"),
    ];

    /// <summary>Adds a column that nobody reads, at any place among the others, or drops one.</summary>
    /// <param name="random">Decides which.</param>
    /// <param name="server">Has the tables.</param>
    /// <returns>The statement.</returns>
    public string Alter(Random random, Server server)
    {
        var name = random.Next(2) == 0 ? "shop.items" : "shop.orders";
        var columns = server.Database.Table(name).Columns.Select(c => c.Column.Name).ToList();
        var extra = columns.FindAll(c => c.StartsWith("extra_", StringComparison.Ordinal));
        if (extra.Count == MostExtra || (extra.Count > 0 && random.Next(2) == 0))
        {
            return $"ALTER TABLE {name} DROP COLUMN {extra[random.Next(extra.Count)]}";
        }

        var (type, at) = (random.Next(2) == 0 ? "INT NULL" : "INT NOT NULL DEFAULT 7", random.Next(columns.Count + 1));
        return string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE {name} ADD COLUMN extra_{++_number} {type}{(at == 0 ? " FIRST" : at == columns.Count ? "" : $" AFTER {columns[at - 1]}")}");
    }

    /// <summary>Changes columns that the queries read, so that their rows stay what they are, perhaps in a wider type; or takes all orders at once.</summary>
    /// <param name="random">Decides which.</param>
    /// <param name="mayWiden">Types may become wider: every target can follow that.</param>
    /// <returns>The statement.</returns>
    public string Redefine(Random random, bool mayWiden) => random.Next(mayWiden ? 5 : 2) switch
    {
        0 => "TRUNCATE TABLE shop.orders",
        1 => $"ALTER TABLE shop.orders MODIFY qty INT NOT NULL {(random.Next(2) == 0 ? "FIRST" : "AFTER note")}",
        2 => string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE shop.items MODIFY price DECIMAL({_digits = Math.Min(_digits + 1, 18)},2) NOT NULL"),
        3 => string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE shop.items MODIFY name VARCHAR({_length += 10}) NOT NULL"),
        _ => "ALTER TABLE shop.orders CHANGE note note VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL",
    };
}
