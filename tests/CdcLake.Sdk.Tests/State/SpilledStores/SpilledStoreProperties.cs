using CdcLake.Checkpoints;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.State.SpilledStores;

/// <summary>
/// Every store against a dictionary, while all but the last segment of its log is on disk, through rewrites, checkpoints and restarts at random moments. Copies of records are given up after each batch, or stay for some.
/// </summary>
public sealed class SpilledStoreProperties : IDisposable
{
    private const string Operator = "stores";

    private readonly TemporaryFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Rows_by_key() => EachSeedAsync(budget => new MultisetModel(budget));

    [Fact]
    public Task Records_by_key() => EachSeedAsync(budget => new MapModel(budget));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Members_in_heaps(int ends) => EachSeedAsync(budget => new HeapsModel(budget, ends));

    [Fact]
    public Task Values_in_chunks() => EachSeedAsync(budget => new ChunksModel(budget));

    [Fact]
    public Task Rows_in_order() => EachSeedAsync(budget => new OrderedModel(budget));

    private async Task EachSeedAsync(Func<StateBudget, Model> create)
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            using var budget = new StateBudget(0, _folder.Path) { SegmentBytes = 512, CopyBytes = seed % 2 * 64 << 10 };
            await RunAsync(seed, budget, () => create(budget));
            Assert.True(budget.SpilledBytes > 16 << 10, $"seed {seed}: only {budget.SpilledBytes} bytes are on disk");
        }
    }

    private static async Task RunAsync(int seed, StateBudget budget, Func<Model> create)
    {
        var random = new Random(seed);
        var files = new MemoryStore();
        var model = create();
        var checkpoints = Checkpoints(model, files);
        var counts = new Dictionary<(int Key, int Value), int>();
        for (var step = 0; step < 40; step++)
        {
            var changes = Changes(random, counts);
            model.Apply(changes);
            if (random.Next(6) == 0)
            {
                model.Rewrite();
            }

            if (random.Next(4) == 0)
            {
                await checkpoints.SaveAsync(new TestPosition(step), [(Operator, model.Stores)]);
                if (random.Next(2) == 0)
                {
                    model.Release();
                    (model, checkpoints) = await RestoreAsync(create, files);
                }
            }

            var expected = counts.Where(c => c.Value != 0).ToDictionary();
            var actual = model.Counts();
            Assert.True(expected.Count == actual.Count && expected.All(e => actual.GetValueOrDefault(e.Key) == e.Value), $"seed {seed}, step {step}");
            model.Check(expected);
            Assert.Equal(budget.SpilledBytes, model.Stores.Sum(s => s.Log.SpilledBytes));
        }
    }

    // What is withdrawn was there.
    private static List<(int Key, int Value, int Weight)> Changes(Random random, Dictionary<(int Key, int Value), int> counts)
    {
        var changes = new List<(int, int, int)>();
        for (var i = 0; i < 300; i++)
        {
            var row = (random.Next(Model.Keys), random.Next(20));
            var count = counts.GetValueOrDefault(row);
            var weight = count > 0 && random.Next(10) < 6 ? -1 : 1;
            counts[row] = count + weight;
            changes.Add((row.Item1, row.Item2, weight));
        }

        return changes;
    }

    private static async Task<(Model, CheckpointStore)> RestoreAsync(Func<Model> create, MemoryStore files)
    {
        var model = create();
        var checkpoints = Checkpoints(model, files);
        var found = await checkpoints.LoadLatestAsync(CancellationToken.None);
        await checkpoints.RestoreAsync(found!, Operator, Partition.Only, model.Stores, CancellationToken.None);
        model.AfterRestore();
        return (model, checkpoints);
    }

    private static CheckpointStore Checkpoints(Model model, MemoryStore files) => new(files, "p", [new CheckpointOperator(Operator, "f", model.Stores.Count)], TimeProvider.System);
}
