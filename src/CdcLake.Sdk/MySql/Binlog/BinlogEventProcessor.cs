using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Turns the events of a log, one after the other, into batches and epochs. The caller frames events (packets of a dump stream, or a file) and
/// alternates: <see cref="Process"/> until <see cref="NeedsFlush"/>, then <see cref="FlushAsync"/>; when it has no more bytes at hand,
/// <see cref="FlushAsync"/> with <c>idle</c>. After a new connection it calls <see cref="BeginStream"/>, at the start of a file
/// <see cref="BeginFile"/>. Not thread-safe. After an exception only <see cref="DiscardOpen"/> and <see cref="FlushAsync"/> make sense.
/// </summary>
internal sealed class BinlogEventProcessor : IDisposable
{
    private const string CorruptAdvice =
        "The log is damaged or was written by something this library does not know. Fetch the file again; if it stays so, start anew with an empty target from a log that is whole.";

    private readonly LogCursor _cursor = new();
    private readonly IncludedTransactions _included;
    private readonly CaptureSet _tables;
    private readonly EpochBuilder _epochs;
    private readonly TransactionReader _transactions;
    private readonly RereadRequests _requests;
    private GtidSet? _stop;

    public BinlogEventProcessor(BinlogProcessorOptions options)
    {
        Meter = options.Meter;
        _requests = options.Requests;
        _included = new IncludedTransactions(options.Executed, options.Began);
        _tables = new CaptureSet(options);
        _epochs = new EpochBuilder(options, _included);
        _transactions = new TransactionReader(options, _cursor, _included, _epochs, _tables);
    }

    /// <summary>Counts what is read.</summary>
    public SourceMeter Meter { get; }

    /// <summary>
    /// Included transactions; ask for this set when connecting again. A transaction that was interrupted is not in it, nor is one that is prepared and not decided.
    /// </summary>
    public GtidSet Executed => _included.Executed;

    /// <summary><see cref="Executed"/> and the transactions that were handed on in part: a server that does not know one of these can never finish what was begun.</summary>
    public GtidSet Required => _epochs.AddHandedOn(_included.Executed);

    /// <summary>Transactions that ended in the files read so far, skipped ones included.</summary>
    public GtidSet Logged => _included.Logged;

    /// <summary>What is included after the last whole transaction, with the file and offset where it ended.</summary>
    public MySqlPosition Position => _included.Position;

    /// <summary>True when no transaction has begun without having ended.</summary>
    public bool AtTransactionEnd => !_transactions.Open.IsOpen;

    /// <summary>True inside a transaction that is not included yet.</summary>
    public bool IsInNew => _transactions.Open is { IsOpen: true, IsSkipped: false };

    /// <summary>
    /// With an open transaction: offset behind its last event in the current file as its GTID event announced it; 0 when unknown.
    /// </summary>
    public long OpenTransactionEnd => _transactions.Open.AnnouncedEnd;

    /// <summary>True when <see cref="FlushAsync"/> has to be called before the next event: enough rows are pending, an epoch is due, or a boundary was reached.</summary>
    public bool NeedsFlush => _epochs.NeedsFlush || _transactions.HasMore || _transactions.MustStop;

    /// <inheritdoc cref="TransactionReader.Reread"/>
    public string? Reread => _transactions.Reread;

    /// <inheritdoc cref="CaptureSet.Interruption"/>
    public Interruption? Interruption => _tables.Interruption;

    /// <summary>True when everything up to where <see cref="StopAt"/> said was handed on, or the log cannot be followed from here on without more ado.</summary>
    public bool IsStopped => Reread is not null || Interruption is not null
        || (AtTransactionEnd && ((_stop is not null && Executed.Covers(_stop)) || (_tables.Selected is { } selected && (_requests.HasNew || selected.HasOverdue) && !HasHandedOnPart)));

    /// <summary>True when the events that follow end with a CRC-32.</summary>
    public bool HasChecksum => _cursor.HasChecksum;

    /// <summary>Changed rows of captured tables since the processor was made, before-images and after-images counted each.</summary>
    public long Rows => _transactions.Rows;

