using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Dataflow;

public sealed class PartitionTests
{
    private static readonly Schema Pair = new([new Field("k", DataType.Int32, true), new Field("v", DataType.Int64, true)]);
    private static readonly Schema Sums = new([Pair[0], new Field("sum", DataType.Int64, true)]);

    [Fact]
    public async Task Rows_of_one_key_go_to_one_partition_in_their_order_and_all_arrive()
    {
        var channels = Channels(3);
        var outlet = new Outlet();
        outlet.Add(new Exchange(channels, 0, new KeyPartitioner(Pair, [0], 3)));
        for (var i = 0; i < 30; i++)
        {
            await outlet.SendAsync(Batch([.. Enumerable.Range(0, 100).Select(k => ((object?)(k == 0 ? null : k), (long)i))]), CancellationToken.None);
        }

        await outlet.SignalAsync(End(1), CancellationToken.None);
        outlet.Complete();
        var partitions = new List<List<(string Key, long Value)>>();
        foreach (var channel in channels)
        {
            partitions.Add([.. (await ReadAsync([channel])).Where(s => s != "end 1").Select(s => (s.Split('|')[0], long.Parse(s.Split('|')[1], System.Globalization.CultureInfo.InvariantCulture)))]);
        }

        Assert.Equal(3000, partitions.Sum(p => p.Count));
        Assert.Equal(3000L, outlet.Rows);
        Assert.All(partitions, p => Assert.NotEmpty(p));
        Assert.All(partitions.SelectMany(p => p.GroupBy(r => r.Key)), g => Assert.Equal(Enumerable.Range(0, 30).Select(i => (long)i), g.Select(r => r.Value)));
    }

    [Fact]
    public async Task Exchange_holds_no_more_than_a_batch_for_each_partition()
    {
        var channels = Channels(2, capacity: 1000);
        var exchange = new Exchange(channels, 0, new KeyPartitioner(Pair, [0], 2));
        for (var i = 0; i < 40; i++)
        {
            using var batch = Batch([.. Enumerable.Range(0, 1000).Select(k => ((object?)k, (long)i))]);
            await exchange.SendAsync(batch, CancellationToken.None);
            Assert.InRange(((i + 1) * 1000) - channels.Sum(c => c.Rows), 0, 2 * Exchange.FullRows);
        }

        await exchange.FlushAsync(CancellationToken.None);
        Assert.Equal(40_000, channels.Sum(c => c.Rows));
        Array.ForEach(channels, c => c.Drain());
    }

    /// <summary>Values of percentiles stay with their groups where state comes into another number of partitions.</summary>
    [Fact]
    public void Percentiles_go_with_their_groups_into_other_partitions()
    {
        AggregateOperator New() => new(
            "middle", new Schema([Pair[0], new Field("middle", DataType.Decimal(38, 4), true), new Field("last", DataType.Int64, true)]), Pair, [0],
            [new AggregateCall(AggregateKind.PercentileCont, 1, DataType.Decimal(38, 4), 0.5m), new AggregateCall(AggregateKind.PercentileDisc, 1, DataType.Int64, 1)]);
        using var whole = New();
        whole.Push(0, Pair, [.. Enumerable.Range(0, 500).Select(i => ((object?[])[i % 20, (long)(i * 7 % 101)], 1))]);
        var rows = whole.End().Order(StringComparer.Ordinal).ToList();
        var withdrawn = new List<string>();
        for (var partition = 0; partition < 3; partition++)
        {
            using var part = New();
            part.TakeOver(whole, new KeyShare(new Schema([Pair[0] with { Name = "k0" }]), [0], partition, 3));
            ((IOperator)part).AfterRestore();
            part.Push(0, Pair, [.. Enumerable.Range(0, 20).Select(k => ((object?[])[k, 1000L], 1))]); // of groups that are elsewhere nothing was there to be withdrawn
            withdrawn.AddRange(part.End().Where(r => r[0] == '-'));
        }

        Assert.Equal(20, rows.Count);
        Assert.Equal(rows, withdrawn.Select(r => "+" + r[1..]).Order(StringComparer.Ordinal));
    }

    // Whatever order partitions end an epoch in, their receiver ends it once, when all have.
    [Fact]
    public async Task An_epoch_ends_behind_the_partitions_when_it_has_ended_in_each()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var channels = Channels(3, capacity: 100);
            var reading = ReadAsync(channels);
            var next = new int[channels.Length];
            while (next.Any(n => n < 8))
            {
                var p = random.Next(channels.Length);
                if (next[p] == 8)
                {
                    continue;
                }

                var number = ++next[p];
                await channels[p].WriteAsync(new StageMessage(0, Batch([(p, number)]), null), CancellationToken.None);
                await channels[p].WriteAsync(new StageMessage(0, null, number % 3 == 0 ? new StreamBarrier(null, null) : End(number)), CancellationToken.None);
                if (next[p] == 8)
                {
                    channels[p].Complete();
                }
            }

