using System.Globalization;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Writing;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Storage;
using CdcLake.Tests.Iceberg;
using CdcLake.Tests.Shared;

namespace CdcLake.IntegrationTests.Iceberg;

/// <summary>Tables with rewrites, position deletes, folded and rolled files, read by other implementations.</summary>
public sealed class UpsertedTableTests
{
    /// <summary>Odd ones are compacted in between; the fifth is partitioned and copied on write, the sixth partitioned.</summary>
    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6];

    public static TheoryData<int, IcebergDeleteMode?> OfFormat3 => Chosen<IcebergDeleteMode?>(
        [(5, IcebergDeleteMode.CopyOnWrite), (6, IcebergDeleteMode.DeletionVector), (8, null), (9, IcebergDeleteMode.Position)],
        [(1, null), (3, IcebergDeleteMode.DeletionVector), (4, IcebergDeleteMode.DeletionVector), (6, null)]);

    /// <summary>Seeds and format versions.</summary>
    public static TheoryData<int, int> ByKey => Chosen([(2, 2), (5, 2), (6, 3)], [(1, 2), (4, 3), (6, 2)]);

    [ServerTheory(IcebergJava.Variable)]
    [MemberData(nameof(Seeds))]
    public async Task Every_snapshot_is_what_Iceberg_Java_reads(int seed)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var store = new LocalObjectStore(folder.Path, TimeProvider.System);
        var states = await WriteAsync(store, seed);
        var table = Path.Combine(folder.Path, "demo", "items");
        foreach (var (snapshot, rows) in Proof.Some(states))
        {
            Assert.Equal(rows, await IcebergJava.LinesAsync(table, snapshot));
        }

        await IcebergJava.VerifyStrictlyAsync(table, "dangling-delete", NoBounds); // a delete file that several data files share stays until the last of them leaves
    }

    /// <summary>Tables of format 3: with the policy, vectors alone, copied on write, raised from format 2 on the way; the ids of rows too are those that Java reads.</summary>
    [ServerTheory(IcebergJava.Variable)]
    [MemberData(nameof(OfFormat3))]
    public async Task Every_snapshot_of_format_3_is_what_Iceberg_Java_reads(int seed, IcebergDeleteMode? mode)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var store = new LocalObjectStore(folder.Path, TimeProvider.System);
        var states = await WriteAsync(store, seed, s => s with { FormatVersion = seed > 6 ? null : 3, DeleteMode = mode });
        var table = Path.Combine(folder.Path, "demo", "items");
        foreach (var (snapshot, rows) in Proof.Some(states))
        {
            Assert.Equal(rows, await IcebergJava.LinesAsync(table, snapshot));
        }

        await IcebergJava.VerifyStrictlyAsync(table, "dangling-delete", NoBounds);
        var lineage = await TableLineage.ReadAsync(store);
        var java = await IcebergJava.SortedRowsAsync(table, "--columns", "id,_row_id,_last_updated_sequence_number");
        Assert.Equal(
            lineage.Select(r => string.Create(CultureInfo.InvariantCulture, $"{{\"id\": {r.Key}, \"_row_id\": {r.Value.RowId}, \"_last_updated_sequence_number\": {r.Value.LastUpdated}}}")).Order(StringComparer.Ordinal),
            java.Order(StringComparer.Ordinal));
    }

    /// <summary>Beyond the random tables of all seeds: deletes by key, without and with partitions.</summary>
    [ServerTheory(ClickHouse.Variable)]
    [InlineData(1, null)]
    [InlineData(2, null)]
    [InlineData(3, null)]
    [InlineData(4, null)]
    [InlineData(5, null)]
    [InlineData(6, null)]
    [InlineData(2, IcebergDeleteMode.Equality)]
    [InlineData(3, IcebergDeleteMode.Equality)]
    [InlineData(6, IcebergDeleteMode.Equality)]
    public async Task Every_snapshot_is_what_ClickHouse_reads(int seed, IcebergDeleteMode? mode)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var store = new LocalObjectStore(folder.Path, TimeProvider.System);
        var states = await WriteAsync(store, seed, s => mode is null ? s : s with { DeleteMode = mode });
        foreach (var (snapshot, rows) in Proof.Some(states))
        {
            var read = ClickHouse.Query(
                $"select concat('{{\"id\": ', toString(id), ', \"name\": ', if(isNull(name), 'null', concat('\"', assumeNotNull(name), '\"')), ', \"qty\": ', ifNull(toString(qty), 'null'), '}}') as line "
                + $"from icebergLocal('demo/items') order by line settings iceberg_snapshot_id = {snapshot.ToString(CultureInfo.InvariantCulture)}",
                folder.Path);
            Assert.Equal(rows.Order(StringComparer.Ordinal), read.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        }
    }

    /// <summary>Deletes by key, in both formats, compacted in between, with partitions that rows move between, and with rows of the open commit taken back.</summary>
    [ServerTheory(IcebergJava.Variable)]
    [MemberData(nameof(ByKey))]
    public async Task Every_snapshot_with_deletes_by_key_is_what_Iceberg_Java_reads(int seed, int format)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var states = await WriteAsync(new LocalObjectStore(folder.Path, TimeProvider.System), seed, s => s with { FormatVersion = format, DeleteMode = IcebergDeleteMode.Equality });
        var table = Path.Combine(folder.Path, "demo", "items");
        foreach (var (snapshot, rows) in Proof.Some(states))
        {
            Assert.Equal(rows, await IcebergJava.LinesAsync(table, snapshot));
        }

        await IcebergJava.VerifyStrictlyAsync(table, "dangling-delete", NoBounds, "the key lacks the source of partition field"); // legal: the old row says the partition, and Java reads it
    }

    [ServerFact(ClickHouse.Variable)]
    public async Task Deletion_vectors_are_refused_by_ClickHouse_and_not_misread()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await WriteAsync(new LocalObjectStore(folder.Path, TimeProvider.System), 2, s => s with { FormatVersion = 3, DeleteMode = IcebergDeleteMode.DeletionVector });
        var error = Assert.Throws<InvalidOperationException>(() => ClickHouse.Query("select count() from icebergLocal('demo/items') where not ignore(id)", folder.Path));
        Assert.Contains("Position deletes are supported only for parquet format", error.Message, StringComparison.Ordinal);
    }

    // What is noted of the column that OtherForms leaves without bounds in files.
    private const string NoBounds = " of qty";

    /// <summary>Properties that make files and manifests of another form than usual.</summary>
    private static Dictionary<string, string> OtherForms => new()
    {
        ["write.parquet.page-version"] = "v2",
        ["write.parquet.dict-encoding-enabled.column.name"] = "false",
        ["write.parquet.stats-enabled.column.qty"] = "false",
        ["write.delete.parquet.compression-codec"] = "snappy",
        ["write.manifest.compression-codec"] = "zstd",
        ["write.summary.partition-limit"] = "100",
    };

    /// <summary>Those of every run, and the others of a long one.</summary>
    private static TheoryData<int, T> Chosen<T>((int Seed, T Value)[] usual, (int Seed, T Value)[] others)
    {
        var data = new TheoryData<int, T>();
        foreach (var (seed, value) in Proof.IsLong ? [.. usual, .. others] : usual)
        {
            data.Add(seed, value);
        }

        return data;
    }

    /// <summary>Random changes under small limits; gives for each snapshot the rows as Iceberg Java prints them.</summary>
    private static async Task<List<(long Snapshot, string[] Rows)>> WriteAsync(LocalObjectStore store, int seed, Func<IcebergSinkSettings, IcebergSinkSettings>? change = null)
    {
        var random = new Random(seed);
        var settings = new IcebergSinkSettings
        {
            SmallFileBytes = seed % 2 == 0 ? 0 : 20_000,
            TargetFileSizeBytes = seed > 2 ? 10_000 : 1 << 20,
            MemoryBudgetBytes = seed == 4 ? 1 : 1 << 20,
            FoldAt = 3,
            RecentDeleteRows = 20,
            MaxOwnDeleteFiles = seed % 2 == 0 ? 1 : 16,
            FilesPerDeleteFile = 3,
            MaxDeleteFilesPerFile = 3,
            FileReadCost = 20, LeastFiles = 4,
            Sorting = seed is 3 or 5 ? [SortTerm.Parse("qty desc"), SortTerm.Parse("name")] : [],
            DeleteMode = seed == 5 ? IcebergDeleteMode.CopyOnWrite : null,
            TableProperties = seed is 2 or 5 ? OtherForms : new Dictionary<string, string>(),
            Partitioning = seed is 5 or 6 ? [PartitionTerm.Parse("bucket(3, id)"), PartitionTerm.Parse("truncate(4, name)")] : [],
        };
        settings = change?.Invoke(settings) ?? settings;
        var states = new List<(long, string[])>();
        await using var model = new SinkModel(store, settings);
        await model.OpenAsync();
        for (var commit = 0; commit < 12; commit++)
        {
            for (var n = commit == 0 ? 1500 : random.Next(300); n > 0; n--)
            {
                var id = random.Next(commit == 0 ? 2000 : 400);
                if (random.Next(4) == 0)
                {
                    model.Remove(id);
                }
                else
                {
                    model.Put(id, random.Next(9) == 0 ? null : $"näme {random.Next(1000)} 🐇", random.Next(9) == 0 ? null : random.Next());
                }
            }

            if (await model.EndAndCommitAsync() is { } made)
            {
                Assert.Equal(model.Rows.Count, made.TotalRows);
                states.Add((long.Parse(made.Id, CultureInfo.InvariantCulture), [.. model.Rows.Select(Line).Order(StringComparer.Ordinal)]));
            }

            if (seed > 6 && commit == 5)
            {
                await store.EditAsync(new TableWideUpdates.UpgradeFormatVersion(3));
                await model.ReopenAsync();
            }

            if (seed % 2 == 1 && await model.Sink.MaintainNowAsync(CancellationToken.None) > 0)
            {
                states.Add((model.Sink.Version!.Table.Metadata.CurrentSnapshotId!.Value, [.. model.Rows.Select(Line).Order(StringComparer.Ordinal)]));
            }
        }

        return states;
    }

    private static string Line(KeyValuePair<long, (string? Name, int? Qty)> row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"id\": {row.Key}, \"name\": {(row.Value.Name is { } name ? $"\"{name}\"" : "null")}, \"qty\": {row.Value.Qty?.ToString(CultureInfo.InvariantCulture) ?? "null"}}}");
}
