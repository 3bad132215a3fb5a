using System.Collections.Immutable;
using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Storage;

/// <summary>Many catalogs commit to one table in S3 at once: each commit that is reported is there, and none twice.</summary>
public sealed class S3RaceTests
{
    private const int Writers = 6;
    private const int Commits = 5;
    private static readonly TableIdentifier Name = TableIdentifier.Parse("demo.raced");

    [ServerFact(TestServers.Ceph)]
    public Task Racing_commits_on_Ceph_all_count_once() => RaceAsync(TestServers.Ceph);

    [ServerFact(TestServers.Moto)]
    public Task Racing_commits_on_moto_all_count_once() => RaceAsync(TestServers.Moto);

    private static async Task RaceAsync(string server)
    {
        await using var bucket = await S3Bucket.CreateAsync(server);
        var schema = IcebergSchema.Of(new Schema([new Field("id", DataType.Int64, Nullable: false)]), [0]);
        var created = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Catalog(bucket).CreateAsync(Name, new TableCreation(schema, ImmutableSortedDictionary<string, string>.Empty), default)));
        Assert.Single(created, c => c is not null);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var catalog = Catalog(bucket);
            for (var i = 0; i < Commits; i++)
            {
                var update = new TableWideUpdates.SetProperties(ImmutableSortedDictionary<string, string>.Empty.Add($"w{writer}.{i}", "x"));
                while (await catalog.CommitAsync([new TableCommit(Name, [], [update])], default) is not CommitOutcome.Committed)
                {
                    // others were faster, twenty times
                }
            }
        }));
        var table = (await Catalog(bucket).LoadAsync(Name, default))!;
        Assert.Equal(Writers * Commits, table.Metadata.Properties.Keys.Count(k => k.StartsWith('w')));
        Assert.EndsWith($"/v{1 + (Writers * Commits)}.metadata.json", table.MetadataLocation, StringComparison.Ordinal);
    }

    private static FileSystemCatalog Catalog(S3Bucket bucket) => new(bucket.Store("warehouse"), TimeProvider.System);
}
