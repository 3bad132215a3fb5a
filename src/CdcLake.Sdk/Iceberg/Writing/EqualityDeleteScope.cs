using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>Which data files the equality deletes of a table may be about, by sequence numbers and partitions alone. Iceberg specification, "Scan Planning". Immutable.</summary>
internal sealed class EqualityDeleteScope
{
    private readonly TableVersion _version;
    private readonly List<ManifestEntry> _deletes;

    /// <param name="version">The table.</param>
    public EqualityDeleteScope(TableVersion version)
    {
        _version = version;
        // Mostly there are none, and a commit need not look through its delete files for that.
        _deletes = version.Table.Metadata.CurrentSnapshot?["total-equality-deletes"] is "0" ? [] : [.. version.Files.Entries(ManifestContent.Deletes).Where(e => e.File.Content == FileContent.EqualityDeletes)];
    }

    /// <summary>True when the table has no equality deletes.</summary>
    public bool IsEmpty => _deletes.Count == 0;

    /// <summary>Equality deletes that no data file needs once a change is made.</summary>
    public IEnumerable<DataFile> ObsoleteAfter(SnapshotChange change)
    {
        if (IsEmpty)
        {
            return [];
        }

        var gone = change.RemovedData.Concat(change.RemovedDeletes).Select(f => f.Key).ToHashSet(StringComparer.Ordinal);
        var added = change.AddedData.Select(f => (File: f with { SpecId = f.SpecId ?? _version.Table.Metadata.DefaultSpecId }, Sequence: change.DataSequenceNumber ?? long.MaxValue));
        var oldest = OldestOf(_version.Files.Entries(ManifestContent.Data).Where(e => !gone.Contains(e.File.Key)).Select(e => (e.File, e.Sequence)).Concat(added));
        return _deletes.Where(d => !gone.Contains(d.File.Key) && oldest.GetValueOrDefault(ScopeOf(d.File), long.MaxValue) >= d.Sequence).Select(d => d.File);
    }

    /// <summary>What equality deletes cost a reader of each data file, counted in dead rows: each key is some row's, which one is not known, so all that it may be have a share of it.</summary>
    /// <param name="files">Data files of the table.</param>
    /// <param name="fileCost">Dead rows that a delete file costs.</param>
    /// <param name="countsKeys">False where it is known which rows they hide.</param>
    public IReadOnlyDictionary<LiveFile, long> CostOf(IEnumerable<LiveFile> files, long fileCost, bool countsKeys)
    {
        var cost = new Dictionary<LiveFile, long>();
        if (IsEmpty)
        {
            return cost;
        }

        var sequences = _version.Files.Entries(ManifestContent.Data).ToDictionary(e => e.File.Path, e => e.Sequence, StringComparer.Ordinal);
        var known = files.Where(f => f.File is { } file && sequences.ContainsKey(file.Path)).Select(f => (File: f, Sequence: sequences[f.File!.Path])).ToList();
        foreach (var group in _deletes.GroupBy(d => ScopeOf(d.File)))
        {
            var inScope = known.Where(k => group.Key.IsGlobal || ScopeOf(k.File.File!).Equals(group.Key)).OrderBy(k => k.Sequence).ToList();
            foreach (var sameCommit in group.GroupBy(d => d.Sequence))
            {
                var older = inScope.TakeWhile(k => k.Sequence < sameCommit.Key).ToList();
                var rows = older.Sum(k => k.File.File!.RecordCount);
                var total = sameCommit.Sum(d => fileCost + (countsKeys ? d.File.RecordCount : 0));
                foreach (var (file, _) in older)
                {
                    cost[file] = cost.GetValueOrDefault(file) + (long)(total * (file.File!.RecordCount / (double)rows));
                }
            }
        }

        return cost;
    }

    private static Dictionary<Scope, long> OldestOf(IEnumerable<(DataFile File, long Sequence)> data)
    {
        var oldest = new Dictionary<Scope, long>();
        foreach (var (file, sequence) in data)
        {
            foreach (var scope in new[] { Scope.Everything, new Scope(false, file.SpecId, file.Partition) })
            {
                oldest[scope] = Math.Min(oldest.GetValueOrDefault(scope, long.MaxValue), sequence);
            }
        }

        return oldest;
    }

    private Scope ScopeOf(DataFile file) =>
        file.Content == FileContent.EqualityDeletes && (_version.Table.Metadata.PartitionSpecs.FirstOrDefault(s => s.SpecId == file.SpecId)?.IsGlobal ?? true)
            ? Scope.Everything
            : new Scope(false, file.SpecId, file.Partition);

    private readonly record struct Scope(bool IsGlobal, int? SpecId, PartitionTuple? Partition)
    {
        public static Scope Everything => new(true, null, null);
    }
}
