using System.Collections.Concurrent;
using System.Collections.Immutable;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.FileSystem;

// Layout, as Iceberg's HadoopCatalog has it:
//
//   <namespace>/…/<table>/metadata/v<N>.metadata.json   version N, from 1; a version is committed by creating its file, which must not exist
//   <namespace>/…/<table>/metadata/version-hint.text    N as text, written after the commit; advice only
//   <namespace>/…/<table>/data/                         data and delete files
//
// Creating a file that does not exist is the only exclusive act a store offers, and names become free again: old versions are deleted, tables are dropped
// and created anew. An instance that slept between looking and creating may therefore create a version that follows nothing. So the version before it is
// read again after the act: only a version whose predecessor still stands, byte for byte, is a commit; any other is withdrawn, and readers never take one
// whose predecessor is missing.

/// <summary>A catalog that is a folder: namespaces and tables are folders below it. Needs nothing but a store with exclusive creation.</summary>
internal sealed class FileSystemCatalog : ICatalog
{
    private const int MaxAttempts = 20;
    private readonly IObjectStore _store;
    private readonly TimeProvider _clock;
    private readonly ExclusiveCreation _exclusive;
    private readonly FileIO _files;
    private readonly ConcurrentDictionary<TableIdentifier, StoredVersion> _known = new();
    private readonly ConcurrentDictionary<string, RetiredMetadata> _retired = new(StringComparer.Ordinal);

    public FileSystemCatalog(IObjectStore store)
        : this(store, TimeProvider.System)
    {
    }

    /// <summary>A catalog with both its sides.</summary>
    public static OpenedCatalog Open(IObjectStore store, TimeProvider clock)
    {
        var catalog = new FileSystemCatalog(store, clock);
        return new OpenedCatalog(catalog, new FileSystemDirectory(store, catalog));
    }

    /// <param name="store">The warehouse.</param>
    /// <param name="clock">Time of versions that add no snapshot.</param>
    public FileSystemCatalog(IObjectStore store, TimeProvider clock)
    {
        _store = store;
        _clock = clock;
        _files = FileIO.Over(store, clock);
        _exclusive = new ExclusiveCreation(store, Name);
    }

    public string Name => $"warehouse {_store}";

    /// <summary>One file is one act: several tables are committed one after the other.</summary>
    public bool CommitsTogether => false;

    public Task CheckAsync(CancellationToken cancellationToken) => _exclusive.CheckAsync(cancellationToken);

    public async Task<CatalogTable?> LoadAsync(TableIdentifier table, CancellationToken cancellationToken) =>
        (await FindAsync(table, cancellationToken).ConfigureAwait(false))?.Table;

    public async Task<CatalogTable?> CreateAsync(TableIdentifier table, TableCreation creation, CancellationToken cancellationToken)
    {
        var commit = creation.ToCommit(table, _store.UriOf(MetadataFolder.TableFolderOf(table)));
        return await CommitAsync([commit], cancellationToken).ConfigureAwait(false) switch
        {
            CommitOutcome.Committed committed => committed.Tables[0],
            CommitOutcome.Unknown unknown => throw unknown.Cause,
            _ => null,
        };
    }

    public async Task<CommitOutcome> CommitAsync(IReadOnlyList<TableCommit> commits, CancellationToken cancellationToken)
    {
        if (commits is not [var commit])
        {
            throw new ArgumentException("A folder commits one table at a time.", nameof(commits));
        }

        await _exclusive.CheckAsync(cancellationToken).ConfigureAwait(false);
        var objection = "";
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            // What we know needs no look to be tried: that it is still there and current shows when its successor is created.
            var known = _known.GetValueOrDefault(commit.Identifier);
            var current = known ?? await FindAsync(commit.Identifier, cancellationToken).ConfigureAwait(false);
            if (commit.ApplyTo(current?.Table.Metadata, _clock.GetUtcNow().ToUnixTimeMilliseconds(), out objection!) is not { } next)
            {
                if (known is null)
                {
                    return new CommitOutcome.Conflict(commit.Identifier, objection);
                }

                _known.TryRemove(commit.Identifier, out _);
                continue;
            }

            if (await TryPublishAsync(commit.Identifier, current, next).ConfigureAwait(false) is { } outcome)
            {
                return outcome;
            }

            _known.TryRemove(commit.Identifier, out _);
            objection = "its metadata changes all the time";
        }

        return new CommitOutcome.Conflict(commit.Identifier, objection);
    }

    /// <summary>Creates the next version. Null: its name is taken.</summary>
    private async Task<CommitOutcome?> TryPublishAsync(TableIdentifier table, StoredVersion? current, TableMetadata next)
    {
        var folder = new MetadataFolder(_store, _files, table);
        ImmutableArray<MetadataLogEntry> dropped = [];
        next = current is null ? next : MetadataLog.Extend(current.Table, next, out dropped);
        var version = (current?.Version ?? 0) + 1;
        var name = folder.NameOf(version, next); // the one that every writer gives it, so that there can be only one
        var published = new StoredVersion(version, name, MetadataFiles.Encode(next), new CatalogTable(table, next, _store.UriOf(name), _files));
        try
        {
            // Not cancelled half-way: from here on only the store says what became of it.
            if (!await _store.TryPutNewAsync(name, published.Bytes, CancellationToken.None).ConfigureAwait(false))
            {
                return null;
            }

            var verdict = await folder.JudgeAsync(published, current).ConfigureAwait(false);
            if (verdict.Objection is { } objection)
            {
                return new CommitOutcome.Conflict(table, objection);
            }

            if (!verdict.IsKnown)
            {
                return new CommitOutcome.Unknown(new CatalogException($"Version {version} of table {table} in {Name} was created so long ago that its history is gone.") { IsTransient = true });
            }

            await folder.AdvanceHintAsync(version).ConfigureAwait(false);
        }
        catch (CdcLakeException e)
        {
            return new CommitOutcome.Unknown(e);
        }

        _known[table] = published;
        await RetireAsync(folder, next, dropped).ConfigureAwait(false);
        return new CommitOutcome.Committed([published.Table]);
    }

    /// <summary>Removes old metadata, that which a former process left behind too.</summary>
    private async Task RetireAsync(MetadataFolder folder, TableMetadata table, ImmutableArray<MetadataLogEntry> dropped)
    {
        if (!TableProperties.IsTrue(table.Properties, TableProperties.DeleteOldMetadata))
        {
            return;
        }

        try
        {
            if (!_retired.TryGetValue(table.TableUuid, out var retired))
            {
                retired = _retired.GetOrAdd(table.TableUuid, new RetiredMetadata());
                retired.Add(await folder.LeftBehindAsync(table).ConfigureAwait(false), table.LastUpdatedMs);
            }

            retired.Add(dropped.Select(e => e.MetadataFile), table.LastUpdatedMs);
            await retired.DeleteAsync(_files, table).ConfigureAwait(false);
        }
        catch (ObjectStoreException)
        {
            // The commit stands; files that stay cost space only. A store that fails for good shows at the next commit.
        }
    }

    private async Task<StoredVersion?> FindAsync(TableIdentifier table, CancellationToken cancellationToken)
    {
        var known = _known.GetValueOrDefault(table);
        var found = await new MetadataFolder(_store, _files, table).FindNewestAsync(known, cancellationToken).ConfigureAwait(false);
        if (found is not null)
        {
            _known[table] = found;
        }

        return found;
    }
}
