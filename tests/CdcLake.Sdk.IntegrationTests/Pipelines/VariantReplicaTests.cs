using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Storage;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Columns of JSON as variants: every snapshot, read by Iceberg Java, is MySQL's answer at its GTID set, and what came through the log has the bits that a snapshot of the same rows has.</summary>
[Collection(ServerPair.Collection)]
public sealed class VariantReplicaTests(ServerPair servers, ITestOutputHelper output)
{
    private const string Create = "CREATE TABLE t (id INT PRIMARY KEY, doc JSON, must JSON NOT NULL, v VARCHAR(20))";
    private const string Query = "SELECT * FROM t";

    private static readonly string[] Existing =
    [
        """INSERT INTO t VALUES (1, '{"x": 0, "arr": [1, 2, 3], "long": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}', '{}', 'v')""",
        """INSERT INTO t VALUES (2, NULL, 'null', NULL), (3, '[1, 2.5, 1e20, -0.0, true, null, "ü"]', '"text"', ''), (4, '{"bb": {"a": 1}, "a": {"bb": 18446744073709551615}}', '[]', 'x')""",
        "INSERT INTO t VALUES (5, JSON_OBJECT('d', CAST('2026-01-31' AS DATE), 't', CAST('2026-01-31 01:02:03.5' AS DATETIME(6)), 'n', CAST(1.50 AS DECIMAL(30,2)), 'b', CAST('bytes' AS BINARY)), '7', NULL)",
    ];

    private static readonly string[] Changes =
    [
        "UPDATE t SET doc = JSON_SET(doc, '$.x', 1)",
        "UPDATE t SET doc = JSON_REPLACE(doc, '$.arr[1]', JSON_OBJECT('k', 'vvv'), '$.arr[0]', 70000) WHERE id = 1",
        "UPDATE t SET v = 'only'",
        "INSERT INTO t VALUES (6, '{\"big\": [1, 2, 3]}', '1', 'new'), (7, NULL, '{\"a\": []}', 'new')",
        "UPDATE t SET doc = JSON_SET(JSON_REMOVE(doc, '$.x'), '$.y', CAST(1.50 AS DECIMAL(5,2)), '$.l', REPEAT('l', 70000)) WHERE id IN (1, 4, 6)",
        "DELETE FROM t WHERE id IN (2, 6)",
        "UPDATE t SET id = id + 100, must = JSON_ARRAY_APPEND(must, '$', CAST('22:31:08.5' AS TIME(6))) WHERE id = 7",
        "UPDATE t SET doc = NULL WHERE id = 3",
        "INSERT INTO t SELECT id + 1000, doc, must, v FROM t",
        "UPDATE t SET doc = JSON_REMOVE(doc, '$.l') WHERE id > 1000",
        "ALTER TABLE t ADD COLUMN added JSON",
        "UPDATE t SET added = '{\"b\": 1, \"a\": 0.1}' WHERE id < 5",
    ];

