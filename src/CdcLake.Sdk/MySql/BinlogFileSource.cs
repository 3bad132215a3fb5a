using System.Globalization;
using System.Runtime.ExceptionServices;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql;

/// <summary>
/// Replays binary log files of one server, without the server. Finite: it ends behind the last whole transaction of the last file.
/// <para>
/// Captured tables are empty where the replay begins. That holds if the first file is the server's first one (its set of earlier transactions is
/// empty); if it is not, each captured table must be created in the files before it has rows. A position to continue from must cover what came
/// before the first file.
/// </para>
/// </summary>
internal sealed class BinlogFileSource : ISource
{
    private const long ReportEveryBytes = 32L << 20;

    private readonly IReadOnlyList<string> _paths;
    private readonly TimeProvider _clock;
    private readonly MySqlSourceOptions _options;
    private IReadOnlyList<BinlogFileHead>? _heads;

    /// <param name="paths">The files in any order; at least one.</param>
    /// <param name="clock">Measures the age of epochs.</param>
    /// <param name="options">Dates that no calendar has, tables whose statements pass, and the pace; the rest is of no use here.</param>
    /// <exception cref="BinlogUnavailableException">No file is given.</exception>
    public BinlogFileSource(IReadOnlyList<string> paths, TimeProvider? clock = null, MySqlSourceOptions? options = null)
    {
        _options = options ?? new MySqlSourceOptions();
        _paths = paths.Count > 0 ? paths : throw new BinlogUnavailableException("No binary log file is given. Give at least one, such as binlog.000001.");
        _clock = clock ?? TimeProvider.System;
        var names = paths.Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal).ToArray();
        Name = names.Length == 1 ? $"binlog-files({names[0]})" : $"binlog-files({names[0]}..{names[^1]})";
    }

    public string Name { get; }

    /// <summary>Finds each table's columns in the first change of its rows.</summary>
    /// <exception cref="SchemaMismatchException">A table does not occur in the files; the message names those that do.</exception>
    /// <exception cref="BinlogUnavailableException">The files lack what is needed; the message says which setting.</exception>
    /// <exception cref="MySqlProtocolException">A file is damaged or not a binary log.</exception>
    public async Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        _heads ??= await BinlogFileHead.ReadAllAsync(_paths, cancellationToken).ConfigureAwait(false);
        using var scan = new BinlogTableScan(tables, _options.Dates);
        foreach (var head in _heads)
        {
            if (!scan.IsComplete)
            {
                await scan.ScanAsync(head.Path, cancellationToken).ConfigureAwait(false);
            }
        }

        return scan.Describe();
    }

    // Whoever began before a statement that is followed in place has targets that are like the tables behind it.
    public bool DescribesPositions => _options.SchemaChanges == SchemaChanges.Follow;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, SourcePosition at, CancellationToken cancellationToken)
    {
        var first = await DescribeAsync(tables, cancellationToken).ConfigureAwait(false);
        using var definitions = new FileDefinitions(first, ((MySqlPosition)at).Executed, _heads![0].Previous, _options);
        foreach (var head in _heads)
        {
            if (!definitions.IsReached)
            {
                await definitions.ReadAsync(head.Path, cancellationToken).ConfigureAwait(false);
            }
        }

        return definitions.Tables;
    }

    /// <inheritdoc/>
    public SourcePosition ParsePosition(IReadOnlyDictionary<string, string> properties) => MySqlPosition.Parse(properties);

    /// <inheritdoc/>
    /// <exception cref="BinlogUnavailableException">Transactions are missing between two files or before the first one.</exception>
    /// <exception cref="MySqlProtocolException">A file is damaged; everything before the damage was pushed.</exception>
    public async Task RunAsync(SourceStart start, ISourceOutput output, CancellationToken cancellationToken)
    {
        _heads ??= await BinlogFileHead.ReadAllAsync(_paths, cancellationToken).ConfigureAwait(false);
        var from = start.From is null ? null : (MySqlPosition)start.From;
        var before = _heads[0].Previous;
        CheckStart(from, before);
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions
        {
            Tables = start.Tables,
            Executed = from?.Executed ?? before,
            Boundaries = [.. start.Boundaries.OfType<MySqlPosition>().Select(p => p.Executed)],
            Limits = start.Limits,
            Clock = _clock,
            Meter = start.Meter,
            Dates = _options.Dates,
            StatementTables = [.. _options.StatementTables],
            StartsEmpty = before.IsEmpty,
            ForeignKeysMustTell = true,
            FollowsInPlace = DescribesPositions,
            TablesMustBeCreated = !before.IsEmpty && from is null,
        });
        var pace = _options.Replay(_clock);
        var lengths = _heads.Select(h => new FileInfo(h.Path).Length).ToArray();
        for (var i = 0; i < _heads.Count; i++)
        {
            CheckSequence(i, processor);
            await ReadFileAsync(_heads[i], lengths[..i].Sum(), lengths.Sum(), processor, pace, output, cancellationToken).ConfigureAwait(false);
        }

        await FinishAsync(processor, output, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void CheckStart(MySqlPosition? from, GtidSet before)
    {
        if (from is not null && !from.Executed.Covers(before))
        {
            throw new BinlogUnavailableException(
                $"{_heads![0].Name} begins after transactions {before.Subtract(from.Executed)}, which are neither in the files nor in the position to continue from. Give the earlier files too.");
        }
    }

    private void CheckSequence(int index, BinlogEventProcessor processor)
    {
        if (index == 0)
        {
            return;
        }

        var (last, next) = (_heads![index - 1], _heads[index]);
        var read = processor.Logged;
        var missing = next.Previous.Subtract(read).Subtract(processor.Executed);
        if (!missing.IsEmpty)
        {
            throw new BinlogUnavailableException($"Transactions {missing} are missing between {last.Name} and {next.Name}. Give the files between them too.");
        }

        var twice = read.Subtract(next.Previous);
        if (!twice.IsEmpty)
        {
            throw new BinlogUnavailableException(
                $"{next.Name} was begun before transactions {twice}, which the files before it ({last.Name}) hold: one of them is a copy, or they are of different servers. Give each file of one server once.");
        }
    }

    private async Task ReadFileAsync(
        BinlogFileHead head, long before, long total, BinlogEventProcessor processor, ReplayClock pace, ISourceOutput output, CancellationToken cancellationToken)
    {
        var reader = await BinlogFileReader.OpenAsync(head.Path, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        processor.BeginFile(reader.Name);
        var reportAt = 0L;
        while (true)
        {
            if (reader.Offset >= reportAt)
            {
                var percent = Math.Min(100, (before + reader.Offset) * 100 / Math.Max(total, 1)); // of all files
                output.Report(new SourceProgress(SourcePhase.Streaming, string.Create(CultureInfo.InvariantCulture, $"{reader.Name}, {percent} %")));
                reportAt = reader.Offset + Math.Min(ReportEveryBytes, total / 20);
            }

            var (failure, isIncomplete, wait) = ProcessBuffered(reader, processor, pace);
            if (wait > TimeSpan.Zero)
            {
                await processor.FlushAsync(output, idle: true, cancellationToken).ConfigureAwait(false);
                processor.Meter.Rest();
                await Task.Delay(wait, _clock, cancellationToken).ConfigureAwait(false);
                processor.Meter.Wake();
                continue;
            }

            if (failure is null && !isIncomplete && processor.NeedsFlush)
            {
                await processor.FlushAsync(output, idle: false, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var more = false;
            try
            {
                more = failure is null && await reader.FillAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (CdcLakeException e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }

            if (failure is not null)
            {
                // What was whole before the damage is delivered, then the error is told.
                await FinishAsync(processor, output, cancellationToken).ConfigureAwait(false);
                failure.Throw();
            }

            if (!more)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Processes events until the buffer is empty or pending rows have to be handed on. A transaction that is known to end behind the end of the
    /// file is not handed on in part: its events are only framed.
    /// </summary>
    private static (ExceptionDispatchInfo? Failure, bool IsIncomplete, TimeSpan Wait) ProcessBuffered(BinlogFileReader reader, BinlogEventProcessor processor, ReplayClock pace)
    {
        try
        {
            var isIncomplete = processor.OpenTransactionEnd > reader.Length;
            while (reader.TryRead(out var bytes))
            {
                processor.Process(bytes);
                if (pace.IsPaced && processor.AtTransactionEnd && pace.Wait(processor.Rows, processor.CommitMicroseconds) is var wait && wait > TimeSpan.Zero)
                {
                    return (null, false, wait);
                }

                if (processor.NeedsFlush)
                {
                    isIncomplete = !processor.AtTransactionEnd && processor.OpenTransactionEnd > reader.Length;
                    if (!isIncomplete)
                    {
                        break;
                    }

                    processor.DropOpenRows();
                }
            }

            return (null, isIncomplete, TimeSpan.Zero);
        }
        catch (CdcLakeException e)
        {
            return (ExceptionDispatchInfo.Capture(e), false, TimeSpan.Zero);
        }
    }

    private static async Task FinishAsync(BinlogEventProcessor processor, ISourceOutput output, CancellationToken cancellationToken)
    {
        processor.DiscardOpen();
        await processor.FlushAsync(output, idle: true, cancellationToken).ConfigureAwait(false);
        if (processor.HasHandedOnPart)
        {
            throw new MySqlProtocolException(
                $"The files end inside a transaction of which {processor.HandedOnRows} rows were handed on already. Give the file that holds its end, or fetch the last file again.");
        }
    }
}
