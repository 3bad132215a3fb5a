using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// Which snapshots a table keeps, by Iceberg's properties and meanings (<c>history.expire.…</c>): of each branch the newest ones by number and by age, those that
/// tags and branches name, and besides, on the main branch, everything back to the newest one that says a pipeline's position. Immutable.
/// </summary>
/// <param name="MaxAgeMs">Milliseconds up to which a snapshot is kept whatever its number.</param>
/// <param name="MinToKeep">Snapshots of a branch that are kept whatever their age.</param>
/// <param name="MaxRefAgeMs">Milliseconds after which a tag or branch that has no age of its own goes.</param>
internal sealed record SnapshotRetention(long MaxAgeMs, int MinToKeep, long MaxRefAgeMs)
{
    /// <summary>Snapshots that must have become superfluous before a commit removes them: so that the work is done now and then, not each time.</summary>
    public const int Batch = 10;

    /// <summary>Snapshots that a commit removes at most: a table that has never been looked after is caught up with little by little.</summary>
    public const int MostAtOnce = 200;

    /// <summary>
    /// Where a table says nothing: enough for a reader that takes its time, at a commit each second, and metadata that stays small. Iceberg's own default, five days,
    /// is meant for a few commits an hour.
    /// </summary>
    private static readonly SnapshotRetention Default = new(60_000, 100, long.MaxValue);

    /// <summary>What tables that we create say, so that other engines keep to it too.</summary>
    public static IEnumerable<KeyValuePair<string, string>> PropertiesOfNewTables =>
    [
        new(TableProperties.MinSnapshotsToKeep, Default.MinToKeep.ToString(CultureInfo.InvariantCulture)),
        new(TableProperties.MaxSnapshotAge, Default.MaxAgeMs.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>What a table says, with our defaults; null when nothing may ever be removed (<c>gc.enabled</c> = false).</summary>
    public static SnapshotRetention? Of(IReadOnlyDictionary<string, string> properties) =>
        TableProperties.IsFalse(properties, TableProperties.GcEnabled)
            ? null
            : new SnapshotRetention(
                TableProperties.Number(properties, TableProperties.MaxSnapshotAge, Default.MaxAgeMs),
                (int)Math.Clamp(TableProperties.Number(properties, TableProperties.MinSnapshotsToKeep, Default.MinToKeep), 1, int.MaxValue),
                TableProperties.Number(properties, TableProperties.MaxRefAge, Default.MaxRefAgeMs));

    /// <summary>What a commit removes besides what it adds.</summary>
    /// <param name="table">The table before the commit.</param>
    /// <param name="added">The snapshot that the commit makes the head of the main branch.</param>
    /// <param name="addsMarker">True when that one says the pipeline's position.</param>
    /// <param name="least">Snapshots to remove at which it is done at all.</param>
    public SnapshotExpiry Plan(TableMetadata table, Snapshot added, bool addsMarker, int least = Batch)
    {
        var plan = Plan(table, added.TimestampMs, already: 1, needsMarker: !addsMarker);
        return plan.Snapshots.Length < least ? SnapshotExpiry.None : plan with { Snapshots = [.. plan.Snapshots.Take(MostAtOnce)] };
    }

    /// <summary>Everything that has expired.</summary>
    /// <param name="table">The table.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public SnapshotExpiry Plan(TableMetadata table, long nowMs) => Plan(table, nowMs, already: 0, needsMarker: true);

    private SnapshotExpiry Plan(TableMetadata table, long now, int already, bool needsMarker)
    {
        var refs = table.Refs.Where(r => r.Name != TableMetadata.MainBranch).ToList();
        var gone = refs.FindAll(r => table.FindSnapshot(r.SnapshotId) is not { } s || now - s.TimestampMs > (NumberOf(r, "max-ref-age-ms") ?? MaxRefAgeMs));
        var kept = new HashSet<long>();
        Keep(table.Ancestors(), table.FindRef(TableMetadata.MainBranch), now, already, needsMarker, kept);
        foreach (var reference in refs.Except(gone))
        {
            kept.Add(reference.SnapshotId);
            if (IsBranch(reference))
            {
                Keep(table.AncestorsOf(reference.SnapshotId), reference, now, already: 0, needsMarker: false, kept);
            }
        }

        // What no branch leads to (a rollback) goes by the table's age alone.
        var reachable = table.Ancestors().Concat(refs.Where(IsBranch).SelectMany(r => table.AncestorsOf(r.SnapshotId))).Select(s => s.SnapshotId).ToHashSet();
        var expired = table.Snapshots
            .Where(s => !kept.Contains(s.SnapshotId) && (reachable.Contains(s.SnapshotId) || now - s.TimestampMs > MaxAgeMs))
            .OrderBy(s => s.SequenceNumber) // oldest first, so that what stays of a branch hangs together
            .ToImmutableArray();
        return new SnapshotExpiry(expired, [.. gone.Select(r => r.Name)]);
    }

    private void Keep(IEnumerable<Snapshot> newestFirst, SnapshotRef? branch, long now, int already, bool needsMarker, HashSet<long> kept)
    {
        var min = (int?)NumberOf(branch, "min-snapshots-to-keep") ?? MinToKeep;
        var maxAge = NumberOf(branch, "max-snapshot-age-ms") ?? MaxAgeMs;
        foreach (var snapshot in newestFirst)
        {
            if (already >= min && now - snapshot.TimestampMs > maxAge && !needsMarker)
            {
                return;
            }

            kept.Add(snapshot.SnapshotId);
            needsMarker &= !CommitMarker.IsMarked(snapshot);
            already++;
        }
    }

    private static bool IsBranch(SnapshotRef reference) => reference.Rest.Any(m => m is { Key: "type", Value: "\"branch\"" });

    private static long? NumberOf(SnapshotRef? reference, string name) =>
        reference?.Rest.FirstOrDefault(m => m.Key == name).Value is { } json && long.TryParse(json, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}

/// <summary>Snapshots, tags and branches that a commit removes.</summary>
/// <param name="Snapshots">Snapshots of the table before.</param>
/// <param name="Refs">Names of tags and branches.</param>
internal sealed record SnapshotExpiry(ImmutableArray<Snapshot> Snapshots, ImmutableArray<string> Refs)
{
    public static SnapshotExpiry None { get; } = new([], []);

    public IEnumerable<TableUpdate> ToUpdates()
    {
        foreach (var name in Refs)
        {
            yield return new SnapshotUpdates.RemoveRef(name);
        }

        if (!Snapshots.IsEmpty)
        {
            yield return new SnapshotUpdates.RemoveSnapshots([.. Snapshots.Select(s => s.SnapshotId)]);
        }
    }
}