            var seen = await reading;
            var expected = Enumerable.Range(1, 8).SelectMany(n => (string[])[$"0|{n}", $"1|{n}", $"2|{n}", n % 3 == 0 ? "barrier" : $"end {n}"]);
            Assert.True(expected.SequenceEqual(InOrder(seen)), $"Seed {seed}: {string.Join(", ", seen)}");
        }
    }

    // A join of two aggregates of one source, every channel of one message: whoever is ahead waits, and nobody for ever.
    [Fact]
    public async Task Diamond_in_partitions_with_channels_of_one_message_does_not_block()
    {
        const int partitions = 3;
        var source = new Outlet();
        var stages = new List<Stage>();
        var toJoin = Enumerable.Range(0, partitions).Select(_ => new List<StageChannel>()).ToArray();
        for (var side = 0; side < 2; side++)
        {
            var inputs = Channels(partitions, capacity: 1);
            source.Add(new Exchange(inputs, 0, new KeyPartitioner(Pair, [0], partitions)));
            for (var p = 0; p < partitions; p++)
            {
                var outlet = new Outlet();
                var outputs = Channels(partitions, capacity: 1);
                outlet.Add(new Exchange(outputs, side, new KeyPartitioner(Sums, [0], partitions)));
                toJoin.Zip(outputs).ToList().ForEach(z => z.First.Add(z.Second));
                stages.Add(new Stage(Aggregate(side == 0 ? AggregateKind.Sum : AggregateKind.Max), [inputs[p]], outlet));
            }
        }

        var results = Channels(partitions, capacity: 1);
        for (var p = 0; p < partitions; p++)
        {
            var outlet = new Outlet();
            outlet.Add(results[p], 0);
            var joined = new Schema([.. Sums.Fields, .. Sums.Fields.Select(f => f with { Name = "r" + f.Name })]);
            stages.Add(new Stage(new JoinOperator("join", joined, Sums, Sums, [0], [0]), toJoin[p], outlet));
        }

        var running = stages.Select(s => Task.Run(() => s.RunAsync(CancellationToken.None))).ToList();
        var reading = ReadAsync(results);
        for (var epoch = 1; epoch <= 200; epoch++)
        {
            await source.SendAsync(Batch([.. Enumerable.Range(0, 20).Select(i => ((object?)(i % 7), (long)epoch))]), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            await source.SignalAsync(End(epoch), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        }

        source.Complete();
        var seen = await reading.WaitAsync(TimeSpan.FromSeconds(60));
        await Task.WhenAll(running);
        stages.ForEach(s => s.Dispose());
        Assert.Equal(200, seen.Count(s => s.StartsWith("end", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_error_in_a_partition_carries_the_name_of_the_stage_alone()
    {
        var channels = Channels(2);
        var outlet = new Outlet();
        outlet.Add(new Exchange(channels, 0, new KeyPartitioner(Pair, [0], 2)));
        await outlet.SendAsync(Cells.ToBatch(Pair, [([1, 10L], -1)]), CancellationToken.None);
        await outlet.SignalAsync(End(1), CancellationToken.None);
        outlet.Complete();
        var errors = new List<InconsistentChangeException>();
        for (var p = 0; p < 2; p++)
        {
            using var stage = new Stage(Aggregate(AggregateKind.Sum), [channels[p]], new Outlet()) { Partition = new Partition(p, 2) };
            try
            {
                await stage.RunAsync(CancellationToken.None);
            }
            catch (InconsistentChangeException error)
            {
                errors.Add(error);
            }
        }

        Assert.Equal("sum", Assert.Single(errors).Stage);
    }

    private static AggregateOperator Aggregate(AggregateKind kind) => new("sum", Sums, Pair, [0], [new AggregateCall(kind, 1, DataType.Int64)]);

    private static StageChannel[] Channels(int count, int capacity = 1000) => [.. Enumerable.Range(0, count).Select(_ => new StageChannel("test", TimeProvider.System, capacity))];

    private static ChangeBatch Batch(IReadOnlyList<(object? Key, long Value)> rows) => Cells.ToBatch(Pair, rows.Select(r => (new[] { r.Key, r.Value }, 1)));

    private static EpochEnd End(int number) => new(new Epoch(new TestPosition(number), default));

    // Rows between two signals in the order of their text.
    private static IEnumerable<string> InOrder(IEnumerable<string> seen)
    {
        var rows = new List<string>();
        foreach (var one in seen)
        {
            if (one.Contains('|', StringComparison.Ordinal))
            {
                rows.Add(one);
                continue;
            }

            foreach (var row in rows.Order(StringComparer.Ordinal))
            {
                yield return row;
            }

            rows.Clear();
            yield return one;
        }
    }

    private static async Task<List<string>> ReadAsync(IEnumerable<StageChannel> channels)
    {
        var seen = new List<string>();
        var reader = new EpochReader(channels);
        while (await reader.ReadAsync(CancellationToken.None) is { } message)
        {
            if (message.Batch is { } batch)
            {
                seen.AddRange(Cells.FromBatch(batch).Select(r => Cells.Text(r.Row)));
                batch.Dispose();
            }
            else
            {
                seen.Add(message.Signal is EpochEnd end ? $"end {((TestPosition)end.Epoch.Position).Number}" : "barrier");
            }
        }

        return seen;
    }
}
