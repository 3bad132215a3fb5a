using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A pipeline with two tables, killed with SIGKILL at random moments while the server is being written to: whenever it has committed, both tables are MySQL's
/// answer at the same GTID set. Each start has another number of partitions. 12 kills; 50 with CDCLAKE_TEST_LONG=1.
/// </summary>
[Collection(ServerPair.Collection)]
public sealed class TwoTablesKillTests(ServerPair servers, ITestOutputHelper output)
{
    private const string ReplicaQuery = "SELECT id, product_id, qty, price, sale_ts FROM sales ORDER BY id";
    private const int Connections = 3;
    private static readonly string[] ReplicaColumns = ["id", "product_id", "qty", "price", "sale_ts"];
    private static readonly string[] CheckpointIntervals = ["1", "300", "10000"];
    private static readonly int[] Partitions = [1, 2, 3, 5];

    /// <summary>All of them in a long run.</summary>
    public static TheoryData<IcebergDeleteMode?> Modes => Proof.IsLong ? [null, IcebergDeleteMode.DeletionVector, IcebergDeleteMode.Equality] : [null, IcebergDeleteMode.Equality];

    private static int Kills => Proof.Rounds(usual: 4, full: 50);

    [ServerTheory(TestServers.MySql, IcebergJava.Variable)]
    [MemberData(nameof(Modes))]
    public async Task Both_tables_equal_MySQL_at_the_same_GTID_set_after_every_restart(IcebergDeleteMode? mode)
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        var shop = new LiveShop(servers, folder.Path, random.Next());
        await using var replica = await shop.CreateAsync();
        var (copy, totals) = (Table(folder, "sales"), Table(folder, "sales_by_product"));
        using var stop = new CancellationTokenSource();
        var writing = shop.Writers.RunAsync(Connections, stop.Token);
        var longestLife = TimeSpan.FromSeconds(1);
        var (rests, apart) = (0, 0);
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var run = Start(folder, random.GetItems(CheckpointIntervals, 1)[0], random.GetItems(Partitions, 1)[0], mode);
            if (kill % 2 == 0)
            {
                // At rest: the first commit of the run is whole, and the second may be at any step. The first table has its part before the second one, perhaps since
                // before a kill between the two: then only the second one reports a commit.
                var started = TimeProvider.System.GetTimestamp();
                var first = await CommitAsync(run, totals);
                longestLife = TimeSpan.FromSeconds(Math.Min(TimeProvider.System.GetElapsedTime(started).TotalSeconds * 1.3, 4));
                Assert.Contains(copy.Snapshots(), s => s.Gtid == first);
                Assert.Contains(totals.Snapshots(), s => s.Gtid == first);
                rests++;
            }

