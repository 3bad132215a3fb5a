using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data;
using System.Data.Common;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.Jdbc;

/// <summary>
/// Tables of a catalog whose pointers are rows of a database. A commit writes a metadata file and then moves the pointer, if it still is where it was; those of several
/// tables move in one SQL transaction.
/// </summary>
internal sealed class JdbcCatalog : ICatalog
{
    private const int MaxAttempts = 20;
    private readonly JdbcDatabase _database;
    private readonly JdbcDirectory _directory;
    private readonly JdbcSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<TableIdentifier, CatalogTable> _known = new();
    private readonly ConcurrentDictionary<string, FileIO> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RetiredMetadata> _retired = new(StringComparer.Ordinal);
    private readonly Func<string, FileIO> _open;

    private JdbcCatalog(JdbcDatabase database, JdbcDirectory directory, JdbcSettings settings, Func<string, FileIO> open, TimeProvider clock)
    {
        _database = database;
        _directory = directory;
        _settings = settings;
        _open = open;
        _clock = clock;
    }

    /// <summary>A catalog; no connection is opened yet.</summary>
    /// <param name="source">The database; the caller disposes it after the last use of the catalog.</param>
    /// <param name="settings">Name and warehouse.</param>
    /// <param name="clock">Time of versions.</param>
    /// <param name="open">Opens the files below a location; those of this library unless something else is given.</param>
    public static OpenedCatalog Open(DbDataSource source, JdbcSettings settings, TimeProvider clock, Func<string, FileIO>? open = null)
    {
        var database = new JdbcDatabase(source, settings);
        var directory = new JdbcDirectory(database, settings);
        return new OpenedCatalog(new JdbcCatalog(database, directory, settings, open ?? (uri => FileIO.Over(TableStores.Open(uri, settings.Properties, clock), clock)), clock), directory);
    }

    public string Name => _database.Name;

    public bool CommitsTogether => true;

    public async Task<CatalogTable?> LoadAsync(TableIdentifier table, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await LocationAsync(table, cancellationToken).ConfigureAwait(false) is not { } location)
            {
                _known.TryRemove(table, out _);
                return null;
            }

