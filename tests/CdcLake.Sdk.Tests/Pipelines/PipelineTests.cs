namespace CdcLake.Tests.Pipelines;

/// <summary>Whole pipelines over log files into a warehouse folder.</summary>
public sealed class PipelineTests : IDisposable
{
    private readonly ShopLog _shop = new();

    public PipelineTests()
    {
        _shop.Log.Transaction(t => t.Insert(ShopLog.Items, ShopLog.NewItem(1, "cup"), ShopLog.NewItem(2, "jar")));
        _shop.Log.Transaction(t => t.Insert(ShopLog.Orders, ShopLog.NewOrder(1, 1, 2, "3.50"), ShopLog.NewOrder(2, 2, 1, "10.00")));
    }

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Join_and_aggregate_arrive_in_the_table_with_their_position()
    {
        await using var pipeline = _shop.Totals();
        await pipeline.RunAsync();
        Assert.Equal(["1|cup|2|7.00", "2|jar|1|10.00"], await _shop.RowsAsync());
        var status = pipeline.Status;
        Assert.Equal(PipelineState.Completed, status.State);
        Assert.Equal("11111111-2222-3333-4444-555555555555:1-2", status.Sinks[0].Position);
        Assert.Equal(status.Sinks[0].Position, status.CheckpointPosition);
        Assert.Equal(4, status.ChangesRead);
    }