    /// <summary>When the transaction that was read last was committed, in microseconds since 1970.</summary>
    public long CommitMicroseconds => _transactions.Open.CommitMicroseconds;

    /// <inheritdoc cref="EpochBuilder.HasHandedOnPart"/>
    public bool HasHandedOnPart => _epochs.HasHandedOnPart;

    /// <inheritdoc cref="EpochBuilder.HandedOnRows"/>
    public long HandedOnRows => _epochs.HandedOnRows;

    /// <summary>
    /// A new connection begins: the event format, table maps and the unfinished transaction are forgotten. Rows of that transaction
    /// that were handed on already are left out when the same transaction comes again.
    /// </summary>
    /// <param name="origin">The server's name, until its first ROTATE event tells the file.</param>
    /// <param name="checksum">True when events before the first FORMAT_DESCRIPTION (the artificial ROTATE of a dump) end with a CRC-32.</param>
    public void BeginStream(string origin, bool checksum)
    {
        _transactions.BeginStream();
        _cursor.BeginStream(origin, checksum);
    }

    /// <summary>A file begins; the one before it was read to its end. The first event is the one behind the four magic bytes.</summary>
    /// <param name="file">Name for positions and messages.</param>
    public void BeginFile(string file)
    {
        DiscardOpen();
        _cursor.BeginFile(file);
    }

    /// <summary>The number of the next table that is added.</summary>
    public int NextTable => _tables.Next;

    /// <summary>Captures a table from the next transaction on.</summary>
    /// <param name="capture">The table; not captured yet.</param>
    /// <param name="isComplete">True when it has no rows here.</param>
    /// <returns>Its number towards the output.</returns>
    /// <exception cref="InvalidOperationException">A transaction is open.</exception>
    public int AddTable(TableCapture capture, bool isComplete)
    {
        RequireTransactionEnd();
        var table = _tables.Add(capture, isComplete);
        _epochs.AddTable(table, capture.Schema);
        return table;
    }

    /// <summary>Captures a table no longer from the next transaction on; rows that wait are still handed on. False when it was not captured.</summary>
    /// <param name="name">Qualified name.</param>
    /// <exception cref="InvalidOperationException">A transaction is open.</exception>
    public bool RemoveTable(string name)
    {
        RequireTransactionEnd();
        return _tables.Remove(name);
    }

    /// <summary>An epoch ends exactly at this set, and reading with it.</summary>
    /// <param name="set">Where the log comes by; null: it is read on and on.</param>
    public void StopAt(GtidSet? set)
    {
        _stop = set;
        if (set is not null)
        {
            _epochs.EndAt(set);
        }
    }

    /// <summary>Sees to it that tables which the log cannot be followed for are not captured any more, but read beside it: the output is told, and what happens to them in the log is passed over.</summary>
    /// <returns>What there was; null for nothing.</returns>
    public async ValueTask<Interruption?> LetGoAsync(ISourceOutput output, CancellationToken cancellationToken)
    {
        if ((_tables.TakeInterruption() ?? TakeRequests() ?? _tables.Selected?.Overdue()) is not { } interruption)
        {
            return null;
        }

        foreach (var name in interruption.Tables)
        {
            if (_tables.Find(name) is { } table)
            {
                await output.TableChangedAsync(
                    new TableChange(TableChangeKind.Interrupted, table.Index, table.Capture, null, _included.Position, interruption.Reason), cancellationToken).ConfigureAwait(false);
                _tables.Remove(name);
            }
        }

        _tables.Selected!.Ignore(interruption.Tables);
        return interruption;
    }

    /// <summary>Tables that were ignored are not any more, since they were read.</summary>
    public void Heed(IEnumerable<string> tables) => _tables.Selected!.Heed(tables);

    /// <inheritdoc cref="SelectedTables.Forgo"/>
    public void Forgo(IEnumerable<KeyValuePair<string, Gtid?>> tables) => _tables.Selected!.Forgo(tables);

