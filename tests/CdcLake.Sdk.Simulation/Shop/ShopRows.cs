namespace CdcLake.Simulation.Shop;

/// <summary>A row of <c>shop.items</c>.</summary>
internal sealed record Item(int Id, string Name, decimal Price);

/// <summary>A row of <c>shop.orders</c>.</summary>
internal sealed record Order(int Id, int ItemId, int Qty, string Note);

/// <summary>What an item has sold.</summary>
internal sealed record ItemTotal(int Id, string Name, long Orders, long Qty, decimal Revenue);

/// <summary>Orders of one note.</summary>
internal sealed record NoteTotal(string Note, long Orders, int Largest);