    [Fact]
    public async Task The_plan_is_explained_with_types_once_it_has_met_its_tables()
    {
        await using var pipeline = _shop.Totals();
        Assert.DoesNotContain("decimal(10, 2)", pipeline.Explain(), StringComparison.Ordinal);
        await pipeline.RunAsync();
        Assert.Contains("join(shop.orders,shop.items)", pipeline.Explain(), StringComparison.Ordinal);
        Assert.Contains("decimal(", pipeline.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_has_nothing_to_do()
    {
        await RunAsync();
        await using var again = _shop.Totals();
        await again.RunAsync();
        Assert.Equal(0, again.Status.Sinks[0].Commits);
        Assert.Equal(0, again.Status.ChangesRead);
    }

    [Fact]
    public async Task A_later_run_goes_on_from_the_checkpoint()
    {
        await RunAsync();
        Change();
        await using var again = _shop.Totals();
        await again.RunAsync();
        Assert.Equal(["1|mug|3|8.00"], await _shop.RowsAsync());
        Assert.Equal(5, again.Status.ChangesRead);
    }

    [Fact]
    public async Task Without_its_checkpoint_a_later_run_reads_from_the_beginning_and_commits_only_what_is_new()
    {
        await RunAsync();
        Directory.Delete(_shop.Checkpoints, recursive: true);
        Change();
        await using var again = _shop.Totals();
        await again.RunAsync();
        Assert.Equal(["1|mug|3|8.00"], await _shop.RowsAsync());
        Assert.Equal(1, again.Status.Sinks[0].Commits);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_an_error_that_says_how_to_go_on()
    {
        await RunAsync();
        foreach (var piece in Directory.GetFiles(_shop.Checkpoints, "*.piece", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(piece);
            bytes[^1] ^= 1;
            await File.WriteAllBytesAsync(piece, bytes);
        }

        await using var again = _shop.Totals();
        var error = await Assert.ThrowsAsync<CheckpointException>(() => again.RunAsync());
        Assert.Contains("Delete the checkpoint folder", error.Message, StringComparison.Ordinal);
        Assert.Equal("shop-totals", error.Pipeline);
        Assert.Equal(["1|cup|2|7.00", "2|jar|1|10.00"], await _shop.RowsAsync());
    }

    [Fact]
    public async Task A_changed_lambda_is_noticed_and_nothing_is_touched()
    {
        await RunAsync();
        Change();
        await using var other = _shop.Totals(factor: 2);
        var error = await Assert.ThrowsAsync<PlanChangedException>(() => other.RunAsync());
        Assert.Contains("~ ", error.Message, StringComparison.Ordinal);
        Assert.Equal(["1|cup|2|7.00", "2|jar|1|10.00"], await _shop.RowsAsync());
    }

    [Fact]
    public async Task A_changed_lambda_is_noticed_without_a_checkpoint_too()
    {
        await RunAsync();
        Directory.Delete(_shop.Checkpoints, recursive: true);
        await using var other = _shop.Totals(factor: 2);
        var error = await Assert.ThrowsAsync<PlanChangedException>(() => other.RunAsync());
        Assert.Contains("shop.totals", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipeline_stopped_while_it_catches_up_with_its_sink_is_no_error()
    {
        await RunAsync();
        Directory.Delete(_shop.Checkpoints, recursive: true);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await using var again = _shop.Totals();
        await again.RunAsync(stop.Token);
        Assert.Equal(PipelineState.Stopped, again.Status.State);
    }

    [Fact]
    public async Task Every_commit_holds_whole_transactions()
    {
        var commits = new List<PipelineCommit>();
        Change();
        await using var pipeline = _shop.Totals(o =>
        {
            o.EpochRows = 1;
            o.CommitRows = 1;
            o.OnCommit = commits.Add;
        });
        await pipeline.RunAsync();
        Assert.Equal(["1-2", "1-3"], commits.Select(c => c.Position.Split(':')[1]));
        Assert.Equal([2, 1], commits.Select(c => c.TotalRows));
    }

    [Fact]
    public async Task A_key_that_is_not_unique_stops_the_pipeline_before_a_commit()
    {
        var source = _shop.Source();
        await using var pipeline = Pipeline.FromMySqlBinlog(source.Table<ShopLog.Order>("shop.orders"))
            .Select(o => new { One = o.Id - o.Id, o.Qty })
            .ToIceberg(_shop.Target, key: r => r.One)
            .Build("bad-key", o => o.CheckpointFolder = _shop.Checkpoints);
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(() => pipeline.RunAsync());
        Assert.Contains("shop.totals", error.Message, StringComparison.Ordinal);
        Assert.Equal(PipelineState.Failed, pipeline.Status.State);
        Assert.Same(error, pipeline.Status.LastError!.Exception);
    }

    [Fact]
    public async Task An_untyped_table_is_replicated_with_its_columns_and_key()
    {
        var table = IcebergCatalog.FileSystem(_shop.Warehouse).Table("raw.orders");
        await using var pipeline = Pipeline.FromMySqlBinlog(_shop.Source().Table("shop.orders")).ToIceberg(table).Build("orders");
        await pipeline.RunAsync();
        var rows = new List<Row>();
        await foreach (var row in table.ReadAsync())
        {
            rows.Add(row);
        }

        Assert.Equal(["id", "item_id", "qty", "price"], rows[0].Columns);
        Assert.Equal([3.50m, 10.00m], rows.OrderBy(r => r.Get<long>("id")).Select(r => r.Get<decimal>("price")));
    }

    [Fact]
    public async Task Two_branches_share_one_reading_and_both_are_written()
    {
        var catalog = IcebergCatalog.FileSystem(_shop.Warehouse);
        var orders = Pipeline.FromMySqlBinlog(_shop.Source().Table<ShopLog.Order>("shop.orders"));
        orders.Where(o => o.Qty > 1).ToIceberg(catalog.Table("shop.large"), key: o => o.Id);
        await using var pipeline = orders.ToIceberg(catalog.Table("shop.all"), key: o => o.Id).Build("branches");
        await pipeline.RunAsync();
        Assert.Equal([1, 2], pipeline.Status.Sinks.Select(s => s.Upserts));
    }

    [Fact]
    public async Task Waiting_for_a_transaction_ends_when_the_table_shows_it()
    {
        await using var pipeline = _shop.Totals();
        var waiting = pipeline.WaitForGtidAsync("11111111-2222-3333-4444-555555555555:2");
        await pipeline.RunAsync();
        await waiting;
        await Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.WaitForGtidAsync("11111111-2222-3333-4444-555555555555:3"));
        await Assert.ThrowsAsync<ArgumentException>(() => pipeline.WaitForGtidAsync("nonsense"));
    }

    [Fact]
    public async Task Log_files_have_no_latest_transaction_to_wait_for()
    {
        await using var pipeline = _shop.Totals();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.WaitForLatestAsync());
        Assert.Contains("await RunAsync", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => pipeline.WaitForLatestAsync("none"));
    }

    [Fact]
    public async Task An_exception_from_the_commit_callback_ends_the_pipeline()
    {
        await using var pipeline = _shop.Totals(o => o.OnCommit = _ => throw new InvalidTimeZoneException("mine"));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => pipeline.RunAsync());
    }

    [Fact]
    public async Task Reading_at_a_gtid_set_gives_the_rows_of_that_time()
    {
        Change();
        await using var pipeline = _shop.Totals(o =>
        {
            o.EpochRows = 1;
            o.CommitRows = 1;
        });
        await pipeline.RunAsync();
        var names = new List<string>();
        await foreach (var row in _shop.Target.ReadAtGtidAsync("11111111-2222-3333-4444-555555555555:1-2"))
        {
            names.Add(row.Get<string>("name"));
        }

        Assert.Equal(["cup", "jar"], names.Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Sales")]
    [InlineData("-sales")]
    [InlineData("sales\n")]
    public void A_name_that_is_not_a_slug_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => Pipeline.FromMySqlBinlog(_shop.Source().Table("shop.orders")).ToIceberg(_shop.Target).Build(name));

    // Renames an item, deletes the other one with its orders, and adds an order, all in one transaction.
    private void Change() => _shop.Log.Transaction(t => t
        .Update(ShopLog.Items, (ShopLog.NewItem(1, "cup"), ShopLog.NewItem(1, "mug")))
        .Delete(ShopLog.Orders, ShopLog.NewOrder(2, 2, 1, "10.00"))
        .Delete(ShopLog.Items, ShopLog.NewItem(2, "jar"))
        .Insert(ShopLog.Orders, ShopLog.NewOrder(3, 1, 1, "1.00")));

    private async Task RunAsync()
    {
        await using var pipeline = _shop.Totals();
        await pipeline.RunAsync();
    }
}
