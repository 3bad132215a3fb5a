using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.InitialSnapshots;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql;

// Tables that come into a stream which goes on, with rows that the log does not tell:
//
//   S   where the stream stands
//   G   a cut of these tables alone, as of an initial snapshot; everything up to S is in it
//
// The log is followed from S to exactly G for all other tables. There the tables are added, their rows are the rest of the epoch that ends at G, and the log brings what follows.

/// <summary>Tables of a database that have to be read beside the log.</summary>
/// <param name="hosts">Chooses the host.</param>
/// <param name="log">Follows the log.</param>
/// <param name="processor">Reads it, and ignores these tables until they are added.</param>
/// <param name="settings">Views to read from, and how long to wait.</param>
/// <param name="clock">Measures time limits.</param>
internal sealed class LateTables(HostSelector hosts, LogFollower log, BinlogEventProcessor processor, MySqlSourceOptions settings, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly Dictionary<string, Gtid?> _waiting = new(StringComparer.OrdinalIgnoreCase);
    private string? _reread;

    public required ReplicaIdentity Identity { get; init; }

    public required SourceMeter Meter { get; init; }

    /// <summary>These have to be read too.</summary>
    /// <param name="tables">Qualified names.</param>
    /// <param name="by">The transaction that made them what they are; null when the server was seen to have them.</param>
    public void Add(IReadOnlyList<string> tables, Gtid? by)
    {
        foreach (var table in tables)
        {
            _waiting[table] = by;
        }
    }

    /// <summary>Reads all tables that have to be.</summary>
    /// <returns>Why all tables have to be read anew instead; null when it is done.</returns>
    /// <exception cref="CdcLakeException">Transient where rows were pushed: whoever runs the source begins anew.</exception>
    public async Task<string?> ReadAsync(SourceOutputGuard output, CancellationToken cancellationToken)
    {
        output.Await(_waiting.Count);
        while (_waiting.Count > 0 && _reread is null)
        {
            var isAdded = false;
            try
            {
                await ReadOnceAsync(output, () => isAdded = true, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!isAdded && error is TableRedefinedException or SchemaMismatchException { IsTableMissing: true })
            {
                output.Report(new SourceProgress(SourcePhase.Snapshot, error.Message)); // altered, or gone, since it was described: it is looked at again
            }
            catch (MySqlServerException error) when (!isAdded && !output.HasFailed)
            {
                log.ThrowIfFinal(error);
                await log.PauseAsync(error, output, cancellationToken).ConfigureAwait(false);
            }
        }

        return _reread;
    }

    private async Task ReadOnceAsync(SourceOutputGuard output, Action added, CancellationToken cancellationToken)
    {
        var wanted = _waiting.ToList();
        var session = await hosts.OpenAsync([], processor.Required, what => output.Report(new SourceProgress(SourcePhase.Retrying, what)), cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        var tables = await DescribeAsync(session, wanted, cancellationToken).ConfigureAwait(false);
        var gone = wanted.ExceptBy(tables.Select(t => t.Name.ToString()), w => w.Key, StringComparer.OrdinalIgnoreCase).ToList();
        processor.Forgo(gone);
        gone.ForEach(g => _waiting.Remove(g.Key));
        output.Await(_waiting.Count);
        if (tables.Count == 0 || await RefersAsync(session, tables, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        List<TableCapture> captures = [.. tables.Select(t => TableCapture.Whole(t.Describe(t.Name.ToString())))];
        var plan = new SnapshotPlan(Identity, captures, [.. tables.Select(t => t.Name)], settings, clock) { Meter = Meter };
        var rows = new Rows(output);
        using var snapshot = new InitialSnapshot(plan, rows)
        {
            WhenCut = async position =>
            {
                await ReachAsync(position.Executed, output, cancellationToken).ConfigureAwait(false);
                added();
                await JoinAsync(captures, rows, output, position, cancellationToken).ConfigureAwait(false);
            },
        };
        await snapshot.RunAsync(session, cancellationToken).ConfigureAwait(false);
    }

    // What a transaction made is seen at the latest when the server counts it as executed; what is not there then was dropped again.
    private async Task<IReadOnlyList<TableDefinition>> DescribeAsync(ServerSession session, IReadOnlyList<KeyValuePair<string, Gtid?>> wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var executed = await ServerDialects.Of(session).ReadLowMarkAsync(session, cancellationToken).ConfigureAwait(false);
            var found = new List<TableDefinition>();
            foreach (var (name, _) in wanted)
            {
                if (await new TableReader(session, settings.Dates, settings.CompletePartialRows).FindBaseTableAsync(MySqlTableName.Parse(name, null), cancellationToken).ConfigureAwait(false) is { } table)
                {
                    found.Add(table);
                }
            }

            if (wanted.All(w => w.Value is not { } by || executed.Contains(by)))
            {
                return [.. found.DistinctBy(t => t.Name)];
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    // A foreign key that has to be followed concerns more tables than its own.
    private async Task<bool> RefersAsync(ServerSession session, IReadOnlyList<TableDefinition> tables, CancellationToken cancellationToken)
    {
        if (settings.CompletePartialRows && tables.Count > 0)
        {
            _reread = $"Table {tables[0].Name} came, and no copy of its rows is kept yet by which changes could be completed that the log has in part. All tables are read anew.";
            return true;
        }

        if (hosts.FollowsForeignKeys != true)
        {
            return false;
        }

        foreach (var table in tables)
        {
            if ((await ForeignKeyReader.FindAsync(session, table.Name, cancellationToken).ConfigureAwait(false)).Count > 0)
            {
                _reread = $"Table {table.Name} came with a foreign key whose consequences this server does not log. All tables are read anew.";
                return true;
            }
        }

        return false;
    }

    private async Task ReachAsync(GtidSet position, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        processor.StopAt(position);
        while (true)
        {
            await log.FollowAsync(processor, output, cancellationToken).ConfigureAwait(false);
            if (processor.Reread is not null)
            {
                throw new SchemaMismatchException(processor.Reread) { IsTransient = true };
            }

            if (await processor.LetGoAsync(output, cancellationToken).ConfigureAwait(false) is not { } interruption)
            {
                break;
            }

            Add(interruption.Tables, interruption.Transaction);
            output.Await(_waiting.Count);
        }

        processor.StopAt(null);
        if (!processor.Executed.Equals(position))
        {
            throw new BinlogUnavailableException($"The log passed {position} without being exactly there: the server has changed meanwhile. The tables are read again.") { IsTransient = true };
        }
    }

    private async Task JoinAsync(IReadOnlyList<TableCapture> captures, Rows rows, SourceOutputGuard output, MySqlPosition position, CancellationToken cancellationToken)
    {
        foreach (var capture in captures)
        {
            var number = processor.NextTable;
            await output.TableChangedAsync(new TableChange(TableChangeKind.Added, number, null, capture, position), cancellationToken).ConfigureAwait(false);
            processor.AddTable(capture, isComplete: false);
            rows.Numbers.Add(number);
            _waiting.Remove(capture.Table.Name);
        }

        output.Await(_waiting.Count);
        processor.Heed(captures.Select(c => c.Table.Name));
    }

    /// <summary>Takes the rows of a snapshot for tables that have other numbers, as changes.</summary>
    private sealed class Rows(ISourceOutput output) : ISourceOutput
    {
        public List<int> Numbers { get; } = [];

        public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken) => output.ChangesAsync(Numbers[table], batch, cancellationToken);

        public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => output.EndEpochAsync(epoch with { Kind = EpochKind.Changes }, cancellationToken);

        public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) => throw new InvalidOperationException($"Not expected here: {change.Kind} of table {change.Table}.");

        public void Report(SourceProgress progress) => output.Report(progress);
    }
}