    /// <summary>Takes one whole event: common header, body, and checksum if the stream has them. Nothing keeps the span.</summary>
    /// <exception cref="MySqlProtocolException">Malformed, wrong checksum, or an event this library does not know.</exception>
    /// <exception cref="BinlogUnavailableException">The server's log format settings are not as required; the message prints the statement.</exception>
    /// <exception cref="SchemaMismatchException">A captured table changed its definition.</exception>
    /// <exception cref="UnsupportedTypeException">A value that cannot be represented.</exception>
    /// <exception cref="InvalidOperationException">A compressed transaction is open: <see cref="FlushAsync"/> has to be called first.</exception>
    public void Process(ReadOnlySpan<byte> eventBytes)
    {
        if (_transactions.HasMore || _transactions.Alterations.Count > 0 || _transactions.Arrival is not null)
        {
            throw new InvalidOperationException("FlushAsync reads the open transaction on and has to be called before the next event.");
        }

        var type = eventBytes.Length > 4 ? (EventType)eventBytes[4] : EventType.Unknown;
        try
        {
            _transactions.Read(_cursor.Read(eventBytes));
        }
        catch (Exception e) when (Locate(e, type) is { } located)
        {
            throw located;
        }
    }

    /// <inheritdoc cref="EpochBuilder.FlushAsync"/>
    /// <remarks>Reads an open compressed transaction on, with the exceptions of <see cref="Process"/>.</remarks>
    public async ValueTask FlushAsync(ISourceOutput output, bool idle, CancellationToken cancellationToken)
    {
        if (_transactions.Alterations.Count > 0)
        {
            await _epochs.FinishAsync(output, cancellationToken).ConfigureAwait(false);
            foreach (var alteration in _transactions.Alterations)
            {
                await output.TableChangedAsync(alteration.At(_included.Position), cancellationToken).ConfigureAwait(false);
            }

            _transactions.Follow();
        }

        while (true)
        {
            if (_transactions.Arrival is { } arrival)
            {
                await output.TableChangedAsync(arrival.At(_tables.Next, _included.Position), cancellationToken).ConfigureAwait(false);
                _transactions.Welcome();
            }

            await _epochs.FlushAsync(output, _transactions.Open, (idle || IsStopped) && !_transactions.HasMore, cancellationToken).ConfigureAwait(false);
            if (!_transactions.HasMore)
            {
                return;
            }

            try
            {
                _transactions.Continue();
            }
            catch (Exception e) when (Locate(e, EventType.TransactionPayload) is { } located)
            {
                throw located;
            }

            if (!NeedsFlush && !idle)
            {
                return;
            }
        }
    }

    /// <inheritdoc cref="TransactionReader.Discard"/>
    public void DiscardOpen() => _transactions.Discard();

    /// <inheritdoc cref="TransactionReader.DropOpenRows"/>
    public void DropOpenRows() => _transactions.DropOpenRows();

    public void Dispose()
    {
        _transactions.Dispose();
        _epochs.Dispose();
    }

    /// <summary>The error with the place in the log; null for one that already tells it.</summary>
    private CdcLakeException? Locate(Exception error, EventType type) => error switch
    {
        MySqlProtocolException { Origin: null } =>
            new MySqlProtocolException($"{_cursor.Where}, event {type} (code {(int)type}): {error.Message} {CorruptAdvice}", error) { Origin = _cursor.Origin, Offset = _cursor.EventOffset },
        UnsupportedTypeException => new UnsupportedTypeException($"{_cursor.Where}: {error.Message}", error),
        OverflowException => new UnsupportedTypeException(
            $"{_cursor.Where}: one event changes so many or so large rows that a column would exceed 2 GB. Leave that column out of the query, or capture the table anew without it.", error),
        _ => null,
    };

    // What is not captured is read beside the log already, or has no rows.
    private Interruption? TakeRequests() => _requests.HasNew ? new Interruption("it was asked for", [.. _requests.Take().Where(t => _tables.Find(t) is not null)], null) : null;

    private void RequireTransactionEnd()
    {
        if (!AtTransactionEnd)
        {
            throw new InvalidOperationException("Tables are added and removed between transactions.");
        }
    }
}
