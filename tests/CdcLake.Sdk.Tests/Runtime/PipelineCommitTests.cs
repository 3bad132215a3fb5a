using CdcLake.Connectors;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Runtime;

/// <summary>One commit for a pipeline: whatever fails, its sinks rest at one position after the next commit, and never commit apart.</summary>
public sealed class PipelineCommitTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdclake-commits-");

    public static TheoryData<string, int> Faults()
    {
        var data = new TheoryData<string, int>();
        foreach (var step in (string[])["end memory(a)", "end memory(b)", "prepare memory(a)", "prepare memory(b)", "publish one", "published one", "publish two", "published two"])
        {
            for (var time = 1; time <= 3; time++)
            {
                data.Add(step, time);
            }
        }

        return data;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task At_every_commit_a_table_on_disk_and_one_in_memory_hold_the_same_position()
    {
        var memory = new MemoryTarget("a", new MemoryCluster("one"));
        var catalog = IcebergCatalog.FileSystem(_folder.FullName);
        var seen = new List<string>();
        await using var pipeline = ScriptedPipeline.Replica(
            new ScriptedSource(Epochs(12)),
            [memory, catalog.Table("demo.items").Target(new IcebergSinkSettings())],
            o => o.OnCommit = c => seen.Add($"{TestPosition.Short(c.Position)} {memory.At} {IcebergPosition(catalog)}"));
        await pipeline.RunAsync();
        Assert.Equal(Enumerable.Range(1, 12).SelectMany(n => Enumerable.Repeat($"{n} {n} {n}", 2)), seen);
        Assert.Equal(Rows(12), memory.Rows.Select(r => $"{r.Key}={r.Value}"));
    }

    [Fact]
    public async Task A_sink_without_changes_stores_the_position_with_the_others()
    {
        var (one, two) = (new MemoryTarget("a", new MemoryCluster("one")), new MemoryTarget("b", new MemoryCluster("two")));
        var stops = new List<string>();
        await using var pipeline = ScriptedPipeline.Replica(
            new ScriptedSource([ScriptedEpoch.Insert(1, 1), ScriptedEpoch.Empty(), ScriptedEpoch.Insert(2, 1)]), [one, two], o => o.OnCommit = c => stops.Add($"{c.Sink} {TestPosition.Short(c.Position)}"));
        await pipeline.RunAsync();
        Assert.Equal(["memory(a) 1", "memory(b) 1", "memory(a) 3", "memory(b) 3"], stops);
    }

    [Fact]
    public async Task Parts_of_one_group_are_published_in_one_act()
    {
        var shared = new MemoryCluster("one") { IsAtomic = true };
        var (a, b, c) = (new MemoryTarget("a", shared), new MemoryTarget("b", new MemoryCluster("two")), new MemoryTarget("c", shared));
        await using var pipeline = ScriptedPipeline.Replica(new ScriptedSource(Epochs(3)), [a, b, c]);
        await pipeline.RunAsync();
        Assert.Equal([2, 2, 2], shared.Publications);
        Assert.Equal([1, 1, 1], b.Cluster.Publications);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task After_a_failure_at_any_step_the_next_commit_brings_all_sinks_to_one_position(string step, int time)
    {
        var (one, two) = (new MemoryCluster("one"), new MemoryCluster("two"));
        var (a, b) = (new MemoryTarget("a", one), new MemoryTarget("b", two));
        var times = 0;
        one.Fault = two.Fault = s =>
        {
            if (s == step && ++times == time)
            {
                throw new InvalidTimeZoneException(step);
            }
        };
        await using (var failing = ScriptedPipeline.Replica(new ScriptedSource(Epochs(6)), [a, b]))
        {
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => failing.RunAsync());
        }

        Assert.Equal((0, 0), (a.OpenParts, b.OpenParts));
        one.Fault = two.Fault = _ => { };
        var seen = new List<(string, string)>();
        await using var pipeline = ScriptedPipeline.Replica(new ScriptedSource(Epochs(6)), [a, b], o => o.OnCommit = _ => seen.Add((a.At, b.At)));
        await pipeline.RunAsync();
        Assert.NotEmpty(seen);
        Assert.All(seen, s => Assert.Equal(s.Item1, s.Item2));
        Assert.Equal(("6", "6"), (a.At, b.At));
        Assert.Equal(Rows(6), a.Rows.Select(r => $"{r.Key}={r.Value}"));
        Assert.Equal(Rows(6), b.Rows.Select(r => $"{r.Key}={r.Value}"));
    }

    [Fact]
    public async Task A_crash_between_two_groups_is_repaired_by_the_first_commit_although_the_source_is_silent()
    {
        var (a, b) = (new MemoryTarget("a", new MemoryCluster("one")), new MemoryTarget("b", new MemoryCluster("two")));
        b.Cluster.Fault = s => _ = s == "publish two" ? throw new InvalidTimeZoneException() : 0;
        await using (var failing = ScriptedPipeline.Replica(new ScriptedSource(Epochs(3)), [a, b], o => o.CommitInterval = TimeSpan.FromHours(1)))
        {
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => failing.RunAsync());
        }

        Assert.Equal(("3", "-"), (a.At, b.At));
        b.Cluster.Fault = _ => { };
        using var stop = new CancellationTokenSource();
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pipeline = ScriptedPipeline.Replica(
            new ScriptedSource(Epochs(3), endless: true), [a, b], o => (o.CommitInterval, o.OnCommit) = (TimeSpan.FromHours(1), _ => committed.TrySetResult()));
        var run = pipeline.RunAsync(stop.Token);
        await committed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(("3", "3"), (a.At, b.At));
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Nothing_is_committed_while_a_sink_that_is_ahead_has_not_been_reached()
    {
        var (a, b) = (new MemoryTarget("a", new MemoryCluster("one")), new MemoryTarget("b", new MemoryCluster("two")));
        a.Publish(new SortedDictionary<int, long>(Enumerable.Range(1, 5).ToDictionary(n => n, n => (long)n)), new TestPosition(5));
        b.Publish(new SortedDictionary<int, long>(Enumerable.Range(1, 2).ToDictionary(n => n, n => (long)n)), new TestPosition(2));
        var seen = new List<string>();
        await using var pipeline = ScriptedPipeline.Replica(new ScriptedSource(Epochs(7)), [a, b], o => o.OnCommit = c => seen.Add($"{c.Sink} {TestPosition.Short(c.Position)} {a.At} {b.At}"));
        await pipeline.RunAsync();
        Assert.Equal(
            ["memory(b) 5 5 5", "memory(a) 6 6 6", "memory(b) 6 6 6", "memory(a) 7 7 7", "memory(b) 7 7 7"], seen);
        Assert.Equal(Rows(7), b.Rows.Select(r => $"{r.Key}={r.Value}"));
    }

    [Fact]
    public async Task A_silent_source_does_not_keep_changes_from_being_committed_at_their_age()
    {
        var clock = new ManualClock();
        var a = new MemoryTarget("a", new MemoryCluster("one"));
        var source = new ScriptedSource(Epochs(3), endless: true);
        using var stop = new CancellationTokenSource();
        var committed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pipeline = ScriptedPipeline.Replica(
            source, [a], o => (o.CommitInterval, o.TimeProvider, o.OnCommit) = (TimeSpan.FromSeconds(5), clock, c => committed.TrySetResult(TestPosition.Short(c.Position))));
        var run = pipeline.RunAsync(stop.Token);
        await source.Sent;
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("-", a.At);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("3", await committed.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_position_that_only_moved_is_stored_after_a_minute()
    {
        var clock = new ManualClock();
        var a = new MemoryTarget("a", new MemoryCluster("one"));
        var source = new ScriptedSource([ScriptedEpoch.Empty()], endless: true);
        using var stop = new CancellationTokenSource();
        var committed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pipeline = ScriptedPipeline.Replica(
            source, [a], o => (o.CommitInterval, o.TimeProvider, o.OnCommit) = (TimeSpan.FromSeconds(5), clock, c => committed.TrySetResult(TestPosition.Short(c.Position))));
        var run = pipeline.RunAsync(stop.Token);
        await clock.WaitForTimerAsync(TimeSpan.FromMinutes(1));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("1", await committed.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_checkpoint_counts_only_once_all_sinks_have_committed_its_position()
    {
        var (a, b) = (new MemoryTarget("a", new MemoryCluster("one")), new MemoryTarget("b", new MemoryCluster("two")));
        b.Cluster.Fault = s => _ = s == "publish two" && a.At == "4" ? throw new InvalidTimeZoneException() : 0;
        var files = new MemoryStore();
        await using (var failing = ScriptedPipeline.Sums(new ScriptedSource(Epochs(6)), [a, b], files, o => o.CheckpointInterval = TimeSpan.Zero))
        {
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => failing.RunAsync());
            Assert.NotEqual("4", TestPosition.Short(failing.Status.CheckpointPosition));
        }

        b.Cluster.Fault = _ => { };
        var source = new ScriptedSource(Epochs(6));
        await using var pipeline = ScriptedPipeline.Sums(source, [a, b], files, o => o.CheckpointInterval = TimeSpan.Zero);
        await pipeline.RunAsync();
        Assert.True(source.Start!.From is null or TestPosition { Number: < 4 });
        Assert.Equal(("6", "6", "6"), (a.At, b.At, TestPosition.Short(pipeline.Status.CheckpointPosition)));
        Assert.Equal(a.Rows, b.Rows);
    }

    private static string IcebergPosition(IcebergCatalog catalog)
    {
        var table = catalog.Open().LoadAsync(TableIdentifier.Parse("demo.items"), CancellationToken.None).GetAwaiter().GetResult();
        return $"{TestPosition.NumberOf(MarkedHistory.Of(table!.Metadata, "scripted").Marker!.Position)}";
    }

    private static List<ScriptedEpoch> Epochs(int count) => [.. Enumerable.Range(1, count).Select(n => ScriptedEpoch.Insert(n, n))];

    private static IEnumerable<string> Rows(int count) => Enumerable.Range(1, count).Select(n => $"{n}={n}");
}
