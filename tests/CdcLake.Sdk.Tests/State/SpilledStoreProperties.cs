using CdcLake.Checkpoints;
using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.State;

/// <summary>
/// Every store against a dictionary, while all but the last segment of its log is on disk, through rewrites, checkpoints and restarts at random moments. Copies of records are given up after each batch, or stay for some.
/// </summary>
public sealed class SpilledStoreProperties : IDisposable
{
    private const int Keys = 200;
    private const string Operator = "stores";
    private static readonly Schema Pair = new([new Field("k", DataType.Int32, true), new Field("v", DataType.Int32, true)]);

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
            var row = (random.Next(Keys), random.Next(20));
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

    /// <summary>One store, or two of which one has the groups of the other.</summary>
    private abstract class Model
    {
        public required IReadOnlyList<IStateStore> Stores { get; init; }

        public abstract void Apply(List<(int Key, int Value, int Weight)> changes);

        public abstract void Rewrite();

        public abstract Dictionary<(int Key, int Value), int> Counts();

        public virtual void Check(Dictionary<(int Key, int Value), int> expected)
        {
        }

        public virtual void AfterRestore()
        {
            foreach (var store in Stores)
            {
                store.AfterRestore();
            }
        }

        public void Release()
        {
            foreach (var store in Stores)
            {
                store.Log.Clear();
            }
        }

        protected static int Number(ReadOnlySpan<byte> encoded) => BitConverter.ToInt32(encoded[1..]);
    }

    private sealed class MultisetModel : Model
    {
        private readonly RowMultiset _rows = new();

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public MultisetModel(StateBudget budget)
        {
            Stores = [_rows];
            ((IStateStore)_rows).Use(budget);
        }

        public override void Apply(List<(int Key, int Value, int Weight)> changes)
        {
            using var batch = Cells.ToBatch(Pair, changes.Select(c => ((object?[])[c.Key, c.Value], c.Weight)));
            using var keys = Encoded(batch, 0);
            using var values = Encoded(batch, 1);
            _rows.Apply(keys, values, batch.Weights, default);
        }

        public override void Rewrite() => _rows.Compact();

        public override Dictionary<(int Key, int Value), int> Counts()
        {
            var counts = new Dictionary<(int, int), int>();
            for (var key = 0; key < Keys; key++)
            {
                for (var row = _rows.HeadOf(Key(key)); row != 0; row = _rows.NextOf(row))
                {
                    counts.Add((key, Number(_rows.RestOf(row))), _rows.CountOf(row));
                }
            }

            return counts;
        }
    }

    private sealed class MapModel : Model
    {
        private const int Values = 20;
        private uint[] _references = [];

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public MapModel(StateBudget budget)
        {
            Stores = [Map];
            ((IStateStore)Map).Use(budget);
        }

        private RowMap Map { get; } = new(Values * sizeof(int));

        public override void Apply(List<(int Key, int Value, int Weight)> changes)
        {
            using var batch = Cells.ToBatch(Pair, changes.Select(c => ((object?[])[c.Key, c.Value], c.Weight)));
            using var keys = Encoded(batch, 0);
            _references = new uint[changes.Count];
            Map.FindOrAdd(keys, _references);
            for (var i = 0; i < changes.Count; i++)
            {
                Map.Touch(_references[i]);
                Map.Field<int>(_references[i], changes[i].Value * sizeof(int)) += changes[i].Weight;
            }

            foreach (var record in _references.Distinct().Where(r => Map.PrefixOf(r).IndexOfAnyExcept((byte)0) < 0))
            {
                Map.Remove(record);
            }
        }

        public override void Rewrite() => Map.Compact();

        public override Dictionary<(int Key, int Value), int> Counts()
        {
            var counts = new Dictionary<(int, int), int>();
            for (var at = Map.Next(0); at != 0; at = Map.Next(at))
            {
                for (var value = 0; value < Values; value++)
                {
                    if (Map.Field<int>(at, value * sizeof(int)) is var count and not 0)
                    {
                        counts.Add((Number(Map.KeyOf(at)), value), count);
                    }
                }
            }

            return counts;
        }
    }

    private sealed class HeapsModel : Model
    {
        private readonly int _ends;
        private readonly MemberHeaps<FixedOrder<int>> _heaps;
        private readonly uint[] _roots;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public HeapsModel(StateBudget budget, int ends)
        {
            _ends = ends;
            _heaps = new MemberHeaps<FixedOrder<int>>(ends);
            _roots = new uint[Keys * ends];
            Stores = [_heaps];
            ((IStateStore)_heaps).Use(budget);
        }

        public override void Apply(List<(int Key, int Value, int Weight)> changes)
        {
            foreach (var (key, value, weight) in changes)
            {
                var encoded = Key(value);
                _heaps.Apply(key + 1, encoded, MemberHeaps<FixedOrder<int>>.HashOf(key + 1, CdcLake.Common.Hash64.Of(encoded)), weight, RootsOf(key));
            }
        }

        public override void Rewrite()
        {
            Array.Clear(_roots);
            var old = _heaps.BeginRewrite();
            for (var member = old.Next(0); member != 0; member = old.Next(member))
            {
                if (MemberHeaps<FixedOrder<int>>.GroupOf(old, member) is var group and > 0)
                {
                    _heaps.Readd(old, member, RootsOf((int)group - 1));
                }
            }

            old.Clear();
        }

