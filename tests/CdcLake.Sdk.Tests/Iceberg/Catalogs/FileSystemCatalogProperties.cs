using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Spec;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg.Catalogs;

/// <summary>
/// Several writers at once, where old versions and with them their names go at once: each commit that was reported is one version of the one history that readers see.
/// </summary>
public sealed class FileSystemCatalogProperties : IDisposable
{
    private const int Writers = 4;
    private const int CommitsOfWriter = 60;
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly SecondsClock _clock = new(TimeSpan.FromMinutes(5));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_reported_commit_is_in_the_history_and_nothing_else()
    {
        var first = new FileSystemCatalog(new LocalObjectStore(_folder.Path, TimeProvider.System), _clock);
        var properties = ImmutableSortedDictionary<string, string>.Empty
            .Add("write.metadata.previous-versions-max", "1").Add("write.metadata.delete-after-commit.enabled", "true");
        await first.CreateAsync(SinkModel.Table, new TableCreation(IcebergSchema.Of(SinkModel.Columns, [0]), properties), default);

        var reported = await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAsync(w))));

        var table = (await first.LoadAsync(SinkModel.Table, default))!;
        var version = long.Parse(Path.GetFileName(table.MetadataLocation)[1..].Split('.')[0], CultureInfo.InvariantCulture);
        Assert.InRange(version - 1 - reported.Sum(r => r.Count(c => c.IsKnown)), 0, reported.Sum(r => r.Count(c => !c.IsKnown)));
        for (var writer = 0; writer < Writers; writer++)
        {
            var last = int.Parse(table.Metadata.Properties[$"writer{writer}"], CultureInfo.InvariantCulture);
            Assert.Contains(reported[writer], r => r.Commit == last);
            Assert.DoesNotContain(reported[writer], r => r.IsKnown && r.Commit > last);
        }

        Assert.Equal($"{version}", await File.ReadAllTextAsync(_folder["demo/items/metadata/version-hint.text"]));
    }

    private async Task<List<(int Commit, bool IsKnown)>> WriteAsync(int writer)
    {
        var store = new HookedStore(new LocalObjectStore(_folder.Path, TimeProvider.System));
        var catalog = new FileSystemCatalog(store, _clock);
        var random = new Random(writer);
        var reported = new List<(int Commit, bool IsKnown)>();
        for (var commit = 0; commit < CommitsOfWriter; commit++)
        {
            if (random.Next(4) == 0)
            {
                // Asleep just before it creates its version, until others have gone on.
                store.BeforeCreation = async _ =>
                {
                    for (var yields = random.Next(200); yields > 0; yields--)
                    {
                        await Task.Yield();
                    }
                };
            }

            var update = new TableWideUpdates.SetProperties(
                ImmutableSortedDictionary<string, string>.Empty.Add($"writer{writer}", commit.ToString(CultureInfo.InvariantCulture)));
            var outcome = await catalog.CommitAsync([new TableCommit(SinkModel.Table, [], [update])], default);
            if (outcome is not CommitOutcome.Conflict)
            {
                reported.Add((commit, outcome is CommitOutcome.Committed));
            }
        }

        return reported;
    }
}
