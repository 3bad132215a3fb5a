using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;

namespace CdcLake.Testing.Tables;

/// <summary>
/// Tables of a database that have to be read beside the log, for sources that are no connection: as <see cref="CdcLake.MySql.LateTables"/> does over one. The log is followed for all other tables to
/// exactly where the rows were read, and these come in there.
/// </summary>
/// <param name="processor">Reads the log, and ignores these tables until they are added.</param>
/// <param name="read">Gives those of some tables that there are, at one position.</param>
/// <param name="follow">Follows the log until the processor is stopped.</param>
/// <param name="clock">Of the epoch that their rows are.</param>
internal sealed class LateMemoryTables(
    BinlogEventProcessor processor, Func<IReadOnlyList<string>, CancellationToken, Task<LateMemoryTables.Cut>> read, Func<CancellationToken, Task> follow, TimeProvider clock)
{
    private readonly SortedDictionary<string, Gtid?> _waiting = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Called before each batch of rows is sent.</summary>
    public Func<CancellationToken, Task> Sending { get; init; } = _ => Task.CompletedTask;

    /// <summary>These have to be read too.</summary>
    /// <param name="tables">Qualified names.</param>
    /// <param name="by">The transaction that made them what they are, if it is known.</param>
    public void Add(IEnumerable<string> tables, Gtid? by)
    {
        foreach (var table in tables)
        {
            _waiting[table] = by;
        }
    }

    /// <summary>Ends what the processor stopped for.</summary>
    /// <returns>True where tables have to be read for that.</returns>
    public async Task<bool> LetGoAsync(ISourceOutput output, CancellationToken cancellationToken)
    {
        if (await processor.LetGoAsync(output, cancellationToken).ConfigureAwait(false) is not { } interruption)
        {
            return false;
        }

        Add(interruption.Tables, interruption.Transaction);
        return true;
    }

    /// <summary>Reads all tables that have to be.</summary>
    public async Task ReadAsync(ISourceOutput output, CancellationToken cancellationToken)
    {
        output.Await(_waiting.Count);
        while (_waiting.Count > 0)
        {
            var cut = await read([.. _waiting.Keys], cancellationToken).ConfigureAwait(false);
            var gone = _waiting.ExceptBy(cut.Tables.Select(t => t.Table.Name), w => w.Key, StringComparer.OrdinalIgnoreCase).ToList();
            processor.Forgo(gone);
            gone.ForEach(g => _waiting.Remove(g.Key));
            output.Await(_waiting.Count);
            if (cut.Tables.Count > 0)
            {
                await ReachAsync(cut.Position.Executed, output, cancellationToken).ConfigureAwait(false);
                await JoinAsync(cut, output, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ReachAsync(GtidSet position, ISourceOutput output, CancellationToken cancellationToken)
    {
        processor.StopAt(position);
        while (true)
        {
            await follow(cancellationToken).ConfigureAwait(false);
            if (processor.Reread is not null)
            {
                throw new SchemaMismatchException(processor.Reread) { IsTransient = true };
            }

            if (!await LetGoAsync(output, cancellationToken).ConfigureAwait(false))
            {
                break;
            }

            output.Await(_waiting.Count);
        }

        processor.StopAt(null);
        if (!processor.Executed.Equals(position))
        {
            throw new BinlogUnavailableException($"The log passed {position} without being exactly there.");
        }
    }

    private async Task JoinAsync(Cut cut, ISourceOutput output, CancellationToken cancellationToken)
    {
        var numbers = new List<int>();
        foreach (var (table, _) in cut.Tables)
        {
            var (number, capture) = (processor.NextTable, TableCapture.Whole(table.Description));
            await output.TableChangedAsync(new TableChange(TableChangeKind.Added, number, null, capture, cut.Position), cancellationToken).ConfigureAwait(false);
            processor.AddTable(capture, isComplete: false);
            numbers.Add(number);
            _waiting.Remove(table.Name);
        }

        output.Await(_waiting.Count);
        processor.Heed(cut.Tables.Select(t => t.Table.Name));
        foreach (var ((table, rows), number) in cut.Tables.Zip(numbers))
        {
            foreach (var some in rows.Chunk(ChangeBatch.TargetRows))
            {
                await Sending(cancellationToken).ConfigureAwait(false);
                var batch = new ChangeBatch(table.Description.Schema);
                Array.ForEach(some, r => MemoryTable.Append(batch, [.. Enumerable.Range(0, r.Length)], r, 1));
                await output.ChangesAsync(number, batch, cancellationToken).ConfigureAwait(false);
            }
        }

        await output.EndEpochAsync(new Epoch(cut.Position, clock.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tables with all rows at one position.</summary>
    internal sealed record Cut(MySqlPosition Position, IReadOnlyList<(MemoryTable Table, IReadOnlyList<object?[]> Rows)> Tables);
}
