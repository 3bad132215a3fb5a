using System.Globalization;
using System.Text;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.FileSystem;

/// <summary>The <c>metadata</c> folder of one table: which versions are there, which of them counts, and the hint.</summary>
internal sealed class MetadataFolder
{
    private const string VersionHint = "version-hint.text";
    private const string Suffix = ".metadata.json";
    private const int MaxReads = 10;
    private const int MaxSteps = 100;
    private readonly IObjectStore _store;
    private readonly FileIO _files;
    private readonly TableIdentifier _table;
    private readonly string _folder;

    public MetadataFolder(IObjectStore store, FileIO files, TableIdentifier table)
    {
        _files = files;
        _store = store;
        _table = table;
        _folder = TableFolderOf(table) + "/metadata/";
    }

    public static string TableFolderOf(TableIdentifier table) => string.Join('/', [.. table.Namespace, table.Name]);

    /// <summary>Name in the store of a version that we write.</summary>
    public string NameOf(long version, TableMetadata table) => string.Create(CultureInfo.InvariantCulture, $"{_folder}v{version}{MetadataFiles.SuffixOf(table)}");

    /// <summary>The version that counts, or null when there is no table.</summary>
    /// <param name="known">A version seen before, which saves reading it again.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CatalogException">It is damaged or cannot be read.</exception>
    public async Task<StoredVersion?> FindNewestAsync(StoredVersion? known, CancellationToken cancellationToken)
    {
        var name = "";
        for (var read = 0; read < MaxReads; read++)
        {
            if (NewestOf(await ListAsync(cancellationToken).ConfigureAwait(false)) is not var (version, file))
            {
                return null;
            }

            // A version that many commits have replaced since it was listed may be gone already.
            name = file;
            if (await _store.TryReadAsync(file, cancellationToken).ConfigureAwait(false) is { } bytes)
            {
                return known?.Name == file && bytes.AsSpan().SequenceEqual(known.Bytes) ? known : Parse(version, file, bytes);
            }
        }

        throw new CatalogException(
            $"{_store.UriOf(name)} is listed as the current version of table {_table}, but cannot be opened ({MaxReads} times). "
            + "It is a link to a file that is gone, or the folder is being deleted; restore the file, or remove the link to fall back to the version before it.");
    }

    /// <summary>
    /// Looks whether a version that was just created is a commit: its predecessor must still stand, or newer versions must have been built upon it. One that is
    /// certainly none is removed again.
    /// </summary>
    public async Task<VersionVerdict> JudgeAsync(StoredVersion created, StoredVersion? predecessor)
    {
        // At once: a predecessor that stands at any time after the act stood at the act. One that is gone because others went on shows in a list that is read afterwards.
        var twins = new HashSet<long>();
        var list = ListAsync(CancellationToken.None, twins);
        var follows = predecessor is null || await predecessor.StandsAsync(_store, CancellationToken.None).ConfigureAwait(false);
        var newest = NewestOf(await list.ConfigureAwait(false))?.Version ?? 0;
        if (!follows && newest == created.Version)
        {
            newest = NewestOf(await ListAsync(CancellationToken.None).ConfigureAwait(false))?.Version ?? 0;
        }

        var verdict = newest > created.Version ? await IsInHistoryAsync(created, newest).ConfigureAwait(false)
            : follows && twins.Contains(created.Version) ? new VersionVerdict(true, "another writer, for which its metadata is compressed otherwise, committed the same version")
            : follows && newest == created.Version ? VersionVerdict.Commit
            : new VersionVerdict(true, "it was dropped, or dropped and created again");
        if (verdict.Objection is not null && await created.StandsAsync(_store, CancellationToken.None).ConfigureAwait(false))
        {
            await _store.DeleteAsync(created.Name, CancellationToken.None).ConfigureAwait(false);
        }

        return verdict;
    }

    /// <summary>Lets the hint say this version. Where it was newer already, or slower writers set it back meanwhile, it is set forward again.</summary>
    public async Task AdvanceHintAsync(long version)
    {
        for (var round = 0; round < MaxReads; round++)
        {
            await _store.PutAsync(_folder + VersionHint, Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture)), CancellationToken.None)
                .ConfigureAwait(false);

            // All of them, not only the next one: each writer removes the old versions it knows, so there may be gaps between those that are left.
            var newest = NewestOf(await ListAsync(CancellationToken.None).ConfigureAwait(false))?.Version ?? 0;
            if (newest <= version)
            {
                return;
            }

