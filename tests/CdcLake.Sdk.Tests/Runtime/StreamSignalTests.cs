using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Runtime;

/// <summary>What the stream carries beside rows arrives at the sinks at its place, through operators too.</summary>
public sealed class StreamSignalTests
{
    private readonly MemoryTarget _target = new("a", new MemoryCluster("one"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_complete_result_is_announced_before_its_first_row(bool throughAnAggregate)
    {
        var epochs = new[] { ScriptedEpoch.Insert(1, 1) with { Kind = EpochKind.CompleteResult }, ScriptedEpoch.Insert(2, 2) };
        await RunAsync(epochs, throughAnAggregate);
        Assert.Equal(["begin CompleteResult", "end 1", "begin Changes", "end 2"], _target.Calls);
    }

    [Fact]
    public async Task A_change_of_columns_that_nobody_reads_passes()
    {
        await RunAsync([ScriptedEpoch.Insert(1, 1), ScriptedEpoch.Insert(2, 2) with { Change = Altered(c => c) }]);
        Assert.Equal(2, _target.Rows.Count);
    }

    [Fact]
    public async Task A_change_that_a_sink_cannot_follow_ends_the_run_with_its_name_and_what_came_before_stays()
    {
        var change = Altered(_ => new Schema([new Field("id", DataType.Int32, false), new Field("qty", DataType.Int64, true)]));
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => RunAsync([ScriptedEpoch.Insert(1, 1), ScriptedEpoch.Insert(2, 2) with { Change = change }]));
        Assert.Contains("memory(a)", error.Message, StringComparison.Ordinal);
        Assert.Contains("shop.items", error.Message, StringComparison.Ordinal);
        Assert.Equal("1", _target.At);
    }

    [Fact]
    public async Task Rows_of_another_version_than_the_one_in_force_are_refused()
    {
        var late = Altered(_ => new Schema([new Field("id", DataType.Int32, false), new Field("qty", DataType.Int64, true)]));
        var follower = new FollowingTarget();
        var source = new ScriptedSource([ScriptedEpoch.Insert(1, 1), ScriptedEpoch.Insert(2, 2) with { Change = late, IsLate = true }]);
        await using var pipeline = ScriptedPipeline.Replica(source, [follower]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.RunAsync());
    }

    [Fact]
    public async Task A_change_that_an_operator_cannot_follow_ends_the_run_with_its_name()
    {
        var change = Altered(_ => new Schema([new Field("id", DataType.Int32, false), new Field("qty", DataType.Int64, true)]));
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(
            () => RunAsync([ScriptedEpoch.Insert(1, 1), ScriptedEpoch.Insert(2, 2) with { Change = change }], throughAnAggregate: true));
        Assert.DoesNotContain("memory(a)", error.Message, StringComparison.Ordinal);
        Assert.Contains("shop.items", error.Stage, StringComparison.Ordinal);
    }

    private static Func<TableCapture, SourcePosition, TableChange> Altered(Func<Schema, Schema> columns) =>
        (capture, position) => new TableChange(TableChangeKind.Altered, 0, capture, capture with { Schema = columns(capture.Schema) }, position);

    private async Task RunAsync(IReadOnlyList<ScriptedEpoch> epochs, bool throughAnAggregate = false)
    {
        var source = new ScriptedSource(epochs);
        await using var pipeline = throughAnAggregate
            ? ScriptedPipeline.Sums(source, [_target], new MemoryStore())
            : ScriptedPipeline.Replica(source, [_target]);
        await pipeline.RunAsync();
    }

    /// <summary>Follows every change of its table.</summary>
    private sealed class FollowingTarget : ISinkTarget
    {
        public ISink CreateSink() => new FollowingSink();
    }

    private sealed class FollowingSink : ISink
    {
        public string Name => "following";

        public SinkBacklog Backlog => default;

        public Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<string, string>?>(null);

        public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken)
        {
            batch.Dispose();
            return ValueTask.CompletedTask;
        }

        public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask TableChangedAsync(TableChange change, SinkOpening? opening, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public Task<IPreparedCommit?> PrepareAsync(CancellationToken cancellationToken) => Task.FromResult<IPreparedCommit?>(null);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