            await run.ExitsWithinAsync(random.NextDouble() * (kill % 2 == 0 ? TimeSpan.FromMilliseconds(200) : longestLife));
            Assert.False(run.HasExited, run.HasExited ? run.Failure("ended by itself").Message : null);
            await run.KillAsync();
            apart += Newest(copy) == Newest(totals) ? 0 : 1;
        }

        await EndAsync(folder, shop, totals, mode, stop, writing);
        var common = await CheckAsync(replica, copy, totals);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Kills} kills, {apart} of them between two tables, {rests} rests, {shop.Writers.Committed} transactions, {common} positions at which both tables are exact"));
        Assert.True(common >= rests, string.Create(CultureInfo.InvariantCulture, $"only {common} positions in both tables after {rests} rests"));
    }

    // Everything is committed, the pipeline is drained, and its tables stand together.
    private async Task EndAsync(TemporaryFolder folder, LiveShop shop, LakeTable totals, IcebergDeleteMode? mode, CancellationTokenSource stop, Task writing)
    {
        await using var last = Start(folder, "300", 3, mode);
        await CommitAsync(last, totals);
        await stop.CancelAsync();
        await writing;
        var end = GtidSet.Parse(await shop.Writers.FinishAsync());
        await last.LineAsync(l => IsCommit(l, totals) && GtidSet.Parse(CommitLines.PositionOf(l)).Covers(end), $"a commit at {end}");
        await last.DrainAsync();
    }

    // A position that is in one table only was cut off by a kill between the two, and no commit may have followed it before both stood together again.
    private static async Task<int> CheckAsync(SteppedReplica replica, LakeTable copy, LakeTable totals)
    {
        var (copies, sums) = (Positions(copy), Positions(totals).ToDictionary(s => s.Gtid));
        Assert.Equal(copies[^1].Gtid, totals.Snapshots()[^1].Gtid);
        Assert.InRange(copies.Count(s => !sums.ContainsKey(s.Gtid)) + sums.Keys.Except(copies.Select(s => s.Gtid)).Count(), 0, Kills);
        for (var i = 0; i + 1 < copies.Count; i++)
        {
            Assert.True(
                sums.ContainsKey(copies[i].Gtid) || sums.ContainsKey(copies[i + 1].Gtid),
                $"two commits in a row, {copies[i].Gtid} and {copies[i + 1].Gtid}, are in one table only");
        }

        var common = copies.Where(s => sums.ContainsKey(s.Gtid)).ToList();
        foreach (var snapshot in common)
        {
            var rows = from row in await IcebergJava.RowsAsync(copy.Folder, snapshot.Id)
                orderby row.GetProperty("id").GetInt64()
                select Answer.Line(ReplicaColumns.Select(c => SalesReader.Text(c, row.GetProperty(c))));
            Equal(copy, snapshot, await replica.AnswerAtAsync(snapshot.Gtid, ReplicaQuery), [.. rows]);
            var sum = sums[snapshot.Gtid];
            Equal(totals, sum, await replica.AnswerAtAsync(sum.Gtid, Answer.Query), await SalesReader.JavaAsync(totals, sum));
        }

        await IcebergJava.VerifyAsync(copy.Folder);
        await IcebergJava.VerifyAsync(totals.Folder);
        return common.Count;
    }

    // A compaction stands at the position of the commit before it: the newest snapshot of each position is looked at.
    private static List<LakeSnapshot> Positions(LakeTable table) => [.. table.Snapshots().GroupBy(s => s.Gtid).Select(g => g.Last())];

    private static void Equal(LakeTable table, LakeSnapshot snapshot, IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var difference = Answer.Difference(expected, actual);
        Assert.True(difference is null, $"snapshot {snapshot.Id} of {table.Folder} differs from MySQL at {snapshot.Gtid}: {difference}");
    }

    private ChildProcess Start(TemporaryFolder folder, string checkpointInterval, int partitions, IcebergDeleteMode? mode) => ChildProcess.Start(
        "dotnet",
        ["exec", typeof(TwoTablesProgram).Assembly.Location, servers.Source.CaptureString, LiveShop.Database, folder.Path, "20", checkpointInterval, $"{TwoTablesProgram.Parallelism}{partitions}", .. mode is null ? (string[])[] : [$"{TwoTablesProgram.DeleteMode}{mode}"]],
        ("DOTNET_TieredPGO", "0"));

    private static LakeTable Table(TemporaryFolder folder, string name) => new(Path.Combine(folder.Path, "demo", name));

    private static string? Newest(LakeTable table) => table.Snapshots() is [.., var last] ? last.Gtid : null;

    private static bool IsCommit(string line, LakeTable table) =>
        CommitLines.IsCommit(line, $"iceberg(demo.{Path.GetFileName(table.Folder)})");

    /// <summary>The position of the first commit of a table.</summary>
    private static async Task<string> CommitAsync(ChildProcess run, LakeTable table) => CommitLines.PositionOf(await run.LineAsync(l => IsCommit(l, table), $"a commit of {table.Folder}"));
}
