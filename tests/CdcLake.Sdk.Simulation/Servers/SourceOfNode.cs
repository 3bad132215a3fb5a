using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using CdcLake.Simulation.Scheduling;
using CdcLake.Testing.MySql.Log;
using CdcLake.Testing.Tables;

namespace CdcLake.Simulation.Servers;

/// <summary>
/// The source on MySQL with its own reader of the log, decoder and epochs, over a connection that is no socket: some events at a time arrive when the scheduler lets them, and it is cut in the
/// midst of transactions. The snapshot is a consistent view, read in pieces.
/// </summary>
/// <param name="server">What it reads.</param>
/// <param name="node">The process.</param>
/// <param name="resnapshots">What it does when the log it needs is purged, as the application has set it: read all tables anew, or fail.</param>
internal sealed class SourceOfNode(Server server, Node node, bool resnapshots) : ISource
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private readonly Backoff _delay = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), 1);

    public string Name => "mysql(simulated)";

    public bool StartsWithSnapshot => true;

    public bool FollowsTables => true;

    public string? Rereads { get; private set; }

    public Task<IReadOnlyList<SourceTable>> DescribeAsync(TableSelection selection, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<SourceTable>>(
        "describe all", () => [.. server.Database.Tables.Where(t => selection.TakesQualified(t.Name)).Select(t => t.Description).OrderBy(t => t.Name, StringComparer.Ordinal)], cancellationToken);

    public Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken) =>
        AskAsync<IReadOnlyList<SourceTable>>("describe", () => [.. tables.Select(t => server.Database.Table(t).Description)], cancellationToken);

    public SourcePosition ParsePosition(IReadOnlyDictionary<string, string> properties) => MySqlPosition.Parse(properties);

    public Task<SourcePosition?> LatestAsync(CancellationToken cancellationToken) => AskAsync<SourcePosition?>("latest", () => new MySqlPosition(server.Log.Executed), cancellationToken);

    // Asked only where a new snapshot is the answer, as the source on MySQL does.
    public async Task<bool> CanContinueAsync(SourcePosition from, CancellationToken cancellationToken) =>
        !resnapshots || await ReachesBackAsync(from, cancellationToken).ConfigureAwait(false);

    public Task<bool> ReachesBackAsync(SourcePosition from, CancellationToken cancellationToken) =>
        AskAsync("reach back", () => server.FindStart(((MySqlPosition)from).Executed) is not null, cancellationToken);

    public async Task RunAsync(SourceStart start, ISourceOutput output, CancellationToken cancellationToken)
    {
        var guarded = new SourceOutputGuard(output, start.Boundaries);
        if ((start.From as MySqlPosition ?? await SnapshotAsync(start, guarded, cancellationToken).ConfigureAwait(false)) is not { } from)
        {
            return; // a table is not any more what it was described as
        }

        guarded.StartAt(from);
        IReadOnlyList<string> missing = start.Selection is not { } selection ? [] : start.From is not null ? start.Missing : await NewSinceAsync(selection, start.Tables, cancellationToken).ConfigureAwait(false);
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions
        {
            Tables = start.Tables,
            Executed = from.Executed,
            Boundaries = [.. start.Boundaries.Cast<MySqlPosition>().Select(b => b.Executed)],
            Limits = start.Limits,
            Clock = node.Clock,
            Meter = start.Meter,
            Selection = start.Selection,
            Ignored = missing,
            Requests = start.Requests,
            FollowsInPlace = true,
            RereadsAfterStatements = true,
            RereadsOtherTables = start.From is not null,
        });
        var late = new LateMemoryTables(processor, CutAsync, token => FollowAsync(processor, guarded, token), node.Clock) { Sending = token => AskOnceAsync("rows of new tables", token) };
        late.Add(missing, null);
        do
        {
            await LateAsync(late, guarded, cancellationToken).ConfigureAwait(false);
            await FollowAsync(processor, guarded, cancellationToken).ConfigureAwait(false);
        }
        while (await late.LetGoAsync(guarded, cancellationToken).ConfigureAwait(false));
        Rereads = processor.Reread;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task FollowAsync(BinlogEventProcessor processor, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        while (!processor.IsStopped)
        {
            try
            {
                await StreamAsync(processor, output, cancellationToken).ConfigureAwait(false);
            }
            catch (BinlogUnavailableException error) when (error.IsPurged && resnapshots)
            {
                throw new BinlogUnavailableException(error.Message, error) { IsTransient = true, IsPurged = true }; // the next run begins with a snapshot
            }
            catch (MySqlServerException error) when (!output.HasFailed && error.IsTransient)
            {
                await PauseAsync(error, output, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Until rows are pushed a lost session is made again; then whoever runs the source begins anew.
    private async Task LateAsync(LateMemoryTables late, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await late.ReadAsync(output, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (MySqlServerException error) when (!output.HasFailed && error.IsTransient)
            {
                await PauseAsync(error, output, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task PauseAsync(MySqlServerException error, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        var pause = _delay.Next();
        output.Report(new SourceProgress(SourcePhase.Retrying, error.Message, error, _delay.Failures, pause));
        await Task.Delay(pause, node.Clock, cancellationToken).ConfigureAwait(false); // virtual time
    }

    private Task<LateMemoryTables.Cut> CutAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken) => AskAsync(
        "cut of new tables",
        () => new LateMemoryTables.Cut(new MySqlPosition(server.Log.Executed), [.. tables.Select(server.Database.Find).OfType<MemoryTable>().Select(t => (t, server.Database.RowsOf(t)))]),
        cancellationToken);

    private async Task AskOnceAsync(string what, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(what, () => true, cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error)
        {
            throw new BinlogUnavailableException($"The session was lost in the midst of rows: {error.Message}", error) { IsTransient = true };
        }
    }

    private Task<IReadOnlyList<string>> NewSinceAsync(TableSelection selection, IReadOnlyList<TableCapture> tables, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<string>>(
        "list tables", () => [.. server.Database.Tables.Select(t => t.Name).Where(selection.TakesQualified).Except(tables.Select(t => t.Table.Name), StringComparer.Ordinal)], cancellationToken);

    private async Task<MySqlPosition?> SnapshotAsync(SourceStart start, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        if (start.ReadsAnew && !resnapshots && !server.WasRedefined)
        {
            throw new SimulationException("All tables are read anew though the application wants to be told that the log is purged.");
        }

        var view = await AskAsync(
            "begin snapshot",
            () => start.Tables.Any(IsRedefined) ? default : (server.Log.Executed, Tables: start.Tables.Select(t => View(t, server.Database.Table(t.Table.Name))).ToList()),
            cancellationToken).ConfigureAwait(false);
        if (view.Tables is null)
        {
            Rereads = "A table was changed between its description and the snapshot.";
            return null;
        }

        output.Report(new SourceProgress(SourcePhase.Snapshot));
        await output.BeginEpochAsync(EpochKind.CompleteResult, cancellationToken).ConfigureAwait(false);
        for (var table = 0; table < start.Tables.Count; table++)
        {
            foreach (var rows in view.Tables[table].Rows.Chunk(1 + node.Scheduler.Random.Next(8)))
            {
                await AskAsync($"snapshot of table {table}", () => true, cancellationToken).ConfigureAwait(false);
                var batch = new ChangeBatch(start.Tables[table].Schema);
                foreach (var row in rows)
                {
                    MemoryTable.Append(batch, view.Tables[table].Columns, row, 1);
                }

                await output.ChangesAsync(table, batch, cancellationToken).ConfigureAwait(false);
            }
        }

        var position = new MySqlPosition(view.Executed);
        await output.EndEpochAsync(new Epoch(position, node.Clock.GetUtcNow(), EpochKind.CompleteResult), cancellationToken).ConfigureAwait(false);
        return position;
    }

    private bool IsRedefined(TableCapture capture) =>
        server.Database.Find(capture.Table.Name) is not { } table
        || (capture.ReadsAll && !capture.Schema.Equals(table.Description.Schema))
        || capture.Schema.Fields.Any(f => table.Columns.FirstOrDefault(c => c.Column.Name == f.Name) is not { } column || !column.Column.DataType.Equals(f.Type));

    // Columns are asked for by name: since they were described they may have moved.
    private (IReadOnlyList<object?[]> Rows, IReadOnlyList<int> Columns) View(TableCapture capture, MemoryTable table) => (
        server.Database.RowsOf(table),
        server.TakesColumnsByPlace ? capture.Columns : [.. capture.Schema.Fields.Select(f => table.Columns.ToList().FindIndex(c => c.Column.Name == f.Name))]);

    private async Task StreamAsync(BinlogEventProcessor processor, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        var file = await AskAsync("dump", () => server.FindStart(processor.Executed), cancellationToken).ConfigureAwait(false)
            ?? throw new BinlogUnavailableException("The server has purged transactions that were not read yet.") { IsPurged = true };
        processor.BeginStream(Name, checksum: true);
        output.Report(new SourceProgress(SourcePhase.Streaming, Name));
        processor.Process(BinlogEvent.ArtificialRotate(file));
        var at = BinlogEvent.First;
        var filter = new DumpFilter(gtid => processor.Executed.Contains(gtid));
        while (!processor.IsStopped)
        {
            var grown = server.Log.Grown;
            var read = await AskAsync("events", () => server.Log.Read(file, at), cancellationToken).ConfigureAwait(false)
                ?? throw new MySqlServerException($"The server has deleted {file} while it was read.") { IsTransient = true };
            var some = 1 + node.Scheduler.Random.Next(12);
            for (var (from, n) = (0, 0); from < read.Bytes.Length && n < some && !processor.IsStopped; n++)
            {
                var one = read.Bytes.AsMemory(from, BinlogEvent.SizeOf(read.Bytes.AsSpan(from)));
                if (filter.Passes(one.Span))
                {
                    processor.Process(one.Span);
                }

                (from, at) = (from + one.Length, at + one.Length);
                if (processor.NeedsFlush)
                {
                    await processor.FlushAsync(output, idle: false, cancellationToken).ConfigureAwait(false);
                }
            }

            _delay.Reset();
            if (read.Next is { } next)
            {
                (file, at) = (next, BinlogEvent.First);
                processor.Process(BinlogEvent.ArtificialRotate(file));
            }
            else if (server.Log.Read(file, at) is { Bytes.Length: 0, Next: null })
            {
                await processor.FlushAsync(output, idle: true, cancellationToken).ConfigureAwait(false);
                await WaitAsync(grown, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Tables that were made and have no row are waited for by time, which a heartbeat brings.
    private async Task WaitAsync(Task grown, CancellationToken cancellationToken)
    {
        try
        {
            await grown.WaitAsync(Heartbeat, node.Clock, cancellationToken).ConfigureAwait(false); // virtual time
        }
        catch (TimeoutException)
        {
            return; // a heartbeat
        }
    }

    private Task<T> AskAsync<T>(string what, Func<T> act, CancellationToken cancellationToken) =>
        node.Scheduler.AskAsync(node, what, false, act, why => new MySqlServerException($"{why} by the server.") { IsTransient = true }, cancellationToken);
}
