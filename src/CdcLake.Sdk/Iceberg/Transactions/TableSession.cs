using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Maintenance;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// An open table and the one way to change it. All producers (a sink, compaction, expiry, a change of schema) share the session of their table, and with it the
/// version they see; who holds live files and key index for that version keeps them in step through <see cref="SnapshotChange.WhenCommitted"/>.
/// </summary>
/// <remarks>
/// <para>Order: one change at a time. <see cref="PrepareAsync"/>, then publication of what it returned (alone or with those of other tables, by
/// <see cref="TablePublisher"/>) or its disposal, then the next one. A change is made from <see cref="Version"/> and from nothing older.</para>
/// <para>Ownership: files written for a change belong to its <see cref="WrittenFiles"/> until it is published; then they are the table's.</para>
/// <para>Failure: what fails before the catalog is asked leaves the session usable and the files removed. A conflict, and a commit of which nobody knows what
/// became, end it: open the table again, which finds all of the commit or none. Not thread-safe.</para>
/// </remarks>
internal sealed class TableSession
{
    // A commit of another writer, from reading the table to the catalog's answer, is in vain where ours comes between. It takes a few times what the catalog takes to answer us, and where
    // its machine is busy several times that: one gap of four is for those.
    private static readonly (TimeSpan Least, TimeSpan Most) Gap = (TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));
    private const int AnswersInGap = 4;
    private const int LongGap = 4;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly ExpiredSnapshots _expired = new();
    private long? _metOthers;
    private long _asked;
    private int _commits;
    private (long At, TimeSpan Gap) _answered;
    private PreparedTable? _prepared;

    /// <param name="catalog">Where the table is.</param>
    /// <param name="version">The table as it was loaded.</param>
    /// <param name="clock">Time of snapshots.</param>
    public TableSession(ICatalog catalog, TableVersion version, TimeProvider clock)
    {
        Catalog = catalog;
        Version = version;
        IsStaged = version.Table.Metadata.CurrentSnapshot is { } current && StagedParts.IsPart(current);
        Clock = clock;
    }

    public ICatalog Catalog { get; }

    public TimeProvider Clock { get; }

    /// <summary>The version that was loaded or committed last.</summary>
    public TableVersion Version { get; private set; }

    /// <summary>True while <see cref="Version"/> is a part of a complete result, which readers do not see.</summary>
    public bool IsStaged { get; private set; }

    /// <summary>Writes manifests for a change, durable and invisible.</summary>
    /// <param name="change">What is to change; not touched any more.</param>
    /// <param name="written">Its new data and delete files; they are removed when the commit certainly does not happen.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task<PreparedTable> PrepareAsync(SnapshotChange change, WrittenFiles written, CancellationToken cancellationToken)
    {
        if (_prepared is not null)
        {
            throw new InvalidOperationException($"A change of table {Version.Table.Identifier} is prepared already: publish or dispose it first.");
        }

        var prepared = new PreparedTable(this, change, written);
        await prepared.WriteAsync(Version, cancellationToken).ConfigureAwait(false);
        _prepared = prepared;
        return prepared;
    }

    /// <summary>The prepared change was committed.</summary>
    internal void Advance(PreparedTable prepared, TableVersion version)
    {
        Version = version;
        var gap = Clock.GetElapsedTime(_asked) * AnswersInGap;
        gap = (gap < Gap.Least ? Gap.Least : gap) * (++_commits % LongGap == 0 ? LongGap : 1);
        _answered = (Clock.GetTimestamp(), gap > Gap.Most ? Gap.Most : gap);
        IsStaged = prepared.IsPart;
        _prepared = null;
        foreach (var action in prepared.Change.WhenCommitted)
        {
            action();
        }
    }

    /// <summary>Snapshots have expired by a commit that stands: their files go after a while. What cannot be removed then is tried again with the next ones.</summary>
    internal async Task RemoveExpiredAsync(IEnumerable<Snapshot> expired)
    {
        var now = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        _expired.Add(expired, now);
        try
        {
            await _expired.RemoveDueFilesAsync(Version.Table, now, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectStoreException or CatalogException)
        {
            // The commit stands, whatever became of files that no reader looks at; a store that fails for good shows at the next commit.
        }
    }

    /// <summary>Another writer committed meanwhile.</summary>
    internal void MetOthers() => _metOthers = Clock.GetTimestamp();

    /// <summary>While others write to the table too, our commits leave gaps that theirs fit into.</summary>
    /// <param name="areExpected">Others are known to write, also when none has got in between yet: whoever always loses is never met.</param>
    internal async Task GiveWayAsync(bool areExpected)
    {
        var areThere = areExpected || (_metOthers is { } met && Clock.GetElapsedTime(met) < Remembered);
        if (areThere && _answered.Gap - Clock.GetElapsedTime(_answered.At) is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, Clock, CancellationToken.None).ConfigureAwait(false);
        }

        _asked = Clock.GetTimestamp();
    }

    /// <summary>Others compacted the table while a change was prepared, which is being made again from this version.</summary>
    internal void Move(TableVersion version) => Version = version;

    /// <summary>The prepared change will not be committed.</summary>
    internal void Abandon(PreparedTable prepared) => _prepared = _prepared == prepared ? null : _prepared;
}
