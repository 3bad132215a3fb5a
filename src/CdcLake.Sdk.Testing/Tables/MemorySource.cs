using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using CdcLake.Testing.Crashes;
using CdcLake.Testing.MySql.Log;

namespace CdcLake.Testing.Tables;

/// <summary>
/// Reads a <see cref="MemoryServer"/> as the source on MySQL reads a server: existing rows as one complete result where there is no position, then its log, with the library's own reader, decoder and
/// way of following tables. What lies in the log already is cut into epochs of several transactions by the seed, as a busy server's would be.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="seed">Decides where epochs end.</param>
/// <param name="life">The process that reads.</param>
/// <param name="clock">Time of the initial snapshot.</param>
internal sealed class MemorySource(MemoryServer server, int seed, Life life, TimeProvider clock) : ISource
{
    private readonly ReadingClock _reading = new(clock);

    public string Name => "mysql(in memory)";

    public bool StartsWithSnapshot => true;

    public bool FollowsTables => true;

    public string? Rereads { get; private set; }

    public Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourceTable>>([.. tables.Select(t => server.Database.Find(t)?.Description ?? throw new SchemaMismatchException($"Table {t} does not exist."))]);

    public Task<IReadOnlyList<SourceTable>> DescribeAsync(TableSelection selection, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourceTable>>([.. server.Database.Tables.Where(t => selection.TakesQualified(t.Name)).Select(t => t.Description).OrderBy(t => t.Name, StringComparer.Ordinal)]);

    public SourcePosition ParsePosition(IReadOnlyDictionary<string, string> properties) => MySqlPosition.Parse(properties);

    public Task<SourcePosition?> LatestAsync(CancellationToken cancellationToken) => Task.FromResult<SourcePosition?>(server.Position);

    public async Task RunAsync(SourceStart start, ISourceOutput output, CancellationToken cancellationToken)
    {
        var guarded = new SourceOutputGuard(output, start.Boundaries);
        var from = start.From as MySqlPosition ?? await SnapshotAsync(start, guarded, cancellationToken).ConfigureAwait(false);
        guarded.StartAt(from);
        guarded.Report(new SourceProgress(SourcePhase.Streaming, Name));
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions
        {
            Tables = start.Tables,
            Executed = from.Executed,
            Boundaries = [.. start.Boundaries.Cast<MySqlPosition>().Select(b => b.Executed)],
            Limits = new EpochLimits(int.MaxValue, TimeSpan.FromDays(1)), // the seed says where they end
            Clock = _reading,
            Meter = start.Meter,
            Selection = start.Selection,
            Ignored = start.Missing,
            Requests = start.Requests,
            FollowsInPlace = true,
            RereadsAfterStatements = true,
            RereadsOtherTables = start.From is not null,
        });
        var late = new LateMemoryTables(processor, ReadAsync, token => FollowAsync(processor, guarded, token), clock);
        late.Add(start.Missing, null);
        do
        {
            await late.ReadAsync(guarded, cancellationToken).ConfigureAwait(false);
            await FollowAsync(processor, guarded, cancellationToken).ConfigureAwait(false);
        }
        while (await late.LetGoAsync(guarded, cancellationToken).ConfigureAwait(false));
        Rereads = processor.Reread;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<LateMemoryTables.Cut> ReadAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        life.ThrowIfOver();
        var (position, found) = server.Read(tables);
        return Task.FromResult(new LateMemoryTables.Cut(position, found));
    }

    private async Task<MySqlPosition> SnapshotAsync(SourceStart start, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        var (position, tables) = server.Read(start.Tables.Select(t => t.Table.Name));
        output.Report(new SourceProgress(SourcePhase.Snapshot));
        await output.BeginEpochAsync(EpochKind.CompleteResult, cancellationToken).ConfigureAwait(false);
        for (var table = 0; table < tables.Count; table++)
        {
            var capture = start.Tables[table];
            foreach (var rows in tables[table].Rows.Chunk(ChangeBatch.TargetRows))
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

        await output.EndEpochAsync(new Epoch(position, clock.GetUtcNow(), EpochKind.CompleteResult), cancellationToken).ConfigureAwait(false);
        return position;
    }

    // Until the log cannot be followed any more without more ado, as a connection does it: from behind what is included.
    private async Task FollowAsync(BinlogEventProcessor processor, ISourceOutput output, CancellationToken cancellationToken)
    {
        var (file, at) = (server.Log.FindStart(processor.Executed)!, BinlogEvent.First);
        var filter = new DumpFilter(gtid => processor.Executed.Contains(gtid));
        processor.BeginStream(Name, checksum: true);
        processor.Process(BinlogEvent.ArtificialRotate(file));
        var ends = new EpochEnds(seed, processor);
        while (!processor.IsStopped)
        {
            var grown = server.Log.Grown;
            var bytes = server.Log.Read(file, at)!.Value.Bytes;
            for (var next = 0; next < bytes.Length && !processor.IsStopped;)
            {
                var one = bytes.AsMemory(next, BinlogEvent.SizeOf(bytes.AsSpan(next)));
                (next, at) = (next + one.Length, at + one.Length);
                if (filter.Passes(one.Span))
                {
                    await ProcessAsync(one, processor, ends, output, cancellationToken).ConfigureAwait(false);
                }
            }

            if (bytes.Length == 0)
            {
                await WaitAsync(grown, processor, output, cancellationToken).ConfigureAwait(false);
            }
        }

        await processor.FlushAsync(output, idle: true, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ProcessAsync(ReadOnlyMemory<byte> one, BinlogEventProcessor processor, EpochEnds ends, ISourceOutput output, CancellationToken cancellationToken)
    {
        processor.Process(one.Span);
        var (isEnd, closes) = ends.Next();
        if (isEnd)
        {
            life.Pass(CrashPoint.Reading);
        }

        if (closes || processor.NeedsFlush)
        {
            await processor.FlushAsync(output, idle: closes, cancellationToken).ConfigureAwait(false);
        }

        if (closes && !processor.IsStopped)
        {
            life.Sent((int)processor.Executed.Count);
        }
    }

    // Nothing is left to read: tables that were made and have no row until here are read beside the log, and not waited for by time.
    private async Task WaitAsync(Task grown, BinlogEventProcessor processor, ISourceOutput output, CancellationToken cancellationToken)
    {
        await processor.FlushAsync(output, idle: true, cancellationToken).ConfigureAwait(false);
        _reading.Pass();
        if (!processor.IsStopped)
        {
            life.Sent((int)processor.Executed.Count);
            await Task.WhenAny(grown, life.Ended).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        life.ThrowIfOver();
    }
}
