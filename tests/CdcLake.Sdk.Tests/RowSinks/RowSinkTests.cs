using CdcLake.Connectors;
using CdcLake.RowSinks;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.RowSinks;

/// <summary>What a sink of the application gets, and that it is exactly once whatever fails.</summary>
public sealed class RowSinkTests
{
    private readonly ItemTable _table = new();

    [Fact]
    public async Task Commits_are_the_changes_between_two_states_each_key_once()
    {
        var all = new ScriptedEpoch([[([1, 10L], 1), ([2, 20L], 1)]]) { Kind = EpochKind.CompleteResult };
        var mixed = new ScriptedEpoch([[([1, 10L], -1), ([1, 11L], 1), ([3, 30L], 1)], [([1, 11L], -1), ([1, 12L], 1), ([2, 20L], -1), ([3, 30L], -1)]]);
        await RunAsync(all, mixed, ScriptedEpoch.Empty(), ScriptedEpoch.Insert(4, 40));
        Assert.Equal(["1! 2", "2 2", "4 1"], _table.Commits);
        Assert.Equal([(1, 12L), (4, 40L)], _table.Rows.Select(r => (r.Key, r.Value)));
    }

    [Fact]
    public async Task The_next_run_goes_on_at_the_position_that_the_target_kept()
    {
        await RunAsync(ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20));
        var source = await RunAsync(ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20), ScriptedEpoch.Update(2, 20, 21));
        Assert.Equal(new TestPosition(2), source.Start!.From);
        Assert.Equal([(1, 10L), (2, 21L)], _table.Rows.Select(r => (r.Key, r.Value)));
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    [InlineData("open")]
    public async Task Errors_that_pass_are_waited_out_and_nothing_is_lost_or_doubled(string step)
    {
        var left = 2;
        _table.Fault = s =>
        {
            if (s == step && left > 0)
            {
                left--;
                throw new TimeoutException("no answer");
            }
        };
        await RunAsync([.. Enumerable.Range(1, 5).Select(n => ScriptedEpoch.Insert(n, n)), ScriptedEpoch.Update(3, 3, 33)]);
        Assert.Equal(0, left);
        Assert.Equal([(1, 1L), (2, 2L), (3, 33L), (4, 4L), (5, 5L)], _table.Rows.Select(r => (r.Key, r.Value)));
        Assert.Equal(6, _table.Commits.Sum(c => int.Parse(c.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Random_changes_and_faults_leave_what_a_model_says(int seed)
    {
        var random = new Random(seed);
        var model = new SortedDictionary<int, long>();
        var epochs = Enumerable.Range(0, 60).Select(_ => RandomEpochs.Next(random, model)).ToArray();
        _table.Fault = _ =>
        {
            if (random.Next(20) == 0)
            {
                throw new IOException("cut");
            }
        };
        await RunAsync(epochs);
        Assert.Equal(model, _table.Rows);
    }

    public static TheoryData<int> Seeds => [1, 2, 3];

    [Fact]
    public async Task Any_other_error_ends_the_pipeline_in_the_target_s_words()
    {
        _table.Fault = s => Assert.True(s != "before", "disk full");
        var error = await Assert.ThrowsAsync<SinkException>(() => RunAsync(ScriptedEpoch.Insert(1, 1)));
        Assert.StartsWith("items: CommitAsync failed with TrueException: disk full", error.Message, StringComparison.Ordinal);
        Assert.Equal((false, "items"), (error.IsTransient, error.Stage));
    }

    [Fact]
    public async Task Two_rows_of_a_key_in_one_commit_are_refused()
    {
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(() => RunAsync(new ScriptedEpoch([[([1, 10L], 1), ([1, 11L], 1)]])));
        Assert.Contains("items: a key has more than one row in the result, one of them: key (id=1)", error.Message, StringComparison.Ordinal);
        Assert.Empty(_table.Rows);
    }

    [Theory]
    [InlineData("cut off in the mid", "items gave back \"cut off in the mid\" as its position")]
    [InlineData("plan=x", "as its position, which is none")]
    [InlineData("", "as its position, which is none")]
    public async Task What_is_no_position_is_refused(string position, string mention)
    {
        _table.Position = position;
        Assert.Contains(mention, (await Assert.ThrowsAsync<SinkException>(() => RunAsync(ScriptedEpoch.Insert(1, 1)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_position_of_another_computation_is_refused()
    {
        _table.Position = "plan=other\ntables=\ngtid=3e11fa47-71ca-11e1-9e33-c80aa9429562:1-1";
        Assert.Contains("another computation", (await Assert.ThrowsAsync<PlanChangedException>(() => RunAsync(ScriptedEpoch.Insert(1, 1)))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop-1", true)]
    [InlineData("other-1", false)]
    public async Task Rows_of_before_an_alteration_of_their_tables_are_replaced(string tables, bool isFollowed)
    {
        _table.Position = $"plan=1\ntables={tables}\ngtid=3e11fa47-71ca-11e1-9e33-c80aa9429562:1-1";
        await using var sink = new RowSink<ScriptedPipeline.Item>(_table);
        var opening = new SinkOpening("scripted", ScriptedSource.Columns, [0], TimeProvider.System, "2", "shop-2");
        if (isFollowed)
        {
            Assert.Equal(1, TestPosition.NumberOf(await sink.OpenAsync(opening, default)));
            Assert.True(sink.NeedsCompleteResult);
        }
        else
        {
            await Assert.ThrowsAsync<PlanChangedException>(() => sink.OpenAsync(opening, default));
        }
    }

    [Fact]
    public async Task A_position_may_come_back_with_other_line_ends()
    {
        await RunAsync(ScriptedEpoch.Insert(1, 10));
        _table.Position = _table.Position!.ReplaceLineEndings("\r\n");
        var source = await RunAsync(ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20));
        Assert.Equal(new TestPosition(1), source.Start!.From);
    }

    private async Task<ScriptedSource> RunAsync(params ScriptedEpoch[] epochs)
    {
        var source = new ScriptedSource(epochs);
        await using var pipeline = ScriptedPipeline.Replica(source, [new RowSinkTarget<ScriptedPipeline.Item>(_table)]);
        await pipeline.RunAsync();
        return source;
    }
}
