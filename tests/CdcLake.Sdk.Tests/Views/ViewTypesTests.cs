using CdcLake.Tests.MySql.Binlog;
using CdcLake.Tests.Pipelines;

namespace CdcLake.Tests.Views;

/// <summary>Views at the end of a chain: row and key types, and the errors of wrong ones.</summary>
public sealed class ViewTypesTests : IDisposable
{
    private readonly ShopLog _shop = new();

    public ViewTypesTests()
    {
        _shop.Log.Transaction(t => t.Insert(ShopLog.Items, ShopLog.NewItem(1, "cup"), ShopLog.NewItem(2, "jar")));
        _shop.Log.Transaction(t => t.Insert(ShopLog.Orders, ShopLog.NewOrder(1, 1, 2, "3.50"), ShopLog.NewOrder(2, 2, 1, "10.00"), ShopLog.NewOrder(3, 2, 4, "0.25")));
    }

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_view_beside_a_table_shows_the_same_result_at_the_same_position()
    {
        var view = new View<int, Total>("totals");
        var source = _shop.Source();
        await using var pipeline = Pipeline.FromMySqlBinlog(source.Table<ShopLog.Order>("shop.orders"))
            .Aggregate(o => o.ItemId, g => new Total(g.Key, g.Sum(o => o.Qty), g.Sum(o => o.Qty * o.Price)))
            .ToView(view, key: r => r.Item)
            .ToIceberg(_shop.Target, key: r => r.Item)
            .Build("totals", o => o.CheckpointFolder = _shop.Checkpoints);
        await Assert.ThrowsAsync<InvalidOperationException>(() => new View<int, Total>("other").WaitForGtidAsync("11111111-2222-3333-4444-555555555555:1"));
        var wait = view.WaitForGtidAsync("11111111-2222-3333-4444-555555555555:2");
        await pipeline.RunAsync();
        await wait;
        Assert.Equal([new Total(1, 2, 7.00m), new Total(2, 5, 11.00m)], view.Current.OrderBy(r => r.Item));
        var table = await _shop.Target.Scan<Total>().ReadAsync().ToListAsync();
        Assert.Equal(view.Current.OrderBy(r => r.Item), table.OrderBy(r => r.Item));
        Assert.Equal(["view(totals)", "iceberg(shop.totals)"], pipeline.Status.Sinks.Select(s => s.Name));
        Assert.All(pipeline.Status.Sinks, s => Assert.Equal(view.Current.Position, s.Position));
    }

    [Fact]
    public async Task Keys_of_several_columns_are_an_anonymous_type_or_a_record()
    {
        var byTuple = new View<ItemAndPrice, ShopLog.Order>("by_record");
        var anonymous = Anonymous(new { ItemId = 0, Price = 0m });
        await RunAsync(s => s.ToView(byTuple, o => new ItemAndPrice(o.ItemId, o.Price)).ToView(anonymous, o => new { o.ItemId, o.Price }));
        Assert.Equal(3, byTuple[new ItemAndPrice(2, 0.25m)].Id);
        Assert.Equal(2, anonymous[new { ItemId = 2, Price = 10m }].Id);

        static View<TKey, ShopLog.Order> Anonymous<TKey>(TKey sample) => sample is null ? throw new ArgumentNullException(nameof(sample)) : new("anonymous");
    }

    [Fact]
    public async Task Text_byte_arrays_and_null_are_keys()
    {
        var table = new BinlogTable("shop", "codes", [0], BinlogColumn.Int("id"), BinlogColumn.VarChar("code", 40), BinlogColumn.VarChar("bits", 8, collation: 63));
        _shop.Log.Transaction(t => t.Insert(table, [1, "a", new byte[] { 1 }], [2, "A", new byte[] { 2 }], [3, null, new byte[] { 3 }]));
        var text = new View<string?, Code>("text");
        var bits = new View<byte[], Code>("bits");
        await using var pipeline = Pipeline.FromMySqlBinlog(_shop.Source().Table<Code>("shop.codes")).ToView(text, c => c.Text).ToView(bits, c => c.Bits)
            .Build("codes", o => o.CheckpointFolder = _shop.Checkpoints);
        await pipeline.RunAsync();
        Assert.Equal((1, 2, 3), (text["a"].Id, text["A"].Id, text[null].Id));
        Assert.Equal((2, false), (bits[[2]].Id, bits.TryGet([9], out _)));
    }

    [Fact]
    public async Task Untyped_rows_are_shown_as_rows()
    {
        var view = new View<long, Row>("orders");
        await using var pipeline = Pipeline.FromMySqlBinlog(_shop.Source().Table("shop.orders")).ToView(view, r => r.Get<long>("id"))
            .Build("orders", o => o.CheckpointFolder = _shop.Checkpoints);
        await pipeline.RunAsync();
        Assert.Equal((3, 0.25m), (view.Count, view[3].Get<decimal>("price")));
    }

    [Fact]
    public async Task A_key_type_with_other_members_is_refused_when_the_pipeline_starts()
    {
        var view = new View<Twice, ShopLog.Order>("orders");
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => RunAsync(s => s.ToView(view, o => new Twice(o.ItemId, o.ItemId))));
        Assert.Contains("The key of view(orders) has the columns item_id, and a Twice has not one member for each", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_shows_one_stream()
    {
        var view = new View<long, ShopLog.Order>("orders");
        var stream = Pipeline.FromMySqlBinlog(_shop.Source().Table<ShopLog.Order>("shop.orders")).ToView(view, o => o.Id);
        Assert.Contains("view(orders)", Assert.Throws<InvalidOperationException>(() => stream.ToView(view, o => o.Id)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new View<int, Total>("two words"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new View<int, Total>("a", feedRows: 0));
    }

    private async Task RunAsync(Func<ChangeStream<ShopLog.Order>, ChangeStream<ShopLog.Order>> add)
    {
        var stream = Pipeline.FromMySqlBinlog(_shop.Source().Table<ShopLog.Order>("shop.orders")).Where(o => o.Id > 0);
        await using var pipeline = add(stream).Build("views", o => o.CheckpointFolder = _shop.Checkpoints);
        await pipeline.RunAsync();
    }

    private sealed record Total(int Item, long Qty, decimal Amount);

    private sealed record ItemAndPrice(int ItemId, decimal Price);

    private sealed record Twice(int First, int Second);

    private sealed record Code(int Id, [property: ColumnName("code")] string? Text, byte[] Bits);
}
