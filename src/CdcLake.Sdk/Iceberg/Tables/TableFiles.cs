using CdcLake.Iceberg.Manifests;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Tables;

/// <summary>The live files of a snapshot, manifest by manifest. Immutable; a commit makes the next one.</summary>
/// <param name="Manifests">Manifests with at least one live file, in the order of the manifest list.</param>
internal sealed record TableFiles(IReadOnlyList<ManifestContents> Manifests)
{
    public static TableFiles None { get; } = new([]);

    /// <summary>Live entries of one kind of file.</summary>
    public IEnumerable<ManifestEntry> Entries(ManifestContent content) =>
        Manifests.Where(m => m.Manifest.Content == content).SelectMany(m => m.Live);

    /// <summary>Reads a manifest list and all its manifests.</summary>
    /// <exception cref="CatalogException">A file is damaged.</exception>
    /// <exception cref="ObjectStoreException">A file is missing or not readable.</exception>
    public static async Task<TableFiles> ReadAsync(IObjectStore store, string manifestList, CancellationToken cancellationToken)
    {
        var list = ManifestList.Read(await ReadAsync(manifestList).ConfigureAwait(false), manifestList);
        var contents = new List<ManifestContents>();
        foreach (var manifest in list)
        {
            var entries = ManifestReader.Read(await ReadAsync(manifest.Path).ConfigureAwait(false), manifest);
            entries.RemoveAll(e => e.Status == EntryStatus.Deleted);
            if (entries.Count > 0)
            {
                contents.Add(new ManifestContents(manifest, entries));
            }
        }

        return new TableFiles(contents);

        async Task<byte[]> ReadAsync(string uri) =>
            await store.TryReadAsync(store.NameOf(uri), cancellationToken).ConfigureAwait(false)
            ?? throw new ObjectStoreException(
                $"{uri} is missing although the table refers to it. It was deleted outside of Iceberg; restore it, or roll the table back to a snapshot whose files are there.");
    }
}

/// <summary>A manifest and its entries that are live.</summary>
internal sealed record ManifestContents(ManifestFile Manifest, IReadOnlyList<ManifestEntry> Live);
