using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.MySql.Gtids;
using CdcLake.Testing.Crashes;

namespace CdcLake.Testing.Tables;

/// <summary>
/// Reads a <see cref="MemoryDatabase"/> as a server is read: existing rows as one complete result where there is no position, then the log. What lies in the log already is cut into
/// epochs of several transactions by the seed, as a busy server's would be.
/// </summary>
/// <param name="database">The server.</param>
/// <param name="seed">Decides where epochs end.</param>
/// <param name="life">The process that reads.</param>
/// <param name="clock">Time of the initial snapshot.</param>
internal sealed class MemorySource(MemoryDatabase database, int seed, Life life, TimeProvider clock) : ISource
{
    private const ulong MostTransactions = 3;

    public string Name => "mysql(in memory)";

    public bool StartsWithSnapshot => true;

    public Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourceTable>>([.. tables.Select(t => database.Table(t).Description)]);

    public SourcePosition ParsePosition(IReadOnlyDictionary<string, string> properties) => MySqlPosition.Parse(properties);

    public Task<SourcePosition?> LatestAsync(CancellationToken cancellationToken) => Task.FromResult<SourcePosition?>(MemoryDatabase.PositionOf(database.Count));

    public async Task RunAsync(SourceStart start, ISourceOutput output, CancellationToken cancellationToken)
    {
        var count = start.From is MySqlPosition from ? (int)from.Executed.Count : await SnapshotAsync(start, output, cancellationToken).ConfigureAwait(false);
        output.Report(new SourceProgress(SourcePhase.Streaming, Name));
        life.Sent(count);
        var ends = start.Boundaries.Cast<MySqlPosition>().Select(b => (int)b.Executed.Count).ToHashSet();
        while (true)
        {
            var waiting = await database.FollowAsync(count, life.Ended, cancellationToken).ConfigureAwait(false);
            life.ThrowIfOver();
            for (var i = 0; i < waiting.Count;)
            {
                var size = 1 + (int)(Hash64.Of(Hash64.Combine((ulong)seed, (ulong)count)) % MostTransactions);
                var epoch = waiting.Skip(i).Take(size).TakeWhile((_, n) => n == 0 || !ends.Contains(count + n)).ToList();
                await SendAsync(epoch, start.Tables, output, cancellationToken).ConfigureAwait(false);
                (i, count) = (i + epoch.Count, count + epoch.Count);
                await output.EndEpochAsync(new Epoch(MemoryDatabase.PositionOf(count), epoch[^1].At), cancellationToken).ConfigureAwait(false);
                life.Sent(count);
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<int> SnapshotAsync(SourceStart start, ISourceOutput output, CancellationToken cancellationToken)
    {
        var (count, tables) = database.Read(start.Tables.Select(t => t.Table.Name));
        output.Report(new SourceProgress(SourcePhase.Snapshot));
        await output.BeginEpochAsync(EpochKind.CompleteResult, cancellationToken).ConfigureAwait(false);
        for (var table = 0; table < tables.Count; table++)
        {
            var capture = start.Tables[table];
            foreach (var rows in tables[table].Chunk(ChangeBatch.TargetRows))
            {
                var batch = new ChangeBatch(capture.Schema);
                foreach (var row in rows)
                {
                    MemoryTable.Append(batch, capture.Columns, row, 1);
                }

                await output.ChangesAsync(table, batch, cancellationToken).ConfigureAwait(false);
                life.Pass(CrashPoint.Reading);
            }
        }

        await output.EndEpochAsync(new Epoch(MemoryDatabase.PositionOf(count), clock.GetUtcNow(), EpochKind.CompleteResult), cancellationToken).ConfigureAwait(false);
        return count;
    }

    private async Task SendAsync(IEnumerable<LoggedTransaction> epoch, IReadOnlyList<TableCapture> captures, ISourceOutput output, CancellationToken cancellationToken)
    {
        foreach (var transaction in epoch)
        {
            foreach (var change in transaction.Changes)
            {
                for (var table = 0; table < captures.Count; table++)
                {
                    if (captures[table].Table.Name == change.Table.Name)
                    {
                        await output.ChangesAsync(table, BatchOf(change, captures[table]), cancellationToken).ConfigureAwait(false);
                    }
                }
            }

            life.Pass(CrashPoint.Reading);
        }
    }

    private static ChangeBatch BatchOf(RowChange change, TableCapture capture)
    {
        var batch = new ChangeBatch(capture.Schema);
        if (change.Before is not null)
        {
            MemoryTable.Append(batch, capture.Columns, change.Before, -1);
        }

        if (change.After is not null)
        {
            MemoryTable.Append(batch, capture.Columns, change.After, 1);
        }

        return batch;
    }
}
