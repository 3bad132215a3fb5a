using System.Text.Json;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Storage;
using CdcLake.Storage;
using CdcLake.Tests.Iceberg;
using MySqlConnector;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Catalogs;

/// <summary>
/// A sink commits without a pause while Iceberg's own Java, in other threads, appends to the same table, compacts it, expires its snapshots, sets properties and changes its partition
/// spec: no append of Java is turned away for good, every row of both is there once, and Java finds nothing wrong with any snapshot. In each kind of catalog, in a folder and in S3, with
/// every kind of deletes.
/// </summary>
public sealed class RacingWritersTests(ITestOutputHelper output) : IDisposable
{
    private const int Threads = 2;
    private static readonly int Appends = Proof.Rounds(usual: 4, full: 100);
    private static readonly TableIdentifier Items = TableIdentifier.Parse("demo.items");
    private readonly TemporaryFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [ServerFact(IcebergJava.Variable)]
    public Task Race_for_a_table_in_a_folder() => RaceAsync(
        () => new FileSystemCatalog(new LocalObjectStore(_folder.Path, TimeProvider.System)), [Path.Combine(_folder.Path, "demo", "items")], 2, null);

    [ServerFact(TestServers.MySql, TestServers.Moto, IcebergJava.Variable)]
    public async Task Race_for_a_table_in_MySQL_and_S3_with_equality_deletes()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "race");
        await using var bucket = await S3Bucket.CreateAsync(TestServers.Moto);
        var connection = new MySqlConnectionStringBuilder($"{TestServers.Get(TestServers.MySql)};Database={database.Name}");
        await RaceAsync(
            S3Lake.Jdbc(bucket, connection.ConnectionString, $"jdbc:mysql://{connection.Server}:{connection.Port}/{database.Name}?nullDatabaseMeansCurrent=true", connection.UserID, connection.Password),
            2, IcebergDeleteMode.Equality);
    }

    [ServerFact(PostgresDatabase.Variable, TestServers.Ceph, IcebergJava.Variable)]
    public async Task Race_for_a_table_in_PostgreSQL_and_S3_with_deletion_vectors()
    {
        await using var names = await PostgresDatabase.CreateAsync("race");
        await using var bucket = await S3Bucket.CreateAsync(TestServers.Ceph);
        await RaceAsync(S3Lake.Jdbc(bucket, names), 3, IcebergDeleteMode.DeletionVector);
    }

    [ServerFact(TestServers.Ceph, IcebergJava.Variable)]
    public async Task Race_for_a_table_of_format_3_of_a_rest_catalog_and_S3()
    {
        await using var bucket = await S3Bucket.CreateAsync(TestServers.Ceph);
        await using var server = await PrivateRestServer.StartAsync(bucket);
        await RaceAsync(
            new S3Lake(bucket, new() { ["type"] = "rest", ["uri"] = server.Uri }, table => [table, "--catalog", "rest", "--uri", server.Uri]), 3, null);
    }

    private Task RaceAsync(S3Lake lake, int format, IcebergDeleteMode? mode) => RaceAsync(
        () => lake.Open().Open(), [.. lake.ForJava(Items.ToString()), "--s3", $"{lake.Bucket.Endpoint},{lake.Bucket.Key},{lake.Bucket.Secret}"], format, mode);

    private async Task RaceAsync(Func<ICatalog> catalog, string[] table, int format, IcebergDeleteMode? mode)
    {
        var settings = new IcebergSinkSettings
        {
            FormatVersion = format, DeleteMode = mode, ForeignChanges = ForeignChanges.Keep, SmallFileBytes = 0, FileReadCost = 200, LeastFiles = 4, Compacts = true,
        };
        await using var model = new SinkModel(catalog, settings, table: Items);
        await model.OpenAsync();
        var round = 0;
        for (; round < 3; round++)
        {
            Change(model, round);
            await model.EndAndCommitAsync();
        }

        // As is done for tables with several writers: by default Java gives up after the fifth try, which two racing threads of its own make each other do.
        await IcebergJava.DoAsync(["set-property", .. table, "commit.retry.num-retries=12", "commit.retry.max-wait-ms=400"]);
        var appends = IcebergJava.RunAsync(["race", .. table, "--threads", $"{Threads}", "--commits", $"{Appends}"]);
        var care = CareAsync(table, appends);
        var (commits, conflicts) = (0, 0);
        try
        {
            for (; !care.IsCompleted || commits < 5; round++)
            {
                Change(model, round);
                try
                {
                    commits += await model.EndAndCommitAsync() is null ? 0 : 1;
                    await model.Sink.MaintainNowAsync(CancellationToken.None);
                }
                catch (CommitConflictException e) when (e.IsTransient) // the spec was changed: the pipeline opens the table again, as it does here
                {
                    conflicts++;
                    await model.ReopenAsync();
                }
            }
        }
        finally
        {
            await Task.WhenAll(appends, care);
        }

        var cared = await care;
        using var raced = JsonDocument.Parse((await appends).Output);
        output.WriteLine($"{commits} commits of the sink, {conflicts} conflicts; {cared}; {raced.RootElement.ToString()[..Math.Min(200, raced.RootElement.ToString().Length)]}");
        Assert.Equal((Threads * Appends, 0), (raced.RootElement.GetProperty("committed").GetInt32(), raced.RootElement.GetProperty("failed").GetInt32()));
        Assert.DoesNotContain("exit", cared, StringComparison.Ordinal);
        Assert.InRange(conflicts, 0, commits);
        await IcebergJava.DoAsync(["rewrite", .. table]); // undisturbed, it is the base of what follows
        Change(model, round);
        Assert.NotNull(await model.EndAndCommitAsync());

        foreach (var id in raced.RootElement.GetProperty("ids").EnumerateArray())
        {
            Assert.True(model.Rows.TryAdd(id.GetInt64(), (null, null)));
        }

        await model.CheckAsync();
        await IcebergJava.VerifyAsync([.. table, "--where-probe", "1"]);
        Assert.Equal(model.Rows.Count, (await IcebergJava.SortedRowsAsync(table)).Length);
    }

    /// <summary>What administrators do, one after the other, as long as the appends go on; each may lose against a commit. The partition spec is changed twice, however often that has to be tried.</summary>
    private static async Task<string> CareAsync(string[] table, Task appends)
    {
        string[][] works =
        [
            ["partition", .. table, "+bucket[2](id)"], ["rewrite", .. table], ["set-property", .. table, "comment=raced"], ["partition", .. table, "-id_bucket_2"],
            ["expire", .. table, "--retain-last", "20", "--older-than", "99999999999999"], ["rewrite-manifests", .. table], ["rewrite", .. table],
        ];
        var log = new List<string>();
        for (var i = 0; !appends.IsCompleted || i < works.Length; i++)
        {
            var work = works[i % works.Length];
            while (work[0] != "partition" || i < works.Length)
            {
                var (exit, text, error) = await IcebergJava.RunAsync(work);
                log.Add($"{work[0]} {(exit == 0 ? "done" : "lost")}");
                if (exit is not (0 or 3))
                {
                    return $"{string.Join(' ', work)}: exit {exit}\n{text}\n{error}";
                }

                if (exit == 0 || work[0] != "partition")
                {
                    break;
                }
            }
        }

        return string.Join(", ", log.CountBy(l => l).Select(l => $"{l.Key} {l.Value}"));
    }

    /// <summary>Replaces, removes and adds rows below 1,000; Java appends others.</summary>
    private static void Change(SinkModel model, int round)
    {
        for (var id = round % 5; id < 300; id += 5)
        {
            model.Put(id + (round % 7 * 100), $"round {round}", id);
            model.Remove(id + 1 + (round % 3 * 100));
        }
    }
}
