using CdcLake.Testing.Tables;

namespace CdcLake.Simulation.Shop;

/// <summary>A row of <c>shop.items</c>.</summary>
internal sealed record Item(int Id, string Name, decimal Price);

/// <summary>A row of <c>shop.orders</c>.</summary>
internal sealed record Order(int Id, int ItemId, int Qty, string Note);

/// <summary>What an item has sold.</summary>
internal sealed record ItemTotal(int Id, string Name, long Orders, long Qty, decimal Revenue);

/// <summary>Orders of one note.</summary>
internal sealed record NoteTotal(string Note, long Orders, int Largest);

/// <summary>The tables as they are.</summary>
internal static class ShopTables
{
    public static IReadOnlyList<MemoryTable> Create() =>
    [
        CreateTableText.Read("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL, price DECIMAL(10,2) NOT NULL)"),
        CreateTableText.Read("CREATE TABLE shop.orders (id INT PRIMARY KEY, item_id INT NOT NULL, qty INT NOT NULL, note VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL)"),
    ];
}
