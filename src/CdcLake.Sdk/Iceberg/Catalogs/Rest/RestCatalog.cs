using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs.Rest;

// What an answer to a commit means (Iceberg REST specification, "updateTable" and "commitTransaction"):
//
//   200, 204          committed
//   404, 409          not committed, and never will be: the table is gone, or a requirement does not hold
//   4xx               not committed: malformed, not allowed, throttled
//   5xx, 408, none    nobody knows

/// <summary>Tables of a catalog with a service. Requirements and updates are sent as they are; the server checks and applies them.</summary>
internal sealed class RestCatalog : ICatalog
{
    private readonly RestSession _session;
    private readonly RestTables _tables;
    private readonly RestDirectory _directory;

    private RestCatalog(RestSession session, RestTables tables, RestDirectory directory)
    {
        _session = session;
        _tables = tables;
        _directory = directory;
    }

    /// <summary>A catalog; nothing is sent yet.</summary>
    /// <param name="settings">Where it is.</param>
    /// <param name="open">Opens the stores of files; those of this library unless something else is given.</param>
    public static OpenedCatalog Open(RestSettings settings, OpenStore? open = null)
    {
        var session = new RestSession(settings);
        var tables = new RestTables(session, open ?? ((uri, properties) => TableStores.Open(uri, properties, settings.Clock)));
        var directory = new RestDirectory(session, tables);
        return new OpenedCatalog(new RestCatalog(session, tables, directory), directory);
    }

    public string Name => _session.Name;

    /// <summary>Known once a table was loaded: where the server's list of endpoints has transactions.</summary>
    public bool CommitsTogether => _session.KnownConfig?.Offers(RestConfig.CommitTransaction) ?? false;

    public Task<CatalogTable?> LoadAsync(TableIdentifier table, CancellationToken cancellationToken) => _tables.LoadAsync(table, cancellationToken);

    public async Task<CatalogTable?> CreateAsync(TableIdentifier table, TableCreation creation, CancellationToken cancellationToken)
    {
        var doing = $"creating table {table}";
        var config = await _session.ConfigAsync(cancellationToken).ConfigureAwait(false);
        var request = new RestRequest(HttpMethod.Post, config.Paths.Tables(table.Namespace), RestBodies.Create(table, creation, config.Properties));
        var answer = await _session.ChangeAsync(request, cancellationToken).ConfigureAwait(false);
        if (RestTables.IsMissing(answer)) // the namespace, whatever the server calls that: there is nothing else to be missing
        {
            await _directory.EnsureNamespaceAsync(table.Namespace, cancellationToken).ConfigureAwait(false);
            answer = await _session.ChangeAsync(request, cancellationToken).ConfigureAwait(false);
        }

        return answer.Status == 409 ? null : _session.Read(answer, doing, root => _tables.Take(table, root, answer.ETag, config, hasConfig: true));
    }

    public async Task<CommitOutcome> CommitAsync(IReadOnlyList<TableCommit> commits, CancellationToken cancellationToken)
    {
        var config = await _session.ConfigAsync(cancellationToken).ConfigureAwait(false);
        if (commits.Count != 1 && !CommitsTogether)
        {
            throw new ArgumentException("This server commits one table at a time.", nameof(commits));
        }

        var doing = $"committing to {string.Join(", ", commits.Select(c => c.Identifier))}";
        var request = commits is [var one]
            ? new RestRequest(HttpMethod.Post, config.Paths.Table(one.Identifier), RestBodies.Commit(one)) { Authentication = _tables.AuthenticationOf(one.Identifier) }
            : new RestRequest(HttpMethod.Post, config.Paths.Transactions, RestBodies.Transaction(commits));
        var answer = await _session.ChangeAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess)
        {
            return await CommittedAsync(commits, answer, config, doing, cancellationToken).ConfigureAwait(false);
        }

        if (answer.IsUncertain)
        {
            return new CommitOutcome.Unknown(RestErrors.Of(answer, doing, Name));
        }

        if (answer.Status == 409 || RestTables.IsMissing(answer))
        {
            return new CommitOutcome.Conflict(await RefusedAsync(commits, cancellationToken).ConfigureAwait(false), Clause(answer));
        }

        // Some servers object to a snapshot that is there already with 400: it is ours, and the commit was made by a request whose answer was lost.
        return answer.Status is 400 or 422 && await FindAsync(commits, cancellationToken).ConfigureAwait(false) is { } outcome ? outcome : throw RestErrors.Of(answer, doing, Name);
    }

    private async Task<CommitOutcome> CommittedAsync(IReadOnlyList<TableCommit> commits, RestAnswer answer, RestConfig config, string doing, CancellationToken cancellationToken)
    {
        try
        {
            if (commits is [var one])
            {
                return new CommitOutcome.Committed([_session.Read(answer, doing, root => _tables.Take(one.Identifier, root, answer.ETag, config, hasConfig: false))]);
            }

            var tables = new List<CatalogTable>();
            foreach (var commit in commits)
            {
                tables.Add(await _tables.LoadAsync(commit.Identifier, cancellationToken).ConfigureAwait(false)
                    ?? throw new CatalogException($"Table {commit.Identifier} in {Name} was dropped just after a commit to it.") { Error = CatalogError.NoSuchTable });
            }

            return new CommitOutcome.Committed(tables);
        }
        catch (CdcLakeException e)
        {
            // It said yes and then nothing that can be understood: the table says what became of it.
            return new CommitOutcome.Unknown(new CatalogException(e.Message, e) { IsTransient = true });
        }
    }

    /// <summary>The tables, where all of them have the snapshots that were to be added; unknown where that cannot be seen; null where they have not.</summary>
    private async Task<CommitOutcome?> FindAsync(IReadOnlyList<TableCommit> commits, CancellationToken cancellationToken)
    {
        try
        {
            var tables = new List<CatalogTable>();
            foreach (var commit in commits)
            {
                var added = commit.Updates.OfType<SnapshotUpdates.AddSnapshot>().ToList();
                if (added.Count == 0
                    || await _tables.LoadAsync(commit.Identifier, cancellationToken).ConfigureAwait(false) is not { } table
                    || added.Any(a => table.Metadata.FindSnapshot(a.Snapshot.SnapshotId) is null))
                {
                    return null;
                }

                tables.Add(table);
            }

            return new CommitOutcome.Committed(tables);
        }
        catch (CdcLakeException e)
        {
            return new CommitOutcome.Unknown(e);
        }
    }

    /// <summary>The first table whose requirements do not hold; the first of all where that cannot be seen.</summary>
    private async Task<TableIdentifier> RefusedAsync(IReadOnlyList<TableCommit> commits, CancellationToken cancellationToken)
    {
        foreach (var commit in commits.Count == 1 ? [] : commits)
        {
            try
            {
                var table = await _tables.LoadAsync(commit.Identifier, cancellationToken).ConfigureAwait(false);
                if (commit.Requirements.Any(r => r.Objection(table?.Metadata) is not null))
                {
                    return commit.Identifier;
                }
            }
            catch (CdcLakeException)
            {
                break; // only the message would be better
            }
        }

        return commits[0].Identifier;
    }

    private static string Clause(RestAnswer answer) => answer.Status == 404 ? "it was dropped" : answer.Error?.Message is { Length: > 0 } message ? message : "the catalog refused it";
}
