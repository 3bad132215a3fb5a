using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Operations;

/// <summary>Brings the small manifests of a table together, in a snapshot of its own. Files stay as they are.</summary>
/// <param name="table">The table.</param>
internal sealed class ManifestRewriting(NamedTable table)
{
    /// <returns>Manifests that are fewer now.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var version = await TableVersion.ReadAsync(await table.LoadAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var settings = ManifestSettings.Of(version.Table.Metadata.Properties, $"Table {version.Table.Identifier}");
        if (!version.Files.Manifests.GroupBy(m => (m.Manifest.Content, m.Manifest.PartitionSpecId)).Any(g => g.Count(m => !settings.IsFull(m)) > 1))
        {
            return 0;
        }

        SnapshotChange change = null!;
        change = new SnapshotChange { KeepsRows = true, MergesManifests = true, Over = ForeignWork.Any, Remake = (_, _) => Task.FromResult<SnapshotChange?>(change) };
        var session = new TableSession(table.Catalog, version, table.Clock);
        var prepared = await session.PrepareAsync(change, new WrittenFiles(version.Table.Files), cancellationToken).ConfigureAwait(false);
        await using var _ = prepared.ConfigureAwait(false);
        await TablePublisher.PublishAsync(table.Catalog, [prepared]).ConfigureAwait(false);
        return Math.Max(0, version.Files.Manifests.Count - session.Version.Files.Manifests.Count);
    }
}
