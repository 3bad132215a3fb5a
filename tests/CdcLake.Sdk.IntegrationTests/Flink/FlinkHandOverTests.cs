using System.Diagnostics;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>
/// Tables that go from an embedded pipeline to Flink and back, while a writer goes on all the time: a replica, behind whose position Flink reads on, and a join with groups, whose table it makes anew. The
/// writer pauses where rows are compared, and nowhere else: not while nobody reads the log, nor while one side begins.
/// </summary>
[Collection(FlinkCluster.Collection)]
public sealed class FlinkHandOverTests(FlinkCluster cluster, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly FlinkShape[] Shapes = [.. FlinkShapes.All.Where(s => s.Name is "replica" or "seed_sales")];

    [FlinkFact]
    public async Task Nothing_is_lost_or_doubled_on_the_way_to_Flink_and_back()
    {
        using var gateway = await cluster.GatewayAsync();
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "flink_hand");
        using var folder = new TemporaryFolder();
        var shop = new FlinkShop(database, Pipelines.Seed.Next(output));
        await shop.FillAsync();
        var lake = ComparedLake.Folder(folder["warehouse"]);
        var tables = new ShopTables(new MySqlSource(FlinkCluster.MySql), database.Name, folder["checkpoints"])
        {
            Sink = o => (o.ExistingTable, o.ForeignChanges) = (ExistingTable.TakeOver, ForeignChanges.Resnapshot),
        };
        await using var writer = new ShopWriter(shop);

        var here = new Embedded(Shapes.Select(s => Build(s, tables, lake)));
        writer.Start();
        await here.ReachAsync(await writer.PassedAsync(database));
        var position = await here.StopAsync();
        await writer.GoOnAsync(20); // which nobody reads

        var jobs = new List<FlinkJob>();
        foreach (var shape in Shapes)
        {
            await using var pipeline = Build(shape, tables, lake);
            var script = await pipeline.ToFlinkSqlAsync(o =>
            {
                o.CheckpointInterval = TimeSpan.FromSeconds(1);
                (o.StartAfterGtids, o.ReplacesTables) = shape.Name == "replica" ? (position, false) : (null, true);
            });
            jobs.Add(await gateway.SubmitAsync(script));
        }

        await Task.WhenAll(jobs.Select(j => j.WaitForStateAsync(FlinkJobState.Running)));
        await writer.GoOnAsync(20);
        await writer.PauseAsync();
        await CompareAsync("in Flink", database, lake, jobs);

        writer.Start();
        await writer.GoOnAsync(20);
        foreach (var job in jobs)
        {
            output.WriteLine(await job.StopWithSavepointAsync());
        }

        await writer.GoOnAsync(20);
        here = new Embedded(Shapes.Select(s => Build(s, tables, lake)));
        await here.ReachAsync(await writer.PassedAsync(database));
        await writer.PauseAsync();
        await here.ReachAsync(await database.Connection.GtidExecutedAsync());
        var said = here.Events;
        await here.StopAsync();
        await CompareAsync("embedded again", database, lake, []);
        output.WriteLine($"{writer.Transactions} transactions");
        foreach (var shape in Shapes)
        {
            await IcebergJava.VerifyNewestAsync(lake.ForJava(shape.Name)[0]);
            var told = said.First(e => e.Contains($"replaces what iceberg(demo.{shape.Name}) holds", StringComparison.Ordinal));
            output.WriteLine(told);
            Assert.DoesNotContain(" 0 files of equality deletes", told, StringComparison.Ordinal); // there were some, and they are gone
        }
    }

    private static Pipeline Build(FlinkShape shape, ShopTables tables, ComparedLake lake) => shape.Build(tables, lake.Table(shape.Name), $"hand-{Environment.ProcessId}-{shape.Name.Replace('_', '-')}");

    private static async Task CompareAsync(string where, MySqlDatabase database, ComparedLake lake, List<FlinkJob> jobs)
    {
        foreach (var shape in Shapes)
        {
            var expected = await shape.ExpectedAsync(database);
            var clock = Stopwatch.StartNew();
            string? difference;
            while ((difference = Answer.Difference(expected, await shape.RowsAsync(lake))) is not null && jobs.Count > 0 && clock.Elapsed < Patience)
            {
            }

            Assert.True(difference is null, $"{shape.Name} {where}: {difference}\n{string.Join('\n', (await Task.WhenAll(jobs.Select(j => j.GetExceptionsAsync()))).SelectMany(e => e))}");
        }
    }

    /// <summary>Pipelines that run in this process.</summary>
    private sealed class Embedded
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<Pipeline> _pipelines;
        private readonly List<Task> _running;

        public Embedded(IEnumerable<Pipeline> pipelines)
        {
            _pipelines = [.. pipelines];
            _running = _pipelines.ConvertAll(p => p.RunAsync(_stop.Token));
        }

        public IReadOnlyList<string> Events => [.. _pipelines.SelectMany(p => p.Events).Select(e => e.Message)];

        public async Task ReachAsync(string gtid)
        {
            using var limit = new CancellationTokenSource(Patience);
            foreach (var (pipeline, running) in _pipelines.Zip(_running))
            {
                await await Task.WhenAny(pipeline.WaitForGtidAsync(gtid, cancellationToken: limit.Token), running);
            }
        }

        /// <summary>Lets them drain.</summary>
        /// <returns>The GTID set of the first one's last commit.</returns>
        public async Task<string> StopAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_running);
            var position = _pipelines[0].Status.Sinks[0].Position!;
            foreach (var pipeline in _pipelines)
            {
                await pipeline.DisposeAsync();
            }

            _stop.Dispose();
            return position;
        }
    }

    /// <summary>Random transactions of a shop, one after the other, until it pauses.</summary>
    private sealed class ShopWriter(FlinkShop shop) : IAsyncDisposable
    {
        private readonly SemaphoreSlim _turn = new(1);
        private CancellationTokenSource _pause = new();
        private Task _running = Task.CompletedTask;
        private int _transactions;

        public int Transactions => Volatile.Read(ref _transactions);

        public void Start() => _running = RunAsync((_pause = new CancellationTokenSource()).Token);

        public async Task PauseAsync()
        {
            await _pause.CancelAsync();
            await _running;
        }

        /// <summary>The server's position between two transactions.</summary>
        public async Task<string> PassedAsync(MySqlDatabase database)
        {
            await _turn.WaitAsync();
            try
            {
                return await database.Connection.GtidExecutedAsync();
            }
            finally
            {
                _turn.Release();
            }
        }

        /// <summary>Waits for so many further transactions.</summary>
        public async Task GoOnAsync(int transactions)
        {
            for (var last = Transactions + transactions; Transactions < last && !_running.IsCompleted;)
            {
                await Task.Yield();
                await _turn.WaitAsync();
                _turn.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await PauseAsync();
            _pause.Dispose();
            _turn.Dispose();
        }

        private async Task RunAsync(CancellationToken pause)
        {
            while (!pause.IsCancellationRequested)
            {
                await _turn.WaitAsync(CancellationToken.None);
                try
                {
                    await shop.TransactAsync();
                    _transactions++;
                }
                finally
                {
                    _turn.Release();
                }

                // A pace that leaves the processor to those who read; nobody waits for it.
                await Task.Delay(10, CancellationToken.None);
            }
        }
    }
}
