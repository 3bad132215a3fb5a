using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

// The same table, and what whoever works on its branch "audit" has before him:
//
//   main                          cdclake-main                         a branch among others, which never expires
//   audit                         main                                 read, written, compacted
//   cdclake-initial-snapshot      cdclake-initial-snapshot-of-main
//   cdclake-initial-snapshot-audit  cdclake-initial-snapshot
//   property cdclake.x            (not there)                          of the pipeline that writes main
//   property cdclake.branch.audit.x   property cdclake.x
//
// Columns, partition spec and all other properties belong to the table, whatever the branch.

/// <summary>A table as one of its branches has it: that one is called main there. Immutable.</summary>
/// <param name="branch">Name of the branch.</param>
internal sealed class BranchView(string branch)
{
    private const string Own = "cdclake.";
    private const string HiddenMain = "cdclake-main";

    private readonly (string Real, string Seen)[] _names =
    [
        (TableMetadata.MainBranch, HiddenMain),
        (branch, TableMetadata.MainBranch),
        (StagedParts.Branch, StagedParts.Branch + "-of-main"),
        ($"{StagedParts.Branch}-{branch}", StagedParts.Branch),
    ];

    private string Mine => $"{Own}branch.{branch}.";

    /// <summary>The view of a table. A branch that does not exist has no snapshot yet.</summary>
    /// <exception cref="CatalogException">The name is that of a tag.</exception>
    public CatalogTable Of(CatalogTable table)
    {
        var metadata = table.Metadata;
        if (metadata.FindRef(branch) is { IsBranch: false })
        {
            throw new CatalogException($"\"{branch}\" is a tag of table {table.Identifier}, which stands for one snapshot for good. Name a branch.") { Error = CatalogError.BadRequest };
        }

        var refs = metadata.Refs.Where(r => r.Name != TableMetadata.MainBranch).Select(r => r with { Name = Seen(r.Name) });
        return table with
        {
            Identifier = table.Identifier with { Branch = branch },
            Metadata = metadata with
            {
                CurrentSnapshotId = metadata.SnapshotOf(branch),
                Refs = [.. refs, .. KeptMain(metadata)],
                Properties = Seen(metadata.Properties),
            },
        };
    }

    /// <summary>What a change of the view is to the table.</summary>
    public TableCommit Real(TableCommit commit) => new(
        commit.Identifier with { Branch = null },
        [.. commit.Requirements.Select(r => r is TableRequirement.RefSnapshot at ? at with { Ref = Real(at.Ref) } : r)],
        [.. commit.Updates.Select(Real)]);

    /// <summary>What a new table is to have that a pipeline makes for a branch.</summary>
    public TableCreation Real(TableCreation creation) => creation with { Properties = creation.Properties.ToImmutableSortedDictionary(p => RealProperty(p.Key), p => p.Value, StringComparer.Ordinal) };

    private TableUpdate Real(TableUpdate update) => update switch
    {
        SnapshotUpdates.SetRef set => new SnapshotUpdates.SetRef(set.Ref with { Name = Real(set.Ref.Name) }),
        SnapshotUpdates.RemoveRef remove => new SnapshotUpdates.RemoveRef(Real(remove.Name)),
        TableWideUpdates.SetProperties set => new TableWideUpdates.SetProperties(set.Properties.ToImmutableSortedDictionary(p => RealProperty(p.Key), p => p.Value, StringComparer.Ordinal)),
        TableWideUpdates.RemoveProperties remove => new TableWideUpdates.RemoveProperties([.. remove.Names.Select(RealProperty)]),
        _ => update,
    };

    private string Seen(string name) => Array.Find(_names, n => n.Real == name).Seen ?? name;

    private string Real(string name) => Array.Find(_names, n => n.Seen == name).Real ?? name;

    private ImmutableSortedDictionary<string, string> Seen(ImmutableSortedDictionary<string, string> properties) => properties
        .Where(p => !IsOwn(p.Key) || p.Key.StartsWith(Mine, StringComparison.Ordinal))
        .ToImmutableSortedDictionary(p => IsOwn(p.Key) ? Own + p.Key[Mine.Length..] : p.Key, p => p.Value, StringComparer.Ordinal);

    private string RealProperty(string name) => IsOwn(name) ? Mine + name[Own.Length..] : name;

    // Those that say who wrote what; the others are the table's.
    private static bool IsOwn(string property) => property.StartsWith(Own, StringComparison.Ordinal) && property != TableProperties.KeepExpiredFiles;

    private static IEnumerable<SnapshotRef> KeptMain(TableMetadata table) => table.CurrentSnapshotId is not { } head ? [] :
    [
        new SnapshotRef(
            HiddenMain,
            head,
            [
                .. (table.FindRef(TableMetadata.MainBranch) ?? SnapshotRef.Branch(TableMetadata.MainBranch, head)).Rest.Where(m => m.Key != "max-ref-age-ms"),
                new("max-ref-age-ms", long.MaxValue.ToString(CultureInfo.InvariantCulture)),
            ]),
    ];
}
