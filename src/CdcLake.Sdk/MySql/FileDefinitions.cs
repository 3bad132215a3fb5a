using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql;

/// <summary>
/// What tables are like at a position inside log files: as their first rows describe them, and as the statements up to there have made them, read like a run reads them that passes them. Rows of
/// transactions up to the position are not decoded.
/// </summary>
internal sealed class FileDefinitions : ISourceOutput, IDisposable
{
    private readonly BinlogEventProcessor _processor;
    private readonly SourceTable[] _tables;
    private readonly GtidSet _wanted;

    /// <param name="tables">As their first rows describe them.</param>
    /// <param name="at">The position.</param>
    /// <param name="before">What came before the first file.</param>
    /// <param name="options">How the files are read.</param>
    public FileDefinitions(IReadOnlyList<SourceTable> tables, GtidSet at, GtidSet before, MySqlSourceOptions options)
    {
        _tables = [.. tables];
        _wanted = at.Subtract(before);
        _processor = new BinlogEventProcessor(new BinlogProcessorOptions
        {
            Tables = [.. tables.Select(TableCapture.Whole)],
            Executed = at,
            Dates = options.Dates,
            StatementTables = [.. options.StatementTables],
            StartsEmpty = before.IsEmpty,
            FollowsInPlace = true,
            FollowsIncluded = true,
        });
    }

    /// <summary>The tables at the position, once it is reached.</summary>
    public IReadOnlyList<SourceTable> Tables => _tables;

    /// <summary>True when all transactions up to the position were read.</summary>
    public bool IsReached => _wanted.Subtract(_processor.Logged).IsEmpty;

    /// <summary>Reads one file, or less of it when the position is reached.</summary>
    /// <exception cref="MySqlProtocolException">It is damaged before the position.</exception>
    public async Task ReadAsync(string path, CancellationToken cancellationToken)
    {
        var reader = await BinlogFileReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        _processor.BeginFile(reader.Name);
        do
        {
            while (TryProcess(reader, out var begins))
            {
                if (begins && IsReached)
                {
                    return;
                }

                if (_processor.NeedsFlush)
                {
                    await _processor.FlushAsync(this, idle: false, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        while (await reader.FillAsync(cancellationToken).ConfigureAwait(false));
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken)
    {
        _tables[change.Table] = change.After!.Table;
        return ValueTask.CompletedTask;
    }

    public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        batch.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Report(SourceProgress progress)
    {
    }

    public void Dispose() => _processor.Dispose();

    private bool TryProcess(BinlogFileReader reader, out bool begins)
    {
        var wasInNew = _processor.IsInNew;
        begins = false;
        if (!reader.TryRead(out var bytes))
        {
            return false;
        }

        _processor.Process(bytes);
        begins = !wasInNew && _processor.IsInNew;
        return true;
    }
}
