using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A pipeline most of whose state lies on disk: killed with SIGKILL at random moments, and with a disk that is full.</summary>
public sealed class SpilledStateTests(ITestOutputHelper output)
{
    private const int Owners = 500;

    private static int Rows => Proof.Rounds(usual: 30_000, full: 300_000);

    private static int Kills => Proof.Rounds(usual: 5, full: 50);

    [ServerFact(TestServers.MySql, ClickHouse.Variable)]
    public async Task Killed_with_spilled_state_it_ends_with_the_answer_of_MySQL()
    {
        var random = Seed.Next(output);
        await using var database = await CreateAsync(Rows);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["state"]);
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(database, random.Next(), stop.Token);
        var most = 0L;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var run = Start(database, folder);
            await run.CommitAsync(SpilledProgram.Sink);
            Assert.False(await run.ExitsWithinAsync(TimeSpan.FromMilliseconds(random.Next(600))), run.HasExited ? run.Failure("ended by itself").Message : null);
            await run.KillAsync();
            most = Math.Max(most, run.Output.Where(l => l.StartsWith("spilled ", StringComparison.Ordinal)).Max(l => long.Parse(l["spilled ".Length..], CultureInfo.InvariantCulture)));
            Assert.Empty(Directory.EnumerateFiles(folder["state"])); // what was on disk went with the process
        }

        await stop.CancelAsync();
        var statements = await writing;
        await using var last = Start(database, folder);
        await last.CommitAsync(GtidSet.Parse(await database.Connection.GtidExecutedAsync()), SpilledProgram.Sink);
        await last.DrainAsync();
        await CheckAsync(database, folder);
        output.WriteLine($"{Kills} kills, {statements} statements meanwhile, at most {most:N0} bytes of state on disk");
        Assert.True(most > 4 << 20, $"only {most:N0} bytes of state were on disk");
    }

    [TmpfsFact(TestServers.MySql, ClickHouse.Variable)]
    public async Task Full_disk_ends_it_by_name_and_with_more_room_it_goes_on()
    {
        await using var database = await CreateAsync(2_000);
        using var folder = new TemporaryFolder();
        using var disk = await Tmpfs.MountAsync(folder["disk"], "1m");
        await RunAsync(database, folder, disk.Path);
        await CheckAsync(database, folder);
        var before = ClickHouse.Query(SpilledProgram.LakeQuery, folder["lake"]);
        await FillAsync(database, 2_000, 30_000);
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => RunAsync(database, folder, disk.Path));
        Assert.Contains(disk.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("1,048,576 bytes of PipelineOptions.MaxStateBytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("PipelineOptions.StateFolder", error.Message, StringComparison.Ordinal);
        Assert.Contains("nothing that was committed before is affected", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(disk.Path));
        Assert.Equal(before, ClickHouse.Query(SpilledProgram.LakeQuery, folder["lake"]));

        await ChildProcess.RunAsync("mount", "-o", "remount,size=256m", disk.Path);
        await RunAsync(database, folder, disk.Path);
        await CheckAsync(database, folder);
    }

    // To where the server is now.
    private static async Task RunAsync(MySqlDatabase database, TemporaryFolder folder, string stateFolder)
    {
        var end = GtidSet.Parse(await database.Connection.GtidExecutedAsync());
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(100));
        await using var pipeline = SpilledProgram.Build(database.ConnectionString, database.Name, folder["lake"], stateFolder, c =>
        {
            if (GtidSet.Parse(c.Position).Covers(end))
            {
                stop.Cancel();
            }
        });
        await pipeline.RunAsync(stop.Token);
    }

    private static async Task<MySqlDatabase> CreateAsync(int rows)
    {
        var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "spilled");
        await database.ExecuteAsync(
            "CREATE TABLE o (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL) COLLATE utf8mb4_bin",
            "CREATE TABLE t (id INT PRIMARY KEY, o INT NOT NULL, v BIGINT NOT NULL, s VARCHAR(200) NOT NULL) COLLATE utf8mb4_bin",
            "SET SESSION cte_max_recursion_depth=10000000",
            $"INSERT INTO o WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Owners}) SELECT i, CONCAT('owner ', i) FROM n");
        await FillAsync(database, 0, rows);
        return database;
    }

    private static Task FillAsync(MySqlDatabase database, int from, int to) => database.ExecuteAsync(
        $"INSERT INTO t WITH RECURSIVE n AS (SELECT {from + 1} AS i UNION ALL SELECT i+1 FROM n WHERE i < {to}) SELECT i, 1 + i * 7919 MOD {Owners}, i, REPEAT(SHA2(i, 256), 3) FROM n");

    private static async Task CheckAsync(MySqlDatabase database, TemporaryFolder folder) => Assert.Equal(
        string.Join('\t', (await database.Connection.QueryAsync(SpilledProgram.Query, default)).Rows[0]), ClickHouse.Query(SpilledProgram.LakeQuery, folder["lake"]).Trim());

    private static async Task<int> WriteAsync(MySqlDatabase database, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        await using var connection = await database.ConnectAsync();
        var statements = 0;
        for (; !stop.IsCancellationRequested; statements++)
        {
            var id = random.Next(Rows) + 1;
            await connection.ExecuteAsync(
                random.Next(6) switch
                {
                    0 => $"DELETE FROM t WHERE id = {id}",
                    1 => $"REPLACE INTO t VALUES ({id}, {random.Next(Owners) + 1}, 1, 'new')",
                    2 => $"UPDATE t SET v = v + 1 WHERE id BETWEEN {id} AND {id + 50}",
                    3 => $"UPDATE o SET name = CONCAT('renamed ', {statements}) WHERE id = {random.Next(Owners) + 1}",
                    _ => $"UPDATE t SET o = {random.Next(Owners) + 1}, s = SHA2({statements}, 512) WHERE id = {id}",
                },
                default);
        }

        return statements;
    }

    private static ChildProcess Start(MySqlDatabase database, TemporaryFolder folder) => ChildProcess.Start(
        "dotnet",
        ["exec", typeof(SpilledStateTests).Assembly.Location, SpilledProgram.Argument, database.ConnectionString, database.Name, folder["lake"], folder["state"]],
        ("DOTNET_TieredPGO", "0"));
}
