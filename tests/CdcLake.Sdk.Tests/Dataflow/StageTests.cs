using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Dataflow;

public sealed class StageTests
{
    private static readonly Schema Pair = new([new Field("k", DataType.Int32, true), new Field("v", DataType.Int64, true)]);
    private static readonly Schema Joined = new([.. Pair.Fields, .. Pair.Fields.Select(f => f with { Name = "r" + f.Name })]);

    [Fact]
    public async Task Stage_with_two_senders_closes_an_epoch_only_when_both_have()
    {
        var left = Channel();
        var right = Channel();
        var outlet = new Outlet();
        var result = Channel();
        outlet.Add(result, 0);
        using var stage = new Stage(new JoinOperator("join", Joined, Pair, Pair, [0], [0]), [left, right], outlet);
        var running = stage.RunAsync(CancellationToken.None);

        await left.WriteAsync(Changes(0, ([1, 10L], 1)), CancellationToken.None);
        await left.WriteAsync(End(1), CancellationToken.None);
        await left.WriteAsync(Changes(0, ([1, 11L], 1)), CancellationToken.None);
        await right.WriteAsync(Changes(1, ([1, 20L], 1)), CancellationToken.None);
        await right.WriteAsync(End(1), CancellationToken.None);
        await left.WriteAsync(End(2), CancellationToken.None);
        await right.WriteAsync(End(2), CancellationToken.None);
        left.Complete();
        right.Complete();
        await running;

        Assert.Equal(["+1|10|1|20", "end 1", "+1|11|1|20", "end 2"], await ReadAllAsync(result));
    }

    [Fact]
    public async Task Epoch_that_one_input_never_ends_is_not_closed()
    {
        var left = Channel();
        var right = Channel();
        var outlet = new Outlet();
        var result = Channel();
        outlet.Add(result, 0);
        using var stage = new Stage(new JoinOperator("join", Joined, Pair, Pair, [0], [0]), [left, right], outlet);
        right.Complete();
        await left.WriteAsync(End(1), CancellationToken.None);
        left.Complete();
        await stage.RunAsync(CancellationToken.None);

        Assert.Empty(await ReadAllAsync(result));
    }

    [Fact]
    public async Task Fan_out_and_diamond_with_channels_of_one_message_do_not_block()
    {
        // source → aggregate → join and source → join: the join's inputs come from two senders.
        var toAggregate = Channel(1);
        var toJoin = Channel(1);
        var aggregateToJoin = Channel(1);
        var result = Channel(1);
        var table = new Outlet();
        table.Add(toJoin, 0);
        table.Add(toAggregate, 0);
        var source = new SourceOutlet([table]);
        var aggregateOutlet = new Outlet();
        aggregateOutlet.Add(aggregateToJoin, 1);
        var joinOutlet = new Outlet();
        joinOutlet.Add(result, 0);
        var sums = new Schema([Pair[0], new Field("sum", DataType.Int64, true)]);
        using var aggregate = new Stage(
            new AggregateOperator("sum", sums, Pair, [0], [new AggregateCall(AggregateKind.Sum, 1, DataType.Int64)]), [toAggregate], aggregateOutlet);
        using var join = new Stage(new JoinOperator("join", Joined, Pair, sums, [0], [0]), [toJoin, aggregateToJoin], joinOutlet);
        var tasks = new[] { aggregate.RunAsync(CancellationToken.None), join.RunAsync(CancellationToken.None), SendAsync() };
        var seen = await ReadAllAsync(result);
        await Task.WhenAll(tasks);

        Assert.Equal(200, seen.Count(s => s.StartsWith("end", StringComparison.Ordinal)));
        var net = seen.Where(s => !s.StartsWith("end", StringComparison.Ordinal)).GroupBy(s => s[1..]).Sum(g => g.Sum(s => s[0] == '+' ? 1 : -1));
        Assert.Equal(1000, net);

        async Task SendAsync()
        {
            for (var epoch = 1; epoch <= 200; epoch++)
            {
                for (var i = 0; i < 5; i++)
                {
                    await source.SendAsync(0, Changes(0, ([epoch % 7, (long)i], 1)).Batch!, CancellationToken.None);
                }

                await source.SignalAsync(End(epoch).Signal!, CancellationToken.None);
            }

            source.Complete();
        }
    }

    [Fact]
    public async Task Signals_pass_a_stage_with_two_senders_once_and_in_their_order()
    {
        var (left, right, result) = (Channel(), Channel(), Channel());
        var outlet = new Outlet();
        outlet.Add(result, 0);
        using var stage = new Stage(new JoinOperator("join", Joined, Pair, Pair, [0], [0]), [left, right], outlet);
        foreach (var channel in (StageChannel[])[left, right])
        {
            await channel.WriteAsync(new StageMessage(0, null, new EpochBegin(EpochKind.CompleteResult)), CancellationToken.None);
            await channel.WriteAsync(Changes(channel == left ? 0 : 1, ([1, 10L], 1)), CancellationToken.None);
            await channel.WriteAsync(End(1), CancellationToken.None);
            await channel.WriteAsync(new StageMessage(0, null, new TableChanged(Altered(Pair))), CancellationToken.None);
            await channel.WriteAsync(new StageMessage(0, null, new StreamBarrier(null, null)), CancellationToken.None);
            channel.Complete();
        }

        await stage.RunAsync(CancellationToken.None);
        Assert.Equal(["begin CompleteResult", "+1|10|1|10", "end 1", "table 0", "barrier"], await ReadAllAsync(result));
    }

