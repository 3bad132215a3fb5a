using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A shop on the source server that writers change, and the sample following it live.</summary>
internal sealed class LiveShop(ServerPair servers, string warehouse, int seed)
{
    public const string Database = "shop";

    public ShopWriters Writers { get; } = new(servers.Source, Database, seed);

    public LakeTable Table { get; } = LakeTable.Sales(warehouse);

    /// <summary>Fresh servers, tables with rows, and a replica that waits at the beginning.</summary>
    public async Task<SteppedReplica> CreateAsync()
    {
        await servers.Source.ResetAsync();
        var replica = await SteppedReplica.FollowAsync(servers.Source, servers.Replica, Database);
        await Writers.CreateAsync();
        return replica;
    }

    public ChildProcess Follow(string commitInterval, string checkpointInterval = "10s") => Quickstart.Start(
        "--mysql", servers.Source.CaptureString, "--database", Database, "--warehouse", warehouse,
        "--commit-interval", commitInterval, "--checkpoint-interval", checkpointInterval);

    /// <summary>Waits until a checkpoint is whole: only then does the next start go on from there, where it would else begin with a new snapshot.</summary>
    public async Task CheckpointedAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(warehouse, ".checkpoints", "sales-by-product")).FullName;
        using var watcher = new FileSystemWatcher(folder, "checkpoint-*.json") { EnableRaisingEvents = true };
        var appeared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Created += (_, _) => appeared.TrySetResult();
        watcher.Renamed += (_, _) => appeared.TrySetResult();
        if (Directory.GetFiles(folder, "checkpoint-*.json").Length == 0)
        {
            await appeared.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>Waits until everything is committed, drains with SIGINT, and expects a clean end.</summary>
    /// <param name="pipeline">The program.</param>
    /// <param name="asContainer">By SIGTERM, as containers are stopped, instead of Ctrl-C.</param>
    public async Task DrainAsync(ChildProcess pipeline, bool asContainer = false)
    {
        var end = GtidSet.Parse(await Writers.FinishAsync());
        await pipeline.CommitAsync(end);
        if (asContainer)
        {
            pipeline.Terminate();
        }
        else
        {
            pipeline.Interrupt();
        }

        Assert.True(await pipeline.ExitAsync() == 0, pipeline.Failure("drain").Message);
    }

    /// <summary>Compares every snapshot with MySQL's answer at its GTID set, through two readers; gives their number.</summary>
    public Task<int> CheckEverySnapshotAsync(SteppedReplica replica) => CheckAsync(replica, Table.Snapshots());

    /// <summary>As <see cref="CheckEverySnapshotAsync"/>, the newest one only.</summary>
    public Task<int> CheckNewestSnapshotAsync(SteppedReplica replica) => CheckAsync(replica, [Table.Snapshots()[^1]]);

    private async Task<int> CheckAsync(SteppedReplica replica, IReadOnlyList<LakeSnapshot> snapshots)
    {
        foreach (var snapshot in snapshots)
        {
            var expected = await replica.AnswerAtAsync(snapshot.Gtid, Answer.Query);
            Equal("Iceberg Java", snapshot, expected, await SalesReader.JavaAsync(Table, snapshot));
            Equal("ClickHouse", snapshot, expected, SalesReader.ClickHouseSays(Table, snapshot));
            var total = expected.Sum(l => long.Parse(l.Split('\t')[3], CultureInfo.InvariantCulture));
            Assert.True(total == ShopWriters.TotalQuantity, $"the quantities at {snapshot.Gtid} sum up to {total}, not {ShopWriters.TotalQuantity}");
        }

        await using var source = await servers.Source.OpenAsync(Database);
        Equal("Iceberg Java, at the end", snapshots[^1], await source.LinesAsync(Answer.Query), await SalesReader.JavaAsync(Table, snapshots[^1]));
        await IcebergJava.VerifyAsync(Table.Folder);
        return snapshots.Count;
    }

    private void Equal(string reader, LakeSnapshot snapshot, IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var difference = Answer.Difference(expected, actual);
        Assert.True(difference is null, $"{reader}: snapshot {snapshot.Id} of {Table.Folder} differs from MySQL at {snapshot.Gtid}: {difference}");
    }
}