        public override void AfterRestore() => Rewrite();

        public override void Check(Dictionary<(int Key, int Value), int> expected)
        {
            foreach (var group in expected.Keys.GroupBy(k => k.Key, k => k.Value))
            {
                Assert.Equal(group.Min(), Number(_heaps.ValueOf(_heaps.First(RootsOf(group.Key), 0))));
                if (_ends == 2)
                {
                    Assert.Equal(group.Max(), Number(_heaps.ValueOf(_heaps.First(RootsOf(group.Key), 1))));
                }
            }
        }

        public override Dictionary<(int Key, int Value), int> Counts()
        {
            var counts = new Dictionary<(int, int), int>();
            var members = new List<uint>();
            for (var key = 0; key < Keys; key++)
            {
                members.Clear();
                if (RootsOf(key)[0] is var root and not 0)
                {
                    _heaps.Collect(root, members);
                }

                members.ForEach(m => counts.Add((key, Number(_heaps.ValueOf(m))), _heaps.CountOf(m)));
            }

            return counts;
        }

        private Span<uint> RootsOf(int key) => _roots.AsSpan(key * _ends, _ends);
    }

    /// <summary>The groups have records of their own, whose roots and counts come back as they were.</summary>
    private sealed class ChunksModel : Model
    {
        private const int Root = 0;
        private const int Count = 4;

        private readonly RowMap _groups = new(8);
        private readonly ValueChunks<int> _values = new();

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public ChunksModel(StateBudget budget)
        {
            Stores = [_groups, _values];
            foreach (var store in Stores)
            {
                store.Use(budget);
            }
        }

        public override void Apply(List<(int Key, int Value, int Weight)> changes)
        {
            using var batch = Cells.ToBatch(Pair, changes.Select(c => ((object?[])[c.Key, c.Value], c.Weight)));
            using var keys = Encoded(batch, 0);
            var groups = new uint[changes.Count];
            _groups.FindOrAdd(keys, groups);
            _values.Log.Settle();
            for (var i = 0; i < groups.Length; i++)
            {
                _groups.Touch(groups[i]);
                ref var root = ref _groups.Field<uint>(groups[i], Root);
                ref var count = ref _groups.Field<int>(groups[i], Count);
                if (changes[i].Weight > 0)
                {
                    _values.Push(ref root, count++, changes[i].Value);
                }
                else
                {
                    Assert.True(_values.TryRemove(ref root, count--, changes[i].Value));
                }
            }
        }

        public override void Rewrite()
        {
            var old = _values.BeginRewrite();
            for (var group = _groups.Next(0); group != 0; group = _groups.Next(group))
            {
                _groups.Touch(group);
                _values.Take(old, ref _groups.Field<uint>(group, Root));
            }

            old.Clear();
        }

        public override Dictionary<(int Key, int Value), int> Counts()
        {
            var counts = new Dictionary<(int, int), int>();
            for (var group = _groups.Next(0); group != 0; group = _groups.Next(group))
            {
                var values = new int[_groups.Field<int>(group, Count)];
                _values.CopyTo(_groups.Field<uint>(group, Root), values);
                foreach (var value in values)
                {
                    counts[(Number(_groups.KeyOf(group)), value)] = counts.GetValueOrDefault((Number(_groups.KeyOf(group)), value)) + 1;
                }
            }

            return counts;
        }
    }

    private sealed class OrderedModel : Model
    {
        private readonly OrderedRows _rows = new(new RowCodec(Pair, [1]), descending: false);
        private readonly uint[] _roots = new uint[Keys];

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public OrderedModel(StateBudget budget)
        {
            Stores = [_rows];
            ((IStateStore)_rows).Use(budget);
        }

        public override void Apply(List<(int Key, int Value, int Weight)> changes)
        {
            foreach (var (key, value, weight) in changes)
            {
                _rows.Apply(key + 1, Key(value), weight, ref _roots[key]);
            }
        }

        public override void Rewrite()
        {
            Array.Clear(_roots);
            var old = _rows.BeginRewrite();
            for (var row = old.Next(0); row != 0; row = old.Next(row))
            {
                _rows.Readd(old, row, _roots.AsSpan((int)OrderedRows.GroupOf(old, row) - 1, 1));
            }

            old.Clear();
        }

        public override void AfterRestore() => Rewrite();

        public override Dictionary<(int Key, int Value), int> Counts()
        {
            var counts = new Dictionary<(int, int), int>();
            var rows = new List<uint>();
            for (var key = 0; key < Keys; key++)
            {
                rows.Clear();
                _rows.First(_roots[key], int.MaxValue, rows);
                Assert.Equal(rows.Select(r => Number(_rows[r])).Order(), rows.Select(r => Number(_rows[r])));
                rows.ForEach(r => counts[(key, Number(_rows[r]))] = counts.GetValueOrDefault((key, Number(_rows[r]))) + 1);
            }

            return counts;
        }
    }

    private static EncodedRows Encoded(ChangeBatch batch, int column)
    {
        var rows = new EncodedRows();
        new RowCodec(Pair, [column]).Encode(batch, rows);
        rows.ComputeHashes();
        return rows;
    }

    private static byte[] Key(int number)
    {
        using var batch = Cells.ToBatch(Pair, [((object?[])[number, number], 1)]);
        using var rows = Encoded(batch, 0);
        return rows[0].ToArray();
    }
}
