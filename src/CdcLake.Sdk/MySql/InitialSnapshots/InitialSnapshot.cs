using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Reads all rows of the captured tables at exactly one GTID set and pushes them as the first epoch.</summary>
internal sealed class InitialSnapshot(SnapshotSession session, ISourceOutput output) : IDisposable
{
    private const int MaxAttempts = 5;
    private const int MaxBatchBytes = 4 * 1024 * 1024;
    private const int RowsPerReport = 100_000;
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>
    /// Takes a cut, reads it and ends the epoch. Until the cut is taken an error leaves the output untouched; <see cref="HasBegun"/> tells.
    /// </summary>
    /// <returns>The position of the snapshot: where the log has to be read on from.</returns>
    /// <exception cref="SchemaMismatchException">Tables keep being altered, or tables without a key keep being written, while the cut is taken.</exception>
    /// <exception cref="MySqlServerException">A connection failed.</exception>
    public async Task<MySqlPosition> RunAsync(CancellationToken cancellationToken)
    {
        var cut = await TakeCutAsync(cancellationToken).ConfigureAwait(false);
        await using (cut.ConfigureAwait(false))
        {
            HasBegun = true;
            OverlaidKeys = cut.Overlays.Sum(o => o.KeyCount);
            await output.BeginEpochAsync(EpochKind.CompleteResult, cancellationToken).ConfigureAwait(false);
            using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var queue = new ConcurrentQueue<int>(Enumerable.Range(0, cut.Tables.Count));
            await Task.WhenAll(cut.Views.Select(view => WorkAsync(cut, view, queue, failure))).ConfigureAwait(false);
            await output.EndEpochAsync(new Epoch(cut.Position, cut.Time, EpochKind.CompleteResult), cancellationToken).ConfigureAwait(false);
            return cut.Position;
        }
    }

    /// <summary>True once rows may have been pushed: from then on the snapshot cannot be begun again into the same output.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Keys that were written while the cut was taken; for tests and curiosity.</summary>
    public int OverlaidKeys { get; private set; }

    public void Dispose() => _turn.Dispose();

    private async Task<SnapshotCut> TakeCutAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            output.Report(new SourceProgress(SourcePhase.Snapshot, "taking a consistent cut"));
            try
            {
                return await SnapshotCut.TakeAsync(session, cancellationToken).ConfigureAwait(false);
            }
            catch (SchemaMismatchException) when (attempt < MaxAttempts)
            {
                // Somebody altered or wrote a table just then; the next cut is likely to succeed, and says why if it does not.
            }
        }
    }

    private async Task WorkAsync(SnapshotCut cut, MySqlConnection view, ConcurrentQueue<int> queue, CancellationTokenSource failure)
    {
        await Task.Yield();
        try
        {
            while (queue.TryDequeue(out var table))
            {
                await ReadTableAsync(cut, view, table, failure.Token).ConfigureAwait(false);
            }

            // Ends the metadata locks; other views may still be busy.
            await view.ExecuteAsync("COMMIT", failure.Token).ConfigureAwait(false);
        }
        catch
        {
            await failure.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ReadTableAsync(SnapshotCut cut, MySqlConnection view, int index, CancellationToken cancellationToken)
    {
        var table = cut.Tables[index];
        var overlay = cut.Overlays[index];
        var columns = overlay.IsTouched ? table.Wide : table.Capture;
        var decoder = new SnapshotRowDecoder(table.Definition.Name, [.. columns.Columns.Select(c => table.Definition.Columns[c])]);
        var keep = new List<int>();
        var total = 0L;
        var statement = await view.PrepareAsync(table.SelectOf(columns), cancellationToken).ConfigureAwait(false);
        await view.ExecuteAsync(statement, default, cancellationToken).ConfigureAwait(false);
        while (!view.IsAtEnd)
        {
            var batch = await ReadBatchAsync(view, decoder, columns.Schema, cancellationToken).ConfigureAwait(false);
            var before = total;
            total += batch.Count;
            if (overlay.TryFilter(batch, keep))
            {
                using var whole = batch;
                batch = whole.Copy(CollectionsMarshal.AsSpan(keep));
            }

            await PushAsync(index, table.Narrow(batch), cancellationToken).ConfigureAwait(false);
            if (total / RowsPerReport != before / RowsPerReport)
            {
                Report(table, total);
            }
        }

        await view.CloseAsync(statement, cancellationToken).ConfigureAwait(false);
        var images = new ChangeBatch(table.Wide.Schema);
        overlay.AppendImages(images);
        await PushAsync(index, table.Narrow(images), cancellationToken).ConfigureAwait(false);
        Report(table, total);
    }

    private static async ValueTask<ChangeBatch> ReadBatchAsync(
        MySqlConnection view, SnapshotRowDecoder decoder, Columnar.Schema schema, CancellationToken cancellationToken)
    {
        var batch = new ChangeBatch(schema);
        decoder.Bind(batch);
        try
        {
            var rows = 0;
            var bytes = 0;
            while (rows < ChangeBatch.TargetRows && bytes < MaxBatchBytes && !view.IsAtEnd)
            {
                if (view.TryReadRow(out var row))
                {
                    decoder.Append(row);
                    rows++;
                    bytes += row.Length;
                }
                else if (!view.IsAtEnd)
                {
                    await view.FillAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            decoder.CheckText();
            batch.AppendWeights(1, rows);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    private async ValueTask PushAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            batch.Dispose();
            return;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await output.ChangesAsync(table, batch, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Report(SnapshotTable table, long rows) =>
        output.Report(new SourceProgress(SourcePhase.Snapshot, string.Create(CultureInfo.InvariantCulture, $"{table.Capture.Table.Name}: {rows:N0} rows")));
}
