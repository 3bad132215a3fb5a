namespace CdcLake.Simulation.Shop;

/// <summary>The pipeline, as an application builds it: a join with an aggregate, a filter, and an aggregate with MAX, into two catalogs and, in some runs, StarRocks.</summary>
internal static class ShopPipeline
{
    /// <summary>Names of all targets.</summary>
    public static IReadOnlyList<string> Targets { get; } = ["totals", "orders", "notes"];

    /// <param name="folder">Catalog that commits one table at a time.</param>
    /// <param name="rest">Catalog that commits several tables in one act.</param>
    /// <param name="where">Targets that are in the folder; others are behind the service.</param>
    /// <param name="cluster">Gives the table of StarRocks for a target; null for one that is not there.</param>
    /// <param name="sink">Options of each target.</param>
    /// <param name="options">As the seed has them.</param>
    public static Pipeline Build(IcebergCatalog folder, IcebergCatalog rest, IReadOnlySet<string> where, Func<string, StarRocksTable?> cluster, Action<IcebergSinkOptions> sink, Action<PipelineOptions> options)
    {
        var mysql = new MySqlSource("Server=nowhere.invalid;User ID=cdc;Password=secret");
        var orders = Pipeline.FromMySqlBinlog(mysql.Table<Order>("shop.orders"));
        var large = orders.Where(o => o.Qty > 1).ToIceberg(TableOf("orders"), o => o.Id, sink);
        _ = cluster("orders") is { } copy ? large.ToStarRocks(copy) : large;
        var notes = orders.Aggregate(o => o.Note, g => new NoteTotal(g.Key, g.Count(), g.Max(o => o.Qty))).ToIceberg(TableOf("notes"), r => r.Note, sink);
        _ = cluster("notes") is { } board ? notes.ToStarRocks(board) : notes;
        var totals = orders
            .Join(mysql.Table<Item>("shop.items"), o => o.ItemId, i => i.Id, (o, i) => new { i.Id, i.Name, o.Qty, Amount = o.Qty * i.Price })
            .Aggregate(l => new { l.Id, l.Name }, g => new ItemTotal(g.Key.Id, g.Key.Name, g.Count(), g.Sum(l => (long)l.Qty), g.Sum(l => l.Amount)))
            .ToIceberg(TableOf("totals"), r => r.Id, sink);
        return (cluster("totals") is { } sums ? totals.ToStarRocks(sums, r => r.Id) : totals).Build("shop", options);

        IcebergTable TableOf(string name) => (where.Contains(name) ? folder : rest).Table($"demo.{name}");
    }
}
