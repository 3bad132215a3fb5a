using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <content>Files are compacted beside the stream and taken over between two of its commits.</content>
internal sealed partial class UpsertTable
{
    /// <summary>True when everything written is committed: only then a snapshot can say that its rows are those of the one before.</summary>
    public bool IsClean => _newRows == 0 && _replaced.Count == 0 && Equality is not { Pending: > 0 } && _files.All.All(f => f.IsCommitted && f.FreshDeletes == 0);

    /// <summary>Files that are worth being written anew, or null. Belongs to the caller, who may run it while the table goes on changing.</summary>
    public Compaction? BeginCompaction()
    {
        if (NeedsReplacement || IsStaged || _replaced.Count > 0)
        {
            return null;
        }

        var hidden = new EqualityDeleteScope(Version).CostOf(_files.All, _settings.FileReadCost / CompactionPolicy.DeadRowCost, countsKeys: Equality is not null);
        var files = _compaction.Choose(_files.All, hidden);
        if (files.Count == 0)
        {
            return null;
        }

        _compaction.Spend(files);
        return new Compaction(_columns.Layout, Version, files, _settings);
    }

    /// <summary>
    /// Makes a snapshot, not visible yet, with the compacted files in place of those they were made of. Only while <see cref="IsClean"/>. Null: one of these has left
    /// the table meanwhile.
    /// </summary>
    public async Task<PreparedTable?> PrepareAsync(Compaction compaction, CancellationToken cancellationToken)
    {
        if (!compaction.Inputs.All(i => _files.Contains(i.File)))
        {
            return null;
        }

        var change = CompactionChange(Equality is null ? null : compaction.SequenceNumber);
        await GuardAsync(async () =>
        {
            _written.Attach(compaction.HandOver());
            if (_index is { } index)
            {
                await new CompactionTakeover(_columns.Layout, Version.Table, _files, index, _settings).RunAsync(compaction, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                compaction.Outputs.ToList().ForEach(f => _files.Begin().File = f);
            }

            Equality?.Found(compaction.Inputs.Sum(i => i.File.LiveRows) - compaction.Outputs.Sum(f => f.RecordCount));
            await CollectAsync(change, compaction.Inputs.Select(i => i.File), cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return await _session.PrepareAsync(change, _written, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where the index says which rows the new files stand for, what others did meanwhile does not matter.</summary>
    private SnapshotChange CompactionChange(long? dataSequence)
    {
        SnapshotChange change = null!;
        var since = Version.Table.Metadata.CurrentSnapshotId;
        change = new SnapshotChange
        {
            KeepsRows = true,
            DataSequenceNumber = dataSequence,
            Over = _settings.FollowedWork,
            Remake = _index is null ? null : (version, stop) => RemakeCompactionAsync(change, since, version, stop),
        };
        return change;
    }

    /// <summary>The rows are looked up anew: those that the new files have are hidden wherever else they lie, which empties the files that they were made of.</summary>
    private async Task<SnapshotChange> RemakeCompactionAsync(SnapshotChange former, long? since, TableVersion version, CancellationToken cancellationToken)
    {
        await MoveAsync(former, since, version, cancellationToken).ConfigureAwait(false);
        var change = CompactionChange(former.DataSequenceNumber);
        await GuardAsync(async () => await CollectAsync(change, [], cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return change;
    }

    private async Task CollectAsync(SnapshotChange change, IEnumerable<LiveFile> inputs, CancellationToken cancellationToken)
    {
        foreach (var file in inputs.Concat(_files.All.Where(f => f.LiveRows == 0)).Distinct().ToList())
        {
            await DropAsync(file, change, cancellationToken).ConfigureAwait(false);
        }

        await AddNewAsync(change, cancellationToken).ConfigureAwait(false);
        change.RemovedDeletes.AddRange(new EqualityDeleteScope(Version).ObsoleteAfter(change));
        change.WhenCommitted.Add(Committed);
    }
}
