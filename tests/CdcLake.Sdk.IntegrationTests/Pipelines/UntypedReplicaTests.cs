using System.Collections.Concurrent;
using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A table that is only known by name, with every column type, replicated from its existing rows on while it changes.</summary>
[Collection(ServerPair.Collection)]
public sealed class UntypedReplicaTests(ServerPair servers, ITestOutputHelper output)
{
    private const int Transactions = 600;

    /// <summary>All of them in a long run.</summary>
    public static TheoryData<IcebergDeleteMode?> Modes => Proof.IsLong ? [null, IcebergDeleteMode.DeletionVector, IcebergDeleteMode.Equality] : [null, IcebergDeleteMode.DeletionVector];

    [ServerTheory(TestServers.MySql, IcebergJava.Variable)]
    [MemberData(nameof(Modes))]
    public async Task Every_snapshot_of_every_type_equals_the_table_at_its_GTID_set(IcebergDeleteMode? mode)
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        await servers.Source.ResetAsync();
        await using var replica = await SteppedReplica.FollowAsync(servers.Source, servers.Replica, "typed");
        await using var source = await servers.Source.OpenAsync();
        await source.RunAsync("CREATE DATABASE typed", "USE typed", EveryTypeTable.Create);
        for (var i = 0; i < 200; i++)
        {
            await source.RunAsync(EveryTypeTable.Insert(random, i % 3, i));
        }

        var commits = new ConcurrentQueue<PipelineCommit>();
        var catalog = IcebergCatalog.FileSystem(folder["warehouse"]);
        await using var pipeline = Pipeline
            .FromMySqlBinlog(new MySqlSource(servers.Source.CaptureString).Table("typed.t"))
            .ToIceberg(catalog.Table("lakehouse.t"), configure: o => o.DeleteMode = mode)
            .Build("every-type", o =>
            {
                o.CheckpointFolder = folder["checkpoints"];
                o.CommitInterval = TimeSpan.FromMilliseconds(40);
                o.OnCommit = commits.Enqueue;
            });
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        for (var i = 0; i < Transactions && !running.IsCompleted; i++)
        {
            await ChangeAsync(source, random, 200 + (i * 5));
        }

        await source.RunAsync("UPDATE t SET i8 = 1 - i8 / 2 LIMIT 1", EveryTypeTable.Insert(random, 9, 1_000_000));
        var end = pipeline.WaitForGtidAsync(await source.GtidExecutedAsync(), cancellationToken: new CancellationTokenSource(ChildProcess.Limit).Token);
        await Task.WhenAny(running, end);
        await stop.CancelAsync();
        await running;
        await end;

        var table = new LakeTable(Path.Combine(folder["warehouse"], "lakehouse", "t"));
        var snapshots = table.Snapshots();
        var committed = snapshots.Where((s, i) => i == 0 || s.Gtid != snapshots[i - 1].Gtid); // the others are compactions
        Assert.Equal(committed.Select(s => s.Id.ToString(CultureInfo.InvariantCulture)), commits.Select(c => c.Id));
        foreach (var snapshot in snapshots)
        {
            var expected = (await replica.RowsAtAsync(snapshot.Gtid, EveryTypeTable.Query)).Select(EveryTypeTable.Line).Order(StringComparer.Ordinal).ToArray();
            var actual = (await IcebergJava.RowsAsync(table.Folder, snapshot.Id)).Select(EveryTypeTable.Line).Order(StringComparer.Ordinal).ToArray();
            var difference = Answer.Difference(expected, actual);
            Assert.True(difference is null, $"snapshot {snapshot.Id} differs from MySQL at {snapshot.Gtid}: {difference}");
        }

        await IcebergJava.VerifyAsync(table.Folder);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Transactions} transactions, {snapshots.Count} snapshots exact"));
    }

    private static async Task ChangeAsync(CdcLake.MySql.Wire.ServerSession source, Random random, int code)
    {
        string Some() => $"shop = {random.Next(3)} AND code = '{EveryTypeTable.Code(random.Next(code))}'";
        await source.RunAsync("BEGIN");
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            await source.RunAsync(random.Next(6) switch
            {
                0 or 1 => EveryTypeTable.Insert(random, random.Next(3), code + i),
                2 => $"UPDATE t SET {EveryTypeTable.Assign(random)} WHERE shop = {random.Next(3)} ORDER BY code LIMIT 20",
                3 => $"UPDATE t SET {EveryTypeTable.Assign(random)} WHERE {Some()}",
                4 => $"UPDATE t SET code = CONCAT(code, 'x'), shop = shop + 10 WHERE CHAR_LENGTH(code) < 15 AND {Some()}",
                _ => $"DELETE FROM t WHERE {Some()}",
            });
        }

        await source.RunAsync("COMMIT");
    }
}
