using CdcLake.Connectors;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

// An initial snapshot that is read in parts is committed part by part to a branch of its own, which readers of the table do not see:
//
//   main                        ──── (what the table showed before, or nothing) ──────────────────► the whole result
//   cdclake-initial-snapshot         └──► part 1 ──► part 2 ──► … ──► part n ──── becomes main, and goes ──┘
//
// Each part says by its marker how far the snapshot was read, so that a pipeline which was killed goes on from the newest. Whoever works on a part has a view of the table in which the
// branch is the current state; so files, index and manifests are those of a table like any other.

/// <summary>The branch that keeps the parts of a complete result until it is whole.</summary>
internal static class StagedParts
{
    public const string Branch = "cdclake-initial-snapshot";

    /// <summary>True for a marker of a part.</summary>
    public static bool IsPart(CommitMarker? marker) => marker?.Position.ContainsKey(SourcePosition.PartProperty) == true;

    /// <summary>True for a snapshot that is a part: never the content of the tables at its position.</summary>
    public static bool IsPart(Snapshot snapshot) => CommitMarker.PositionOf(snapshot).ContainsKey(SourcePosition.PartProperty);

    /// <summary>The parts of a pipeline, newest first; empty when the branch does not exist or is somebody else's.</summary>
    public static IReadOnlyList<(Snapshot Snapshot, CommitMarker Marker)> Of(TableMetadata table, string pipeline) => table.SnapshotOf(Branch) is not { } head
        ? []
        : [.. table.AncestorsOf(head).TakeWhile(IsPart).Select(s => (s, CommitMarker.Of(s, pipeline))).TakeWhile(p => p.Item2 is not null).Select(p => (p.s, p.Item2!))];

    /// <summary>The table as it looks to whoever goes on from a part.</summary>
    public static CatalogTable ViewAt(CatalogTable table, long part)
    {
        var metadata = table.Metadata;
        var main = MainOf(metadata);
        var refs = main is { } id && metadata.FindRef(TableMetadata.MainBranch) is null ? metadata.Refs.Add(SnapshotRef.Branch(TableMetadata.MainBranch, id)) : metadata.Refs;
        return table with { Metadata = metadata with { CurrentSnapshotId = part, Refs = refs } };
    }

    /// <summary>What readers of the table see, also in a view at a part.</summary>
    public static long? MainOf(TableMetadata table) =>
        table.FindRef(TableMetadata.MainBranch)?.SnapshotId ?? (table.CurrentSnapshot is { } current && !IsPart(current) ? current.SnapshotId : null);

    /// <summary>The parts that the commit of the whole result makes superfluous: all of them where nothing came before, since then nobody can have seen them.</summary>
    /// <param name="table">A view at the newest part.</param>
    public static SnapshotExpiry ExpiryOf(TableMetadata table) =>
        table.Ancestors().All(IsPart) && table.Refs.All(r => r.Name == Branch) ? new SnapshotExpiry([.. table.Ancestors().OrderBy(s => s.SequenceNumber)], []) : SnapshotExpiry.None;
}
