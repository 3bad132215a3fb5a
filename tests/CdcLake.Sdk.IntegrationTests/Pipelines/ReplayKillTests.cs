using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>The sample replays its recorded log and is killed with SIGKILL at random moments, start-up and commits included.</summary>
[Collection(ServerPair.Collection)]
public sealed class ReplayKillTests(ITestOutputHelper output)
{
    private static readonly int Kills = Proof.Rounds(usual: 10, full: 55);
    private const string CommitRows = "60"; // small: many commits to be hit
    private static readonly string[] CheckpointIntervals = ["1ms", "100ms", "10s"];
    private readonly RecordedAnswers _answers = new();

    [ServerFact(IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Killed_replays_end_exact_and_every_snapshot_is_an_answer_of_MySQL()
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        var duration = await UndisturbedAsync(folder["0"]);
        var (kills, warehouses, snapshots) = (0, 0, 0);
        for (; kills < Kills; warehouses++)
        {
            var warehouse = folder[string.Create(CultureInfo.InvariantCulture, $"{warehouses + 1}")];
            var started = TimeProvider.System.GetTimestamp();
            while (!await FinishesAsync(warehouse, random.GetItems(CheckpointIntervals, 1)[0], random.NextDouble() * duration))
            {
                kills++;
                duration *= 1.03; // so that a run gets through in the end, however busy the machine has become
                if (LakeTable.Sales(warehouse) is { Version: > 0 } table && table.Snapshots() is [.., var newest])
                {
                    await CheckAsync(table, newest);
                }

                started = TimeProvider.System.GetTimestamp();
            }

            duration = TimeProvider.System.GetElapsedTime(started);
            snapshots += await CheckAllAsync(warehouse);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{kills} kills over {warehouses} warehouses, {snapshots} snapshots exact; the last run took {duration.TotalMilliseconds:N0} ms"));
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Second_run_of_a_completed_replay_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        await UndisturbedAsync(folder.Path);
        var table = LakeTable.Sales(folder.Path);
        var before = table.Fingerprint();
        await using var again = Quickstart.Start("--warehouse", folder.Path);
        Assert.True(await again.ExitAsync() == 0, again.Failure("second run").Message);
        Assert.Contains(again.Output, l => l.StartsWith("nothing new", StringComparison.Ordinal));
        Assert.DoesNotContain(again.Output, CommitLines.IsCommit);
        Assert.Equal(before, table.Fingerprint());
    }

    private static ChildProcess Start(string warehouse, string checkpointInterval = "1ms") => Quickstart.Start(
        "--warehouse", warehouse, "--commit-rows", CommitRows, "--commit-interval", "1ms", "--checkpoint-interval", checkpointInterval);

    private static async Task<TimeSpan> UndisturbedAsync(string warehouse)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var run = Start(warehouse);
        Assert.True(await run.ExitAsync() == 0, run.Failure("undisturbed replay").Message);
        Assert.Contains(run.Output, l => l.StartsWith("check ", StringComparison.Ordinal) && l.Contains("equal MySQL's answer", StringComparison.Ordinal));
        return TimeProvider.System.GetElapsedTime(started);
    }

    /// <summary>False when it had to be killed after that time.</summary>
    private static async Task<bool> FinishesAsync(string warehouse, string checkpointInterval, TimeSpan killAfter)
    {
        await using var run = Start(warehouse, checkpointInterval);
        if (await run.ExitsWithinAsync(killAfter))
        {
            Assert.True(await run.ExitAsync() == 0, run.Failure("replay after kills").Message);
            return true;
        }

        await run.KillAsync();
        return false;
    }

    private async Task<int> CheckAllAsync(string warehouse)
    {
        var table = LakeTable.Sales(warehouse);
        var snapshots = table.Snapshots();
        foreach (var snapshot in snapshots)
        {
            await CheckAsync(table, snapshot);
            var difference = _answers.Difference(snapshot.Gtid, SalesReader.ClickHouseSays(table, snapshot));
            Assert.True(difference is null, $"ClickHouse, snapshot {snapshot.Id} of {table.Folder}: {difference}");
        }

        Assert.True(GtidSet.Parse(snapshots[^1].Gtid).Equals(_answers.End), $"the last snapshot stands at {snapshots[^1].Gtid}");
        await IcebergJava.VerifyAsync(table.Folder);
        return snapshots.Count;
    }

    private async Task CheckAsync(LakeTable table, LakeSnapshot snapshot)
    {
        var difference = _answers.Difference(snapshot.Gtid, await SalesReader.JavaAsync(table, snapshot));
        Assert.True(difference is null, $"Iceberg Java, snapshot {snapshot.Id} of {table.Folder}: {difference}");
    }
}
