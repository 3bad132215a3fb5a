using System.Globalization;
using CdcLake.Tests.MySql.Binlog;

namespace CdcLake.Tests.Pipelines;

/// <summary>A fabricated log of two tables, <c>shop.items</c> and <c>shop.orders</c>, and a folder for everything a pipeline writes.</summary>
internal sealed class ShopLog : IDisposable
{
    public static readonly BinlogTable Items = new("shop", "items", [0], BinlogColumn.Int("id"), BinlogColumn.VarChar("name", 40));
    public static readonly BinlogTable Orders = new(
        "shop", "orders", [0], BinlogColumn.BigInt("id"), BinlogColumn.Int("item_id"), BinlogColumn.Int("qty"), BinlogColumn.Decimal("price", 10, 2));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdclake-pipeline-");

    public BinlogBuilder Log { get; } = new();

    /// <summary>The store in whose bucket <c>lake</c> everything lies instead of the folder; null for the folder.</summary>
    public S3Options? S3 { get; init; }

    public string Warehouse => S3 is null ? Path.Combine(_folder.FullName, "warehouse") : "s3://lake/warehouse";

    public string Checkpoints => S3 is null ? Path.Combine(_folder.FullName, "checkpoints") : "s3://lake/checkpoints";

    public IcebergTable Target => IcebergCatalog.FileSystem(Warehouse, o => o.S3 = S3 ?? o.S3).Table("shop.totals");

    public static object?[] NewItem(int id, string name) => [id, name];

    public static object?[] NewOrder(long id, int item, int qty, string price) => [id, item, qty, decimal.Parse(price, CultureInfo.InvariantCulture)];

    /// <summary>Writes what the log holds so far.</summary>
    public MySqlSource Source()
    {
        var path = Path.Combine(_folder.FullName, "binlog.000001");
        File.WriteAllBytes(path, Log.ToArray());
        return MySqlSource.FromFiles(path);
    }

    public Pipeline Totals(Action<PipelineOptions>? configure = null, MySqlSource? source = null, int factor = 1)
    {
        source ??= Source();
        return Pipeline.FromMySqlBinlog(source.Table<Order>("shop.orders"))
            .Join(source.Table<Item>("shop.items"), o => o.ItemId, i => i.Id, (o, i) => new { i.Id, i.Name, o.Qty, Amount = o.Qty * o.Price * factor })
            .Aggregate(r => new { r.Id, r.Name }, g => new { g.Key.Id, g.Key.Name, Qty = g.Sum(r => r.Qty), Amount = g.Sum(r => r.Amount) })
            .ToIceberg(Target, key: r => r.Id)
            .Build("shop-totals", o =>
            {
                (o.CheckpointFolder, o.CheckpointS3) = (Checkpoints, S3 ?? o.CheckpointS3);
                o.CommitInterval = TimeSpan.Zero;
                configure?.Invoke(o);
            });
    }

    /// <summary>The target's rows as text, in the order of their key.</summary>
    public async Task<string[]> RowsAsync()
    {
        var rows = new List<(int Id, string Text)>();
        await foreach (var row in Target.ReadAsync())
        {
            var amount = row.Get<decimal>("amount").ToString("F2", CultureInfo.InvariantCulture);
            rows.Add((row.Get<int>("id"), string.Create(CultureInfo.InvariantCulture, $"{row["id"]}|{row["name"]}|{row["qty"]}|{amount}")));
        }

        return [.. rows.OrderBy(r => r.Id).Select(r => r.Text)];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    public sealed record Item(int Id, string Name);

    public sealed record Order(long Id, int ItemId, int Qty, decimal Price);
}
