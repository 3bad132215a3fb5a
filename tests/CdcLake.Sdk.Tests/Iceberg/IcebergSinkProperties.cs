using System.Globalization;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Random changes, commits, compactions, expiries, rollbacks, crashes and reopenings, in every mode: after each of them the table equals a dictionary.</summary>
public sealed class IcebergSinkProperties
{
    /// <summary>Snapshots go as soon as ten are too many, and their files with them.</summary>
    private static readonly Dictionary<string, string> Expiring = new()
    {
        [TableProperties.MinSnapshotsToKeep] = "3", [TableProperties.MaxSnapshotAge] = "0", [TableProperties.KeepExpiredFiles] = "0",
    };

    /// <summary>Of each eighteen, which are the three groups of modes, six in a usual run.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 54).Where(s => Proof.IsLong || s * 5 % 9 < 2)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Table_equals_the_dictionary_after_every_commit(int seed)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var random = new Random(seed);
        // Tiny limits, so that every choice (rewrite, position deletes, folding, rolling, flushing) is met.
        var settings = new IcebergSinkSettings
        {
            SmallFileBytes = seed % 3 == 0 ? 0 : 20_000,
            TargetFileSizeBytes = seed % 2 == 0 ? 8_000 : 1 << 20,
            MemoryBudgetBytes = seed % 4 == 0 ? 1 : 1 << 20,
            FoldAt = 3,
            RecentDeleteRows = 20,
            MaxOwnDeleteFiles = seed % 5 == 0 ? 16 : 1,
            FilesPerDeleteFile = 3,
            MaxDeleteFilesPerFile = 3,
            FileReadCost = 20, LeastFiles = 4,
            SortBytes = seed % 2 == 0 ? 5_000 : 1 << 20,
            TableProperties = seed % 5 == 2 ? Expiring : new Dictionary<string, string>(),
            FormatVersion = seed is > 18 and <= 36 || (seed > 36 && seed % 2 == 0) ? 3 : null,
            DeleteMode = (seed % 6) switch
            {
                _ when seed > 36 => IcebergDeleteMode.Equality,
                2 => IcebergDeleteMode.CopyOnWrite,
                3 when seed > 18 => IcebergDeleteMode.DeletionVector,
                3 => IcebergDeleteMode.Position,
                _ => null,
            },
            Partitioning = seed % 3 == 1 ? [PartitionTerm.Parse("bucket(3, id)"), PartitionTerm.Parse("truncate(6, name)")] : [],
            Sorting = seed % 4 == 3 ? [SortTerm.Parse("qty desc"), SortTerm.Parse("name nulls last")] : [],
            MaxOpenFiles = seed % 2 == 0 ? 2 : 64,
            IndexSpace = (seed % 3) switch
            {
                0 => new KeyIndexSpace(0, Path.Combine(folder.Path, "keys")), // all of it on disk
                1 => KeyIndexSpace.Default with { Folder = Path.Combine(folder.Path, "keys") },
                _ => KeyIndexSpace.Default,
            },
        };
        var store = new LocalObjectStore(folder.Path, TimeProvider.System);
        await using var model = new SinkModel(store, settings);
        await model.OpenAsync();
        Compaction? compaction = null;
        var history = new List<(long Snapshot, Dictionary<long, (string? Name, int? Qty)> Rows)>();
        for (var commit = 0; commit < 25; commit++)
        {
            if (compaction is not null && random.Next(2) == 0)
            {
                await FinishAsync(model, compaction);
                await model.CheckCommittedAsync();
                compaction = null;
            }

            for (var epoch = random.Next(1, 4); epoch > 0; epoch--)
            {
                await ChangeAsync(model, random);
                await model.EndEpochAsync();
            }

            if (commit > 0 && random.Next(5) == 0)
            {
                await ForeignCompaction.RunAsync(store);
            }

            var (ids, changed) = await LineageAsync(model, store);
            if (await model.CommitAsync() is { } made)
            {
                history.Add((long.Parse(made.Id, CultureInfo.InvariantCulture), new(model.Rows)));
            }

            await model.CheckAsync();
            await CheckLineageAsync(store, ids, changed);
            if (seed is > 12 and <= 18 && commit == 12)
            {
                await store.EditAsync(new TableWideUpdates.UpgradeFormatVersion(3));
                await model.ReopenAsync();
                compaction = null;
            }

            if (compaction is null && random.Next(2) == 0 && (compaction = await model.Sink.Upkeep!.BeginAsync(CancellationToken.None)) is not null)
            {
                await compaction.RunAsync(CancellationToken.None);
            }

            if (random.Next(12) == 0)
            {
                await ReplaceAsync(model, random);
                compaction = null;
            }

            if (random.Next(12) == 0)
            {
                await RollBackAsync(model, store, history, random);
                compaction = null;
            }

            if (random.Next(4) == 0)
            {
                await ChangeAsync(model, random); // lost by the crash
                await model.PushAsync();
                var before = model.Position;
                await model.ReopenAsync();
                compaction = null;
                Assert.True(model.Position <= before);
                await model.CheckAsync();
            }
        }
    }

    /// <summary>The ids of the rows before a commit, and keys that it may give others.</summary>
    private static async Task<(Dictionary<long, (long RowId, long LastUpdated)> Ids, HashSet<long> Changed)> LineageAsync(SinkModel model, LocalObjectStore store)
    {
        var changed = new HashSet<long>(model.Touched);
        model.Touched.Clear();
        var snapshot = (await store.MetadataAsync()).CurrentSnapshot;
        // Rows that the sink knows without ids may have got some from somebody else since.
        return (snapshot?.FirstRowId is null || model.Sink.Version!.Table.Metadata.CurrentSnapshot?.FirstRowId is null ? [] : await TableLineage.ReadAsync(store), changed);
    }

    /// <summary>Rows that were not changed have the ids that they had, wherever they lie now. A table of format 2 has none.</summary>
    private static async Task CheckLineageAsync(LocalObjectStore store, Dictionary<long, (long RowId, long LastUpdated)> before, HashSet<long> changed)
    {
        await TableLineage.CheckAsync(store);
        if (before.Count > 0)
        {
            var after = await TableLineage.ReadAsync(store);
            Assert.All(before.Where(r => !changed.Contains(r.Key) && after.ContainsKey(r.Key)), r => Assert.Equal(r.Value, after[r.Key]));
        }
    }

    /// <summary>Somebody else rolls the table back to a commit of the pipeline that is still kept.</summary>
    private static async Task RollBackAsync(
        SinkModel model, LocalObjectStore store, List<(long Snapshot, Dictionary<long, (string? Name, int? Qty)> Rows)> history, Random random)
    {
        var metadata = await store.MetadataAsync();
        var kept = history.FindAll(h => metadata.FindSnapshot(h.Snapshot) is not null);
        if (kept.Count > 0)
        {
            var (snapshot, rows) = kept[random.Next(kept.Count)];
            await store.RollBackAsync(snapshot);
            await model.ReopenAsync(rows);
            await model.CheckAsync();
        }
    }

    private static async Task FinishAsync(SinkModel model, Compaction compaction)
    {
        await using (compaction)
        {
            await model.Sink.Upkeep!.TakeOverAsync(compaction, CancellationToken.None);
        }
    }

    /// <summary>An epoch that is the whole content, of a pipeline that begins again or in the middle of one that runs.</summary>
    private static async Task ReplaceAsync(SinkModel model, Random random)
    {
        if (random.Next(3) == 0)
        {
            await ChangeAsync(model, random);
            await model.EndEpochAsync(); // never committed
        }
        else
        {
            await model.ReopenAsync();
        }

        model.StartOver();
        await ChangeAsync(model, random);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    private static async Task ChangeAsync(SinkModel model, Random random)
    {
        var range = random.Next(3) == 0 ? 3000 : 300;
        for (var n = random.Next(0, random.Next(2) == 0 ? 20 : 1500); n > 0; n--)
        {
            var id = random.Next(range);
            if (random.Next(4) == 0)
            {
                model.Remove(id);
            }
            else if (random.Next(100) == 0)
            {
                await model.PutBeforeRemovingAsync(id, $"moved {random.Next()}", 1);
            }
            else
            {
                model.Put(id, random.Next(10) == 0 ? null : $"näme {random.Next(1000)} 🐇", random.Next(10) == 0 ? null : random.Next());
            }

            if (random.Next(50) == 0)
            {
                await model.PushAsync();
            }
        }
    }
}
