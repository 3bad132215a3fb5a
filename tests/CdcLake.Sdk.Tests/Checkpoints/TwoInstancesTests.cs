using CdcLake.Checkpoints;
using CdcLake.State.Stores;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.Checkpoints;

/// <summary>Two runs of one pipeline write to one folder by mistake: what is restored is always the state of one position, and nobody's files go away under him.</summary>
public sealed class TwoInstancesTests
{
    private static readonly CheckpointOperator[] Plan = [new("join(a,b)", "f1", 1)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_whole_checkpoint_between_any_two_steps_of_another_leaves_each_restorable(bool restored)
    {
        for (var step = 0; ; step++)
        {
            var files = new MemoryStore();
            if (restored)
            {
                await new Instance(files, 1).SaveAsync(10);
            }

            var (x, y) = (await Instance.StartAsync(files, 2), await Instance.StartAsync(files, 3));
            await x.SaveAsync(20);
            await y.SaveAsync(21);
            var steps = 0;
            files.Step = async _ =>
            {
                if (steps++ == step)
                {
                    await WithoutStepsAsync(files, () => y.SaveAsync(31));
                }
            };
            await x.SaveAsync(30);
            files.Step = _ => Task.CompletedTask;
            await AssertRestorableAsync(files);
            for (var position = 40; position < 46; position++)
            {
                await (position % 2 == 0 ? x : y).SaveAsync(position);
                await AssertRestorableAsync(files);
            }

            if (steps <= step)
            {
                Assert.InRange(step, 8, 100);
                return;
            }
        }
    }

    [Fact]
    public async Task A_piece_of_another_instance_in_the_place_of_ours_is_noticed_although_its_length_fits()
    {
        var (ours, theirs) = (new MemoryStore(), new MemoryStore());
        await new Instance(ours, 1).SaveAsync(10);
        await new Instance(theirs, 2).SaveAsync(10);
        var (mine, other) = (ours.Objects.Single(o => o.Key.EndsWith(".piece", StringComparison.Ordinal)), theirs.Objects.Single(o => o.Key.EndsWith(".piece", StringComparison.Ordinal)));
        Assert.Equal(mine.Value.Length, other.Value.Length);
        ours.Objects[mine.Key] = other.Value;
        await Assert.ThrowsAsync<CheckpointException>(() => Instance.StartAsync(ours, 3));
    }

    [Fact]
    public async Task What_a_crashed_run_left_goes_with_the_first_checkpoint_of_the_run_that_was_restored_from_it()
    {
        var files = new MemoryStore();
        var crashed = new Instance(files, 1);
        await crashed.SaveAsync(10);
        files.Step = s => s.StartsWith("put checkpoint", StringComparison.Ordinal) ? throw new InvalidTimeZoneException() : Task.CompletedTask;
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => crashed.SaveAsync(20));
        files.Step = _ => Task.CompletedTask;
        Assert.Equal(3, files.Objects.Count);

        var next = await Instance.StartAsync(files, 2);
        await next.SaveAsync(30);
        Assert.Equal(["checkpoint-0000000002.json", "piece", "piece"], files.Objects.Keys.Select(n => n.EndsWith("piece", StringComparison.Ordinal) ? "piece" : n));
        await AssertRestorableAsync(files);
    }

    [Fact]
    public async Task What_an_unknown_run_left_goes_after_a_day()
    {
        var files = new MemoryStore();
        var clock = new ManualClock();
        await new Instance(files, 1, clock).SaveAsync(10);
        var other = new Instance(files, 2, clock);
        await other.SaveAsync(20);
        Assert.Equal(4, files.Objects.Count);
        clock.Advance(CheckpointCleanUp.LeftOverAge + TimeSpan.FromSeconds(1));
        await other.SaveAsync(30);
        Assert.Single(files.Objects.Keys, n => n.StartsWith(CheckpointDescriptor.NamePrefix, StringComparison.Ordinal));
        await AssertRestorableAsync(files);
    }

    private static async Task AssertRestorableAsync(MemoryStore files)
    {
        var restored = await Instance.StartAsync(files, 99);
        Assert.NotEqual(0, restored.Position);
        Assert.Equal(Instance.ContentsAt(restored.Origin, restored.Position), restored.Contents);
    }

    private static async Task WithoutStepsAsync(MemoryStore files, Func<Task> action)
    {
        var step = files.Step;
        files.Step = _ => Task.CompletedTask;
        await action();
        files.Step = step;
    }

    /// <summary>A run whose state says at which positions it was changed, and by which runs.</summary>
    private sealed class Instance(MemoryStore files, int number, TimeProvider? clock = null)
    {
        private readonly CheckpointStore _store = new(files, "p", Plan, clock ?? TimeProvider.System);
        private readonly RowMultiset _rows = new();
        private readonly List<string> _history = [];

        public string Contents => StoredRows.Contents(_rows);

        public long Position { get; private set; }

        public string Origin => string.Join(',', _history);

        public static async Task<Instance> StartAsync(MemoryStore files, int number)
        {
            var instance = new Instance(files, number);
            if (await instance._store.LoadLatestAsync(CancellationToken.None) is { } found)
            {
                await instance._store.RestoreAsync(found, "join(a,b)", Partition.Only, [instance._rows], CancellationToken.None);
                instance._rows.AfterRestore();
                instance.Position = TestPosition.NumberOf(found.Position);
                instance._history.AddRange(Histories[(files, instance.Position)]);
            }

            return instance;
        }

        public static string ContentsAt(string origin, long position)
        {
            var rows = new RowMultiset();
            foreach (var change in origin.Split(','))
            {
                Change(rows, change);
            }

            Assert.EndsWith($":{position}", origin, StringComparison.Ordinal);
            return StoredRows.Contents(rows);
        }

        public async Task SaveAsync(int position)
        {
            var change = $"{number}:{position}";
            Change(_rows, change);
            _history.Add(change);
            Histories[(files, position)] = [.. _history];
            await _store.SaveAsync(new TestPosition(position), [("join(a,b)", [_rows])]);
        }

        private static Dictionary<(MemoryStore, long), string[]> Histories { get; } = [];

        // Touches a row that is there already, and adds one.
        private static void Change(RowMultiset rows, string change)
        {
            var position = int.Parse(change.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
            StoredRows.Apply(rows, ([0, "common"], 1), ([position, change.PadRight(12)], 1));
        }
    }
}
