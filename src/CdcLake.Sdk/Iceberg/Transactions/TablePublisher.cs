using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// Makes prepared changes visible. What it reports is certain: a lost answer is resolved by looking for our snapshots in the tables; a change that met somebody
/// else's which it can be made upon (a property, a branch, a compaction) is made again on top. Files are removed only when nothing was committed for certain.
/// </summary>
internal static class TablePublisher
{
    /// <summary>Publishes all in one act.</summary>
    /// <param name="catalog">The catalog of all of them.</param>
    /// <param name="tables">One, or several where the catalog commits together.</param>
    /// <returns>False when others did meanwhile what there was to do, so that nothing was committed.</returns>
    /// <exception cref="CommitConflictException">Another writer changed rows or schema meanwhile. Nothing was committed; all of them are abandoned.</exception>
    /// <exception cref="CdcLakeException">Nobody knows whether it was committed: open the tables again to see.</exception>
    public static async Task<bool> PublishAsync(ICatalog catalog, IReadOnlyList<PreparedTable> tables)
    {
        foreach (var table in tables)
        {
            await table.GiveWayAsync().ConfigureAwait(false);
        }

        var (retry, begun) = (tables[0].Retry, tables[0].Clock.GetTimestamp());
        for (var attempt = 0; ; attempt++)
        {
            var outcome = await AskAsync(catalog, tables).ConfigureAwait(false);
            switch (outcome)
            {
                case CommitOutcome.Committed committed:
                    await FinishAsync(tables, committed.Tables).ConfigureAwait(false);
                    return true;
                case CommitOutcome.Unknown unknown:
                    await FinishAsync(tables, await FindAsync(catalog, tables, unknown.Cause).ConfigureAwait(false)).ConfigureAwait(false);
                    return true;
            }

            var conflict = (CommitOutcome.Conflict)outcome;
            var now = await LoadAsync(catalog, tables).ConfigureAwait(false);
            if (AreIn(tables, now))
            {
                await FinishAsync(tables, [.. now.OfType<CatalogTable>()]).ConfigureAwait(false); // the refusal was that of a repeated request
                return true;
            }

            foreach (var table in tables)
            {
                table.TakeBack();
            }

            var reason = Objection(tables, now) ?? (attempt >= retry.Retries || tables[0].Clock.GetElapsedTime(begun) >= retry.Time ? conflict.Reason : null);
            if (reason is not null)
            {
                await AbandonAsync(tables).ConfigureAwait(false);
                throw ConflictOf(catalog, conflict.Table, reason, isTransient: now.All(t => t is not null));
            }

            tables = await RebaseAsync(tables, [.. now.OfType<CatalogTable>()]).ConfigureAwait(false);
            if (tables.Count == 0)
            {
                return false;
            }
        }
    }

    private static async Task<CommitOutcome> AskAsync(ICatalog catalog, IReadOnlyList<PreparedTable> tables)
    {
        var commits = tables.Select(t => t.Commit).ToList();
        foreach (var table in tables)
        {
            table.Release();
        }

        try
        {
            return await catalog.CommitAsync(commits, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CdcLakeException)
        {
            foreach (var table in tables)
            {
                table.TakeBack(); // an exception means that nothing was committed
            }

            await AbandonAsync(tables).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task FinishAsync(IReadOnlyList<PreparedTable> tables, IReadOnlyList<CatalogTable> committed)
    {
        for (var i = 0; i < tables.Count; i++)
        {
            tables[i].Committed(committed[i]);
        }

        foreach (var table in tables)
        {
            await table.CleanUpAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The tables with our snapshots in them, or the error that hid the answer. An error that will not pass by itself is reported although the commit is there.</summary>
    private static async Task<IReadOnlyList<CatalogTable>> FindAsync(ICatalog catalog, IReadOnlyList<PreparedTable> tables, CdcLakeException cause)
    {
        var now = await LoadAsync(catalog, tables).ConfigureAwait(false);
        var all = AreIn(tables, now);
        return all && cause.IsTransient
            ? [.. now.OfType<CatalogTable>()]
            : throw new CatalogException(
                $"The commit to {string.Join(", ", tables.Select(t => t.Identifier))} in {catalog.Name} {(all ? "is visible, but its store reported an error" : "got no answer, and is not to be seen")}: "
                + $"{cause.Message} Opening the table again finds all of it or none.", cause)
            {
                IsTransient = cause.IsTransient,
            };
    }

    private static bool AreIn(IReadOnlyList<PreparedTable> tables, List<CatalogTable?> now) =>
        tables.Zip(now).All(p => p.Second?.Metadata.FindSnapshot(p.First.SnapshotId) is not null);

    private static async Task<List<CatalogTable?>> LoadAsync(ICatalog catalog, IReadOnlyList<PreparedTable> tables)
    {
        var now = new List<CatalogTable?>();
        foreach (var table in tables)
        {
            now.Add(await catalog.LoadAsync(table.Identifier, CancellationToken.None).ConfigureAwait(false));
        }

        return now;
    }

    /// <summary>Why the changes cannot be put on top of what the tables are now; null when they can.</summary>
    private static string? Objection(IReadOnlyList<PreparedTable> tables, List<CatalogTable?> now) =>
        tables.Zip(now, (t, n) => t.Objection(n)).FirstOrDefault(o => o is not null);

    /// <returns>Those that are left to be published.</returns>
    private static async Task<IReadOnlyList<PreparedTable>> RebaseAsync(IReadOnlyList<PreparedTable> tables, List<CatalogTable> now)
    {
        try
        {
            var left = new List<PreparedTable>();
            for (var i = 0; i < tables.Count; i++)
            {
                if (await tables[i].RebaseAsync(now[i], CancellationToken.None).ConfigureAwait(false))
                {
                    left.Add(tables[i]);
                }
            }

            return left;
        }
        catch
        {
            await AbandonAsync(tables).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task AbandonAsync(IReadOnlyList<PreparedTable> tables)
    {
        foreach (var table in tables)
        {
            await table.AbandonAsync().ConfigureAwait(false);
        }
    }

    private static CommitConflictException ConflictOf(ICatalog catalog, TableIdentifier table, string reason, bool isTransient) => new(
        $"Table {table} in {catalog.Name} was changed by another writer while a commit was being made: {reason}. Nothing was committed. "
        + "Opening the table again continues from its current state; make sure that only one instance of a pipeline runs.")
    {
        IsTransient = isTransient,
    };
}
