using CdcLake.Columnar;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Upserts;

namespace CdcLake.Iceberg.Writing;

/// <content>
/// Deletes by key reach rows of earlier commits only. Where a commit has written rows already and their keys change again before it, these rows are summed with the changes anew,
/// whatever order these came in: so the commit names each key once, and no memory is needed for keys that stay.
/// </content>
internal sealed partial class UpsertTable
{
    /// <summary>Takes rows of the open commit out of their files and gives them back to the consolidator, as far as it mentions their keys.</summary>
    /// <param name="changes">Changes of the open epoch.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask TakeBackAsync(Consolidator changes, CancellationToken cancellationToken)
    {
        if (Equality is null || _newRows == 0 || !changes.HasOpenChanges)
        {
            return;
        }

        await GuardAsync(async () =>
        {
            await _writer.CloseAsync(cancellationToken).ConfigureAwait(false);
            foreach (var file in _files.All.Where(f => !f.IsCommitted && f.LiveRows > 0 && !_replaced.Contains(f)))
            {
                if (await FindMentionedAsync(file, changes, cancellationToken).ConfigureAwait(false) is { Count: > 0 } rows)
                {
                    await TakeBackAsync(file, rows, changes, cancellationToken).ConfigureAwait(false);
                }
            }
        }).ConfigureAwait(false);
    }

    private async Task<PositionSet> FindMentionedAsync(LiveFile file, Consolidator changes, CancellationToken cancellationToken)
    {
        var found = new PositionSet();
        var columns = _columns.Layout.Key.Select(k => _columns.Layout.Parquet[k]).ToList();
        var keySchema = new Schema(_columns.Layout.Key.Select(k => _columns.Layout.Columns[k]));
        var codec = new State.Rows.RowCodec(keySchema, Enumerable.Range(0, keySchema.Count));
        var mentioned = new bool[DataFileReader.BatchRows];
        await foreach (var batch in new DataFileReader(Version.Table).ReadAsync(file.File!, columns, cancellationToken).ConfigureAwait(false))
        {
            using var rows = batch.ToChanges(keySchema);
            codec.Encode(rows, _keys);
            _keys.ComputeHashes();
            mentioned.AsSpan(0, rows.Count).Clear();
            changes.AddMentioned(_keys, mentioned.AsSpan(0, rows.Count));
            for (var row = 0; row < rows.Count; row++)
            {
                if (mentioned[row] && !file.Deleted.Contains(batch.FirstRow + row))
                {
                    found.Add(batch.FirstRow + row);
                }
            }
        }

        return found;
    }

    private async Task TakeBackAsync(LiveFile file, PositionSet wanted, Consolidator changes, CancellationToken cancellationToken)
    {
        await foreach (var batch in new DataFileReader(Version.Table).ReadAsync(file.File!, [.. _columns.Layout.Parquet.Take(_columns.Layout.Columns.Count)], cancellationToken).ConfigureAwait(false))
        {
            using var rows = batch.ToChanges(_columns.Layout.Columns);
            int[] some = [.. Enumerable.Range(0, rows.Count).Where(r => wanted.Contains(batch.FirstRow + r))];
            if (some.Length > 0)
            {
                using var back = rows.Copy(some);
                changes.Add(back);
            }
        }

        foreach (var position in wanted.Positions())
        {
            file.Delete(position, _settings.RecentDeleteRows);
        }
    }
}