    [Fact]
    public async Task Change_of_a_table_that_an_operator_cannot_follow_is_refused_in_its_name()
    {
        var change = Altered(new Schema([Pair[0], new Field("v", DataType.String, true)])) with { Statement = "ALTER TABLE t MODIFY v TEXT" };
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => RunAsync(change, tables: [0, 1]));
        Assert.Equal("join(a,b)", error.Stage);
        Assert.Contains("join(a,b)", error.Message, StringComparison.Ordinal);
        Assert.Contains("ALTER TABLE t MODIFY v TEXT", error.Message, StringComparison.Ordinal);
        await RunAsync(change, tables: [1]);

        static async Task RunAsync(TableChange change, HashSet<int> tables)
        {
            var input = Channel();
            using var stage = new Stage(new JoinOperator("join(a,b)", Joined, Pair, Pair, [0], [0]), [input], new Outlet(), tables);
            await input.WriteAsync(new StageMessage(0, null, new TableChanged(change)), CancellationToken.None);
            input.Complete();
            await stage.RunAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Channel_counts_depth_bytes_rows()
    {
        var channel = Channel();
        await channel.WriteAsync(Changes(0, ([1, 10L], 1), ([2, 10L], 1)), CancellationToken.None);
        Assert.Equal((1, 2L, 2L * 13), (channel.Depth, channel.Rows, channel.Bytes));
        channel.Drain();
        Assert.Equal((0, 2L, 0L), (channel.Depth, channel.Rows, channel.Bytes));
    }

    [Fact]
    public async Task Channel_that_is_full_in_bytes_makes_its_writer_wait_and_a_larger_batch_passes_alone()
    {
        var channel = new StageChannel("test", TimeProvider.System, maxBytes: 40);
        await channel.WriteAsync(Changes(0, ([1, 10L], 1), ([2, 10L], 1)), CancellationToken.None);
        await channel.WriteAsync(End(1), CancellationToken.None);
        var large = channel.WriteAsync(Changes(0, ([1, 10L], 1), ([2, 10L], 1), ([3, 10L], 1), ([4, 10L], 1)), CancellationToken.None);
        Assert.False(large.IsCompleted);
        Assert.Equal((2, 26L), (channel.Depth, channel.Bytes));
        Assert.True(channel.TryRead(out _));
        await large.AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((2, 52L), (channel.Depth, channel.Bytes));
        channel.Drain();
        Assert.Equal(0, channel.Bytes);
    }

    [Fact]
    public async Task Error_of_an_operator_names_its_stage()
    {
        var input = Channel();
        using var stage = new Stage(new JoinOperator("join(a,b)", Joined, Pair, Pair, [0], [0]), [input], new Outlet());
        await input.WriteAsync(Changes(0, ([1, 10L], -1)), CancellationToken.None);
        await input.WriteAsync(End(1), CancellationToken.None);
        var error = await Assert.ThrowsAsync<InconsistentChangeException>(() => stage.RunAsync(CancellationToken.None));
        Assert.Equal("join(a,b)", error.Stage);
        Assert.Contains("k=1", error.Message, StringComparison.Ordinal);
    }

    private static StageChannel Channel(int capacity = 8) => new("test", TimeProvider.System, capacity);

    private static StageMessage Changes(int input, params (object?[] Row, int Weight)[] rows) => new(input, Cells.ToBatch(Pair, rows), null);

    private static TableChange Altered(Schema now)
    {
        var table = new SourceTable("shop.t", Pair, ["int", "bigint"], [0], new Dictionary<int, string>());
        return new TableChange(TableChangeKind.Altered, 0, TableCapture.Of(table, [0, 1]), new TableCapture(table, [0, 1], now), new TestPosition(1));
    }

    private static StageMessage End(int number) => new(0, null, new EpochEnd(new Epoch(new TestPosition(number), default)));

    private static async Task<List<string>> ReadAllAsync(StageChannel channel)
    {
        var seen = new List<string>();
        var reader = new EpochReader([channel]);
        while (await reader.ReadAsync(CancellationToken.None) is { } message)
        {
            if (message.Batch is { } batch)
            {
                seen.AddRange(Cells.FromBatch(batch).Select(r => (r.Weight > 0 ? "+" : "-") + Cells.Text(r.Row)));
                batch.Dispose();
            }
            else
            {
                seen.Add(message.Signal switch
                {
                    EpochEnd end => $"end {((TestPosition)end.Epoch.Position).Number}",
                    EpochBegin begin => $"begin {begin.Kind}",
                    TableChanged changed => $"table {changed.Change.Table}",
                    _ => "barrier",
                });
            }
        }

        return seen;
    }
}
