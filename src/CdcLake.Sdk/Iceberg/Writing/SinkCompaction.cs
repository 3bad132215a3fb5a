using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Compaction of the table that a sink writes: files are chosen, written anew beside the stream, and taken over between two of its commits. Used in turns with the stream; not thread-safe.
/// </summary>
/// <param name="session">The table.</param>
/// <param name="files">Its data files.</param>
/// <param name="index">Where their rows are; null for a table that is only appended to, or whose deletes are by key.</param>
/// <param name="changed">Those that come and go.</param>
/// <param name="settings">Limits.</param>
internal sealed class SinkCompaction(TableSession session, LiveFiles files, KeyIndex? index, ChangedFiles changed, IcebergSinkSettings settings)
{
    private readonly CompactionPolicy _policy = Loaded(files, settings);

    /// <summary>The stream added or deleted rows.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="tableRows">Rows of the table.</param>
    public void Changed(long rows, long tableRows) => _policy.Changed(rows, tableRows);

    /// <summary>Files that are worth being written anew, or null. Belongs to the caller, who may run it while the table goes on changing.</summary>
    /// <param name="layout">Columns and key.</param>
    public Compaction? Begin(TableLayout layout)
    {
        var hidden = new EqualityDeleteScope(session.Version).CostOf(files.All, settings.FileReadCost / CompactionPolicy.DeadRowCost, countsKeys: changed.Equality is not null);
        var chosen = _policy.Choose(files.All, hidden);
        if (chosen.Count == 0)
        {
            return null;
        }

        _policy.Spend(chosen);
        return new Compaction(layout, session.Version, chosen, settings);
    }

    /// <summary>
    /// Makes a snapshot, not visible yet, with the compacted files in place of those they were made of. Only while everything that the stream wrote is committed. Null: one of these has
    /// left the table meanwhile.
    /// </summary>
    /// <param name="compaction">What was written.</param>
    /// <param name="layout">Columns and key.</param>
    /// <param name="written">Gets the files.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task<PreparedTable?> PrepareAsync(Compaction compaction, TableLayout layout, WrittenFiles written, CancellationToken cancellationToken)
    {
        if (!compaction.Inputs.All(i => files.Contains(i.File)))
        {
            return null;
        }

        written.Attach(compaction.HandOver());
        if (index is not null)
        {
            await new CompactionTakeover(layout, session.Version.Table, files, index, settings).RunAsync(compaction, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            compaction.Outputs.ToList().ForEach(f => files.Add(f));
        }

        var change = Change(compaction, layout, changed.Equality is null ? null : compaction.SequenceNumber);
        await CollectAsync(change, compaction, [.. compaction.Inputs.Select(i => i.File)], cancellationToken).ConfigureAwait(false);
        return await session.PrepareAsync(change, written, cancellationToken).ConfigureAwait(false);
    }

    private static CompactionPolicy Loaded(LiveFiles files, IcebergSinkSettings settings)
    {
        var policy = new CompactionPolicy(settings);
        policy.Load(files.All);
        return policy;
    }

    private SnapshotChange Change(Compaction compaction, TableLayout layout, long? dataSequence)
    {
        SnapshotChange change = null!;
        var since = session.Version.Table.Metadata.CurrentSnapshotId;
        change = new SnapshotChange
        {
            KeepsRows = true,
            DataSequenceNumber = dataSequence,
            Over = settings.FollowedWork,
            Remake = (version, stop) => RemakeAsync(compaction, layout, change, since, version, stop),
        };
        return change;
    }

    /// <summary>
    /// Others were faster. What they added or rearranged elsewhere does not matter; where they wrote the very files anew, the compaction is given up: files and index are as theirs left the
    /// table, and what is worth it then is chosen anew.
    /// </summary>
    private async Task<SnapshotChange?> RemakeAsync(Compaction compaction, TableLayout layout, SnapshotChange former, long? since, TableVersion version, CancellationToken cancellationToken)
    {
        var isOvertaken = compaction.Inputs.Any(i => version.Files.ManifestOf(i.File.File!) is null);
        foreach (var output in isOvertaken ? files.All.Where(f => !f.IsCommitted).ToList() : [])
        {
            files.Remove(output);
        }

        foreach (var input in index is null ? compaction.Inputs : [])
        {
            files.PutBack(input.File); // without an index, the rows are counted by the files that they lay in
        }

        await changed.MoveAsync(layout, former, since, version, cancellationToken).ConfigureAwait(false);
        if (isOvertaken)
        {
            return null;
        }

        var paths = compaction.Inputs.Select(i => i.File.File!.Path).ToHashSet(StringComparer.Ordinal);
        var change = Change(compaction, layout, former.DataSequenceNumber);
        await CollectAsync(change, compaction, [.. files.All.Where(f => f.IsCommitted && paths.Contains(f.File!.Path))], cancellationToken).ConfigureAwait(false);
        return change;
    }

    private async Task CollectAsync(SnapshotChange change, Compaction compaction, IReadOnlyList<LiveFile> inputs, CancellationToken cancellationToken)
    {
        changed.Equality?.Found(inputs.Sum(i => i.LiveRows) - compaction.Outputs.Sum(f => f.RecordCount));
        foreach (var file in inputs.Concat(files.All.Where(f => f.LiveRows == 0)).Distinct().ToList())
        {
            await changed.DropAsync(file, change, cancellationToken).ConfigureAwait(false);
        }

        await changed.AddNewAsync(change, cancellationToken).ConfigureAwait(false);
        change.RemovedDeletes.AddRange(new EqualityDeleteScope(session.Version).ObsoleteAfter(change));
        change.WhenCommitted.Add(changed.Committed);
    }
}
