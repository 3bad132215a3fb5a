using System.Collections.Immutable;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Tables;

/// <summary>The live files of a snapshot, manifest by manifest. Immutable; a commit makes the next one at the cost of what it changed.</summary>
internal sealed class TableFiles
{
    private const int ReadsAtATime = 16; // round trips to a store, not processors
    private readonly ImmutableDictionary<string, ManifestContents> _manifestOf;

    private TableFiles(IReadOnlyList<ManifestContents> manifests, ImmutableDictionary<string, ManifestContents> manifestOf)
    {
        Manifests = manifests;
        _manifestOf = manifestOf;
    }

    public static TableFiles None { get; } = new([], ImmutableDictionary.Create<string, ManifestContents>(StringComparer.Ordinal));

    /// <summary>Manifests with at least one live file, in the order of the manifest list.</summary>
    public IReadOnlyList<ManifestContents> Manifests { get; }

    /// <summary>The manifest that lists a live file, or null when no such file is live.</summary>
    public ManifestContents? ManifestOf(DataFile file) => _manifestOf.GetValueOrDefault(file.Key);

    /// <summary>The entry of a live file, with what it inherits; null when no such file is live.</summary>
    public ManifestEntry? EntryOf(DataFile file) => ManifestOf(file)?.Live.FirstOrDefault(e => e.File.Key == file.Key);

    /// <summary>Live entries of one kind of file.</summary>
    public IEnumerable<ManifestEntry> Entries(ManifestContent content) =>
        Manifests.Where(m => m.Manifest.Content == content).SelectMany(m => m.Live);

    /// <summary>What is live after a commit.</summary>
    /// <param name="manifests">All manifests of the new list, those of <see cref="Manifests"/> that were kept among them.</param>
    /// <param name="written">Those of them that are new.</param>
    /// <param name="removed">The files that left.</param>
    public TableFiles After(IEnumerable<ManifestContents> manifests, IEnumerable<ManifestContents> written, IEnumerable<DataFile> removed)
    {
        var owners = _manifestOf.ToBuilder();
        owners.RemoveRange(removed.Select(f => f.Key));
        foreach (var manifest in written)
        {
            foreach (var entry in manifest.Live)
            {
                owners[entry.File.Key] = manifest;
            }
        }

        return new TableFiles([.. manifests.Where(m => m.Live.Count > 0)], owners.ToImmutable());
    }

    /// <summary>Reads a manifest list and its manifests.</summary>
    /// <param name="store">The table's files.</param>
    /// <param name="snapshot">Whose list.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="isWanted">Manifests to read; null reads all.</param>
    /// <exception cref="CatalogException">A file is damaged, or encrypted.</exception>
    /// <exception cref="ObjectStoreException">A file is missing or not readable.</exception>
    public static async Task<TableFiles> ReadAsync(
        FileIO store, Snapshot snapshot, CancellationToken cancellationToken, Predicate<ManifestFile>? isWanted = null)
    {
        var list = snapshot.ManifestList;
        if (snapshot.KeyId is not null)
        {
            throw new CatalogException($"Manifest list {list} is encrypted, which this library does not read. Read the table with the engine that wrote it.");
        }

        var manifests = ManifestList.Read(await ReadFileAsync(store, list, cancellationToken).ConfigureAwait(false), list);
        manifests.RemoveAll(m => isWanted?.Invoke(m) == false);
        if (manifests.Find(m => m.KeyMetadata is not null) is { } encrypted)
        {
            throw new CatalogException($"Manifest {encrypted.Path} is encrypted, which this library does not read. Read the table with the engine that wrote it.");
        }

        var contents = new ManifestContents[manifests.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, contents.Length, options, async (i, token) =>
        {
            var entries = ManifestReader.Read(await ReadFileAsync(store, manifests[i].Path, token).ConfigureAwait(false), manifests[i]);
            entries.RemoveAll(e => e.Status == EntryStatus.Deleted);
            contents[i] = new ManifestContents(manifests[i], entries);
        }).ConfigureAwait(false);
        return None.After(contents, contents, []);
    }

    /// <summary>Reads a file that a snapshot refers to.</summary>
    internal static async Task<byte[]> ReadFileAsync(FileIO store, string uri, CancellationToken cancellationToken) =>
        await store.TryReadAsync(uri, cancellationToken).ConfigureAwait(false)
        ?? throw new ObjectStoreException(
            $"{uri} is missing although the table refers to it. It was deleted outside of Iceberg, or its snapshot expired while it was being read (history.expire.min-snapshots-to-keep): read again, restore the file, or roll the table back to a snapshot whose files are there.");
}

/// <summary>A manifest and its entries that are live. Told apart by reference.</summary>
internal sealed class ManifestContents(ManifestFile manifest, IReadOnlyList<ManifestEntry> live)
{
    public ManifestFile Manifest => manifest;

    public IReadOnlyList<ManifestEntry> Live => live;
}