    [ServerTheory(TestServers.MySql, IcebergJava.Variable)]
    [InlineData(null)]
    [InlineData(IcebergDeleteMode.DeletionVector)]
    [InlineData(IcebergDeleteMode.CopyOnWrite)]
    [InlineData(IcebergDeleteMode.Equality)]
    public async Task Every_snapshot_is_MySQL_and_the_log_gives_the_bits_of_a_snapshot(IcebergDeleteMode? mode)
    {
        using var folder = new TemporaryFolder();
        await servers.Source.ResetAsync();
        await using var replica = await SteppedReplica.FollowAsync(servers.Source, servers.Replica, "docs");
        await using var source = await servers.Source.OpenAsync();
        await source.RunAsync(["CREATE DATABASE docs", "USE docs", Create, .. Existing, "SET binlog_row_value_options = PARTIAL_JSON"]);
        await using (var pipeline = Build(folder, "first", mode))
        {
            await RunAsync(pipeline, source, mode == IcebergDeleteMode.Equality ? [.. Changes.TakeWhile(c => !c.StartsWith("ALTER", StringComparison.Ordinal))] : Changes); // it follows no column that is added
        }

        await using (var fresh = Build(folder, "second", mode))
        {
            await RunAsync(fresh, source, []);
        }

        // Its first rows are those of the replica: the text that variants are read as is MySQL's own.
        await using (var third = Build(folder, "third", mode, o => o.StartAt = MySqlStart.FromIceberg(_ => IcebergCatalog.FileSystem(folder["warehouse"]).Table("lake.second"))))
        {
            await RunAsync(third, source, ["UPDATE t SET v = 'again' WHERE id = 5"]);
        }

        var table = new LakeTable(Path.Combine(folder["warehouse"], "lake", "first"));
        var snapshots = await LakeRows.CheckAsync(table, replica, Query);
        Assert.True(snapshots > Changes.Length / 2, $"{snapshots} snapshots");
        var (log, snapshot) = (await BitsAsync(folder["warehouse"], "first"), await BitsAsync(folder["warehouse"], "second"));
        Assert.Equal(snapshot, log);
        Assert.Equal(snapshot, await BitsAsync(folder["warehouse"], "third"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{snapshots} snapshots exact, {log.Count} rows with the same bits"));
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Numbers_of_more_than_38_digits_are_text_for_Java_equal_to_MySQL_and_no_start_of_another_pipeline()
    {
        const string document = "JSON_OBJECT('n', CAST(REPEAT('9', {0}) AS DECIMAL(65,0)), 'f', JSON_ARRAY(CAST(CONCAT('-', REPEAT('1', 35), '.', REPEAT('2', 30)) AS DECIMAL(65,30)), REPEAT('é', 3)))";
        using var folder = new TemporaryFolder();
        await servers.Source.ResetAsync();
        await using var source = await servers.Source.OpenAsync();
        await source.RunAsync("CREATE DATABASE docs", "USE docs", "CREATE TABLE t (id INT PRIMARY KEY, doc JSON)", $"INSERT INTO t VALUES (1, {string.Format(CultureInfo.InvariantCulture, document, 65)}), (2, '{{}}'), (3, NULL)");
        await using (var pipeline = Build(folder, "first", null))
        {
            await RunAsync(pipeline, source, [$"INSERT INTO t VALUES (4, {string.Format(CultureInfo.InvariantCulture, document, 39)})", $"UPDATE t SET doc = {string.Format(CultureInfo.InvariantCulture, document, 38)} WHERE id = 2"]);
            Assert.True((await pipeline.VerifyAsync()).IsEqual);
        }

        var fraction = $"\"-{new string('1', 35)}.{new string('2', 30)}\"";
        var rows = await IcebergJava.SortedRowsAsync(Path.Combine(folder["warehouse"], "lake", "first"));
        Assert.Equal([true, true, true], new[] { (1, $"\"{new string('9', 65)}\""), (2, new string('9', 38)), (4, $"\"{new string('9', 39)}\"") }
            .Select(r => rows.Single(l => l.StartsWith($"{{\"id\": {r.Item1},", StringComparison.Ordinal)).Replace("\\\"", "\"", StringComparison.Ordinal) is var line && line.Contains(fraction, StringComparison.Ordinal)
                && line.Contains($"\"n\": {r.Item2}", StringComparison.Ordinal)));

        await using var other = Build(folder, "other", null, o => o.StartAt = MySqlStart.FromIceberg(_ => IcebergCatalog.FileSystem(folder["warehouse"]).Table("lake.first")));
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => other.RunAsync().WaitAsync(ChildProcess.Limit));
        Assert.Contains("which may be a number in MySQL", error.Message, StringComparison.Ordinal);
    }

    private CdcLake.Pipeline Build(TemporaryFolder folder, string name, IcebergDeleteMode? mode, Action<MySqlSourceOptions>? configure = null) => Pipeline
        .FromMySqlBinlog(new MySqlSource(servers.Source.CaptureString, configure ?? (_ => { })).Table("docs.t"))
        .ToIceberg(IcebergCatalog.FileSystem(folder["warehouse"]).Table("lake." + name), configure: o =>
        {
            o.DeleteMode = mode;
            o.JsonAs = IcebergJsonType.Variant;
        })
        .Build(name, o =>
        {
            o.CheckpointFolder = folder["checkpoints-" + name];
            o.CommitInterval = TimeSpan.FromMilliseconds(20);
        });

    private static async Task RunAsync(CdcLake.Pipeline pipeline, CdcLake.MySql.Wire.ServerSession source, string[] changes)
    {
        using var stop = new CancellationTokenSource();
        using var limit = new CancellationTokenSource(ChildProcess.Limit);
        var running = pipeline.RunAsync(stop.Token);
        await ReachAsync();
        foreach (var change in changes)
        {
            await source.RunAsync(change);
            await ReachAsync();
        }

        await stop.CancelAsync();
        await running;

        async Task ReachAsync() => await await Task.WhenAny(running, pipeline.WaitForGtidAsync(await source.GtidExecutedAsync(), cancellationToken: limit.Token));
    }

    /// <summary>Both documents of each row as they are encoded, in hexadecimal.</summary>
    private static async Task<SortedDictionary<int, (string Doc, string Must)>> BitsAsync(string warehouse, string name)
    {
        var catalog = new FileSystemCatalog(new LocalObjectStore(warehouse, TimeProvider.System));
        var reader = await IcebergTableReader.OpenAsync(catalog, TableIdentifier.Parse("lake." + name), CancellationToken.None);
        var live = await CdcLake.Iceberg.Scanning.DeletedRows.LoadAsync(reader.Table, (await CdcLake.Iceberg.Tables.TableVersion.ReadAsync(reader.Table, CancellationToken.None)).Files, new LiveFiles(), CancellationToken.None);
        ParquetColumn[] columns = [.. reader.Metadata.Schema.Fields.Take(3).Select(f => new ParquetColumn(f.Name, f.Id, f.Required, f.Type.IsVariant ? DataType.Binary : DataType.Int32) { IsVariant = f.Type.IsVariant })];
        var rows = new SortedDictionary<int, (string, string)>();
        foreach (var file in live.All)
        {
            await foreach (var batch in new DataFileReader(reader.Table).ReadAsync(file.File!, columns, CancellationToken.None))
            {
                using var owned = batch;
                var places = new int[batch.Count];
                foreach (var row in places.AsSpan(0, file.Deleted.SelectLive(batch.FirstRow, batch.Count, places)).ToArray())
                {
                    rows.Add(((FixedColumn<int>)batch.Columns[0]).Values[row], (Convert.ToHexString(((BytesColumn)batch.Columns[1])[row]), Convert.ToHexString(((BytesColumn)batch.Columns[2])[row])));
                }
            }
        }

        return rows;
    }
}