            try
            {
                return await ReadAsync(table, location, cancellationToken).ConfigureAwait(false);
            }
            catch (CatalogException) when (attempt < MaxAttempts)
            {
                if (location == await LocationAsync(table, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }

                // So many commits since we asked that the file is gone: there is a newer one.
            }
        }
    }

    public async Task<CatalogTable?> CreateAsync(TableIdentifier table, TableCreation creation, CancellationToken cancellationToken)
    {
        var location = await _directory.LocationForNewAsync(table, cancellationToken).ConfigureAwait(false);
        var properties = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, _settings.TableDefaults).SetItems(creation.Properties);
        var commit = (creation with { Properties = properties }).ToCommit(table, location);
        var next = commit.ApplyTo(null, _clock.GetUtcNow().ToUnixTimeMilliseconds(), out _)!;
        var written = await MetadataFiles.WriteAsync(table, null, next, FilesOf(location)).ConfigureAwait(false);
        try
        {
            await _database.ExecuteAsync(
                $"creating table {table}", () => _database.IsV1 ? JdbcSql.InsertV1 : JdbcSql.Insert, [.. KeyOf(table), written.MetadataLocation], CancellationToken.None).ConfigureAwait(false);
        }
        catch (CatalogException)
        {
            // Either the name is taken or the answer was lost: the row says which.
            var now = await LocationAsync(table, CancellationToken.None).ConfigureAwait(false);
            if (now is null)
            {
                throw;
            }

            if (now != written.MetadataLocation)
            {
                await DeleteAsync([written]).ConfigureAwait(false);
                return null;
            }
        }

        return _known[table] = written;
    }

    public async Task<CommitOutcome> CommitAsync(IReadOnlyList<TableCommit> commits, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var bases = new List<CatalogTable>();
            var versions = new List<(TableMetadata Next, ImmutableArray<MetadataLogEntry> Dropped)>();
            foreach (var commit in commits)
            {
                var current = await LoadAsync(commit.Identifier, cancellationToken).ConfigureAwait(false);
                if (commit.ApplyTo(current?.Metadata, _clock.GetUtcNow().ToUnixTimeMilliseconds(), out var reason) is not { } next)
                {
                    return new CommitOutcome.Conflict(commit.Identifier, reason!);
                }

                if (current is null)
                {
                    throw new ArgumentException("Tables are created one by one.", nameof(commits));
                }

                bases.Add(current);
                next = MetadataLog.Extend(current, next, out var dropped);
                versions.Add((next, dropped));
            }

            if (await TryPublishAsync(bases, [.. versions.Select(v => v.Next)]).ConfigureAwait(false) is { } outcome)
            {
                await RetireAsync(outcome, [.. versions.Select(v => v.Dropped)]).ConfigureAwait(false);
                return outcome;
            }
        }

        return new CommitOutcome.Conflict(commits[0].Identifier, "its metadata changes all the time");
    }

    /// <summary>Writes the files and moves the pointers. Null: one of them is elsewhere by now, and nothing was changed.</summary>
    private async Task<CommitOutcome?> TryPublishAsync(List<CatalogTable> bases, List<TableMetadata> versions)
    {
        var written = new List<CatalogTable>();
        var asks = false;
        try
        {
            foreach (var (current, next) in bases.Zip(versions))
            {
                written.Add(await MetadataFiles.WriteAsync(current.Identifier, current, next, current.Files).ConfigureAwait(false));
            }

            // From here on not cancelled: until COMMIT is sent nothing has happened for certain, and after it only the database says what did.
            var connection = await _database.OpenAsync(CancellationToken.None).ConfigureAwait(false);
            await using var closes = connection.ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, CancellationToken.None).ConfigureAwait(false);
            await using var ends = transaction.ConfigureAwait(false);
            if (!await MoveAsync(connection, transaction, bases, written).ConfigureAwait(false))
            {
                await DeleteAsync(written).ConfigureAwait(false);
                return null;
            }

            asks = true;
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (JdbcErrors.IsExpected(e) || e is CdcLakeException)
        {
            var error = e as CdcLakeException ?? JdbcErrors.Wrap(Name, $"committing to {string.Join(", ", bases.Select(b => b.Identifier))}", e);
            if (!asks)
            {
                await DeleteAsync(written).ConfigureAwait(false);
                throw error == e ? new CatalogException(error.Message, e) { IsTransient = error.IsTransient, Error = (e as CatalogException)?.Error ?? CatalogError.Other } : error;
            }

            if (!await ArePointedAtAsync(written).ConfigureAwait(false))
            {
                return new CommitOutcome.Unknown(new CatalogException(error.Message, e) { IsTransient = true, Error = CatalogError.Unavailable });
            }
        }

        foreach (var table in written)
        {
            _known[table.Identifier] = table;
        }

        return new CommitOutcome.Committed(written);
    }

    /// <summary>In the order of the names, so that two pipelines wait for each other and never block each other.</summary>
    private async Task<bool> MoveAsync(DbConnection connection, DbTransaction transaction, List<CatalogTable> bases, List<CatalogTable> written)
    {
        foreach (var (before, after) in bases.Zip(written).OrderBy(p => p.First.Identifier.ToString(), StringComparer.Ordinal))
        {
            var moved = await JdbcDatabase.ExecuteAsync(
                connection, transaction, JdbcSql.Commit + _database.TableFilter, [after.MetadataLocation, before.MetadataLocation, .. KeyOf(before.Identifier)], CancellationToken.None)
                .ConfigureAwait(false);
            if (moved != 1)
            {
                return false; // disposing the transaction rolls it back
            }
        }

        return true;
    }

    /// <summary>True when the pointers certainly were moved, whatever became of the answer.</summary>
    private async Task<bool> ArePointedAtAsync(List<CatalogTable> written)
    {
        try
        {
            foreach (var table in written)
            {
                if (await LocationAsync(table.Identifier, CancellationToken.None).ConfigureAwait(false) != table.MetadataLocation)
                {
                    return false;
                }
            }

            return true;
        }
        catch (CatalogException)
        {
            return false; // still nobody knows
        }
    }

    /// <summary>Removes files that no pointer names, for certain.</summary>
    private static async Task DeleteAsync(List<CatalogTable> written)
    {
        foreach (var table in written)
        {
            try
            {
                await table.Files.DeleteAsync(table.MetadataLocation, CancellationToken.None).ConfigureAwait(false);
            }
            catch (ObjectStoreException)
            {
                // It costs space only.
            }
        }
    }

    private async Task RetireAsync(CommitOutcome outcome, List<ImmutableArray<MetadataLogEntry>> dropped)
    {
        foreach (var (table, entries) in (outcome as CommitOutcome.Committed)?.Tables.Zip(dropped) ?? [])
        {
            if (TableProperties.IsTrue(table.Metadata.Properties, TableProperties.DeleteOldMetadata))
            {
                var retired = _retired.GetOrAdd(table.Metadata.TableUuid, _ => new RetiredMetadata());
                retired.Add(entries.Select(e => e.MetadataFile), table.Metadata.LastUpdatedMs);
                try
                {
                    await retired.DeleteAsync(table.Files, table.Metadata).ConfigureAwait(false);
                }
                catch (ObjectStoreException)
                {
                    // The commit stands; files that stay cost space only.
                }
            }
        }
    }

    private async Task<CatalogTable> ReadAsync(TableIdentifier table, string location, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(table, out var known) && known.MetadataLocation == location)
        {
            return known; // a metadata file never changes, and its name is never used again
        }

        return _known[table] = await MetadataFiles.ReadAsync(table, location, FilesOf(location), cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> LocationAsync(TableIdentifier table, CancellationToken cancellationToken)
    {
        var rows = await _database.QueryAsync($"loading table {table}", () => JdbcSql.Location + _database.TableFilter, KeyOf(table), cancellationToken).ConfigureAwait(false);
        return rows is [[{ } location]] ? location : null;
    }

    private FileIO FilesOf(string location) => _files.GetOrAdd(TableStores.StoreOf(location), _ => _open(location));

    private string[] KeyOf(TableIdentifier table) => [_settings.CatalogName, string.Join('.', table.Namespace), table.Name];
}
