using CdcLake.Checkpoints;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.State.Stores;
using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Dataflow;

/// <summary>Rows that age by commit time.</summary>
public sealed class RecentOperatorTests
{
    private static readonly Schema Visits = new([new Field("id", DataType.Int32, false), new Field("at", DataType.DateTime(6), true), new Field("page", DataType.String, true)]);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    [Fact]
    public void Row_goes_when_its_time_has_passed_and_is_not_missed_when_it_is_deleted_then()
    {
        using var recent = New();
        Assert.Equal(["+1|100000000|a", "+2|105000000|b"], recent.Push(0, Visits, ([1, At(100), "a"], 1), ([2, At(105), "b"], 1), ([3, null, "c"], 1)));
        Assert.Empty(End(recent, 110));
        Assert.Equal(["-1|100000000|a"], End(recent, 110.000001));
        Assert.Empty(recent.Push(0, Visits, ([1, At(100), "a"], -1), ([3, null, "c"], -1), ([4, At(99), "d"], 1)));
        Assert.Equal(["-2|105000000|b", "+2|120000000|b"], recent.Push(0, Visits, ([2, At(105), "b"], -1), ([2, At(120), "b"], 1)));
        Assert.Empty(End(recent, 130));
        Assert.Equal(["-2|120000000|b"], End(recent, 131));
        Assert.Equal(0, recent.State[1].Log.LiveCount);
    }

    [Fact]
    public void Clock_that_goes_back_is_waited_for()
    {
        using var recent = New();
        Assert.Empty(End(recent, 100));
        Assert.Empty(End(recent, 50));
        Assert.Empty(recent.Push(0, Visits, ([1, At(89), "a"], 1)));
        Assert.Equal(["+2|90000000|a"], recent.Push(0, Visits, ([2, At(90), "a"], 1)));
    }

    [Fact]
    public void Withdrawal_that_is_never_answered_names_the_row()
    {
        using var recent = New();
        recent.Push(0, Visits, ([1, At(5), "a"], -1));
        Assert.Contains("id=1", Assert.Throws<InconsistentChangeException>(() => End(recent, 5)).Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever epochs the same transactions are cut into, and wherever it is restarted, at the end of each epoch it has given what a query over all rows gives.</summary>
    [Fact]
    public async Task What_is_there_depends_on_rows_and_commit_time_alone()
    {
        var first = Proof.IsLong ? Random.Shared.Next() : 1;
        for (var seed = first; seed < first + Proof.Rounds(200, 5000); seed++)
        {
            try
            {
                await RunAsync(seed);
            }
            catch (Exception e)
            {
                throw new Xunit.Sdk.XunitException($"Seed {seed}: {e}");
            }
        }
    }

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var files = new MemoryStore();
        var table = new Dictionary<int, object?[]>();
        var given = new Dictionary<string, int>();
        var (now, newest) = (1000.0, 0.0);
        var recent = New();
        for (var epoch = 1; epoch <= 30; epoch++)
        {
            for (var transaction = random.Next(1, 4); transaction > 0; transaction--)
            {
                now += (random.NextDouble() * 6) - 1;
                newest = Math.Max(newest, now);
                var changes = Transaction(random, table, now);
                recent.Process(0, Cells.ToBatch(Visits, changes));
                Take(recent, given);
            }

            recent.EndEpoch(new Epoch(new TestPosition(epoch), Time(newest > now && random.Next(2) == 0 ? now : newest)));
            Take(recent, given);
            var clock = Math.Round(Clock(recent) / 1e6, 6);
            var expected = table.Values.Where(r => r[1] is long at && at >= (clock * 1e6) - Period.TotalMicroseconds).Select(r => Cells.Text(r)).Order(StringComparer.Ordinal);
            Assert.Equal(expected, given.Select(g => g.Value == 1 ? g.Key : $"{g.Key} × {g.Value}").Order(StringComparer.Ordinal));
            if (random.Next(4) == 0)
            {
                recent = await RestartAsync(recent, files, epoch);
            }
        }

        recent.Dispose();
    }

    private static List<(object?[] Row, int Weight)> Transaction(Random random, Dictionary<int, object?[]> table, double now)
    {
        var changes = new List<(object?[] Row, int Weight)>();
        for (var i = random.Next(4); i > 0; i--)
        {
            var id = random.Next(20);
            if (table.Remove(id, out var old))
            {
                changes.Add((old, -1));
            }

            if (random.Next(4) > 0)
            {
                object?[] row = [id, random.Next(8) == 0 ? null : (object)At(Math.Round(now + (random.NextDouble() * 20) - 14, 3)), $"p{random.Next(3)}"];
                changes.Add((table[id] = row, 1));
            }
        }

        return changes;
    }

    private static async Task<RecentOperator> RestartAsync(RecentOperator before, MemoryStore files, int epoch)
    {
        var store = new CheckpointStore(files, "recent", [new CheckpointOperator(before.Name, "f", before.State.Count)], TimeProvider.System);
        await store.SaveAsync(new TestPosition(epoch), [(before.Name, before.State)]);
        before.Dispose();
        var after = New();
        await store.RestoreAsync((await store.LoadLatestAsync(CancellationToken.None))!, after.Name, Partition.Only, after.State, CancellationToken.None);
        ((IOperator)after).AfterRestore();
        return after;
    }

    private static void Take(RecentOperator recent, Dictionary<string, int> given)
    {
        while (recent.Next() is { } piece)
        {
            foreach (var (row, weight) in Cells.FromBatch(piece))
            {
                var key = Cells.Text(row);
                var count = given[key] = given.GetValueOrDefault(key) + weight;
                if (count == 0)
                {
                    given.Remove(key);
                }
            }

            piece.Dispose();
        }
    }

    private static long Clock(RecentOperator recent) => System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(recent.State[0].Log[recent.State[0].Log.Next(0)]);

    private static List<string> End(RecentOperator recent, double seconds)
    {
        recent.EndEpoch(new Epoch(new TestPosition(1), Time(seconds)));
        return recent.Drain();
    }

    private static DateTimeOffset Time(double seconds) => DateTimeOffset.UnixEpoch.AddTicks((long)Math.Round(seconds * 1e6) * TimeSpan.TicksPerMicrosecond);

    private static long At(double seconds) => (long)Math.Round(seconds * 1e6);

    private static RecentOperator New() => new("recent", Visits, 1, Period);
}
