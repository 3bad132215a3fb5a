using CdcLake.Common;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Operations;

/// <summary>
/// A tag by which a snapshot and its files stay while it is read, however soon the table's own maintenance or another engine's would expire it. It is removed when the reading has ended; one that
/// was left behind goes by its age, with the next expiry. Used once.
/// </summary>
internal sealed class SnapshotHold
{
    private const string Prefix = "cdclake-read-";
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private readonly NamedTable _table;
    private readonly string _tag = Prefix + RandomIds.Uuid();
    private bool _isTaken;

    private SnapshotHold(NamedTable table) => _table = table;

    /// <summary>Why the snapshot is not held, though it may be read; null when it is.</summary>
    public CdcLakeException? Refusal { get; private set; }

    /// <summary>Sets the tag. A catalog that refuses, such as one that may only be read, leaves the snapshot to the table's retention.</summary>
    public static async Task<SnapshotHold> TakeAsync(NamedTable table, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var hold = new SnapshotHold(table);
        var age = table.NowMs - snapshot.TimestampMs + (long)Longest.TotalMilliseconds; // a tag is as old as its snapshot
        try
        {
            await PropertyCommit.RunAsync(table.Catalog, table.Name, [new SnapshotUpdates.SetRef(SnapshotRef.Tag(hold._tag, snapshot.SnapshotId, age))], cancellationToken).ConfigureAwait(false);
            hold._isTaken = true;
        }
        catch (CdcLakeException error) when (error is CatalogException or CommitConflictException or ObjectStoreException)
        {
            hold.Refusal = error;
        }

        return hold;
    }

    /// <summary>Removes the tag.</summary>
    /// <returns>Why it stays until it has grown old; null when it is gone.</returns>
    public async Task<CdcLakeException?> ReleaseAsync()
    {
        if (!_isTaken)
        {
            return null;
        }

        _isTaken = false;
        try
        {
            await PropertyCommit.RunAsync(_table.Catalog, _table.Name, [new SnapshotUpdates.RemoveRef(_tag)], CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (CdcLakeException error) when (error is CatalogException or CommitConflictException or ObjectStoreException)
        {
            return error;
        }
    }
}