            version = newest;
        }
    }

    /// <summary>Versions older than the log of the newest one: left behind by a process that ended before their time.</summary>
    public async Task<IReadOnlyList<string>> LeftBehindAsync(TableMetadata newest)
    {
        if (newest.MetadataLog.IsEmpty || VersionOf(_store.NameOf(newest.MetadataLog[0].MetadataFile).AsSpan(_folder.Length + 1)) is not { } oldest)
        {
            return [];
        }

        return [.. (await ListAsync(CancellationToken.None).ConfigureAwait(false)).Where(v => v.Key < oldest).Select(v => _store.UriOf(v.Value))];
    }

    /// <summary>Walks from the newest version back through the logs of former ones.</summary>
    private async Task<VersionVerdict> IsInHistoryAsync(StoredVersion created, long newest)
    {
        var fork = new VersionVerdict(true, $"other writers committed up to version {newest} while this one, made for version {created.Version}, slept");
        var entry = new MetadataLogEntry(created.Table.Metadata.LastUpdatedMs, created.Table.MetadataLocation);
        var version = await FindNewestAsync(null, CancellationToken.None).ConfigureAwait(false);
        for (var step = 0; version is not null && step < MaxSteps; step++)
        {
            var log = version.Table.Metadata.MetadataLog;
            if (version.Table.Metadata.TableUuid != created.Table.Metadata.TableUuid || (version.Version == created.Version && !version.Bytes.AsSpan().SequenceEqual(created.Bytes)))
            {
                return fork;
            }

            if (version.Version == created.Version || log.Contains(entry))
            {
                return VersionVerdict.Commit;
            }

            if (version.Version < created.Version || log.IsEmpty || log.Any(e => e.MetadataFile == entry.MetadataFile))
            {
                return fork;
            }

            version = await TryReadAsync(_store.NameOf(log[0].MetadataFile)).ConfigureAwait(false);
        }

        // So long ago that the logs do not reach back. That the file is gone says nothing: what was built upon is trimmed, and what nobody saw is removed as left behind.
        return VersionVerdict.Unknown;
    }

    private async Task<StoredVersion?> TryReadAsync(string name) =>
        VersionOf(name.AsSpan(_folder.Length + 1)) is { } version && await _store.TryReadAsync(name, CancellationToken.None).ConfigureAwait(false) is { } bytes
            ? Parse(version, name, bytes)
            : null;

    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="twins">Gets the versions of which there is a compressed file and another one: while the property changes that says which, the name is no longer exclusive.</param>
    private async Task<SortedDictionary<long, string>> ListAsync(CancellationToken cancellationToken, HashSet<long>? twins = null)
    {
        var versions = new SortedDictionary<long, string>();
        var prefix = _folder + "v";
        await foreach (var name in _store.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (VersionOf(name.AsSpan(prefix.Length)) is not { } version || versions.TryAdd(version, name))
            {
                continue;
            }

            twins?.Add(version);
            versions[version] = versions[version].Length < name.Length ? versions[version] : name; // the uncompressed one counts, as for Iceberg Java
        }

        return versions;
    }

    /// <summary>The highest version whose predecessor is there too: one without was left by a writer that died after creating it upon nothing.</summary>
    private static (long Version, string Name)? NewestOf(SortedDictionary<long, string> versions)
    {
        foreach (var (version, name) in versions.Reverse())
        {
            if (version == 1 || versions.ContainsKey(version - 1))
            {
                return (version, name);
            }
        }

        return versions.Count == 0 ? null : (versions.Keys.Max(), versions[versions.Keys.Max()]); // a table of which only its last version was copied
    }

    /// <summary>N of <c>N.metadata.json</c>, <c>N.gz.metadata.json</c> and <c>N.metadata.json.gz</c>; null for other files.</summary>
    private static long? VersionOf(ReadOnlySpan<char> rest)
    {
        var dot = rest.IndexOf('.');
        return dot > 0 && rest[dot..] is Suffix or ".gz" + Suffix or Suffix + ".gz"
            && long.TryParse(rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : null;
    }

    private StoredVersion Parse(long version, string name, byte[] bytes)
    {
        var location = _store.UriOf(name);
        return new StoredVersion(version, name, bytes, new CatalogTable(_table, TableMetadataJson.Read(MetadataFiles.Unzip(name, bytes), location), location, _files));
    }
}
