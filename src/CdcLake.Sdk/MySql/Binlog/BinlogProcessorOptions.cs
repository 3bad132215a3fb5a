using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

/// <summary>What a <see cref="BinlogEventProcessor"/> captures and where it begins.</summary>
internal sealed record BinlogProcessorOptions
{
    /// <summary>Captured tables; their index is the table number in <see cref="ISourceOutput.ChangesAsync"/>.</summary>
    public required IReadOnlyList<TableCapture> Tables { get; init; }

    /// <summary>Transactions that are included already: they are skipped unread when the log contains them.</summary>
    public GtidSet Executed { get; init; } = GtidSet.Empty;

    /// <summary>Where the pipeline began without the rows from before; null when it has all rows.</summary>
    public GtidSet? Began { get; init; }

    /// <summary>Sets at which an epoch must end exactly, since a sink has committed there.</summary>
    public IReadOnlyList<GtidSet> Boundaries { get; init; } = [];

    /// <summary>What a date becomes that no calendar has.</summary>
    public DatePolicy Dates { get; init; } = DatePolicy.Strict;

    /// <summary>
    /// XA transactions that were prepared before the log is read and whose outcome the start already shows: their XA COMMIT is passed over. Of any other that was
    /// prepared before, XA COMMIT stops the source.
    /// </summary>
    public IReadOnlyCollection<XaId> SettledXa { get; init; } = [];

    /// <summary>Qualified names of tables that are not captured and whose changes may be logged as statements.</summary>
    public IReadOnlyCollection<string> StatementTables { get; init; } = [];

    /// <summary>When to close an epoch although more transactions are at hand.</summary>
    public EpochLimits Limits { get; init; } = EpochLimits.Default;

    /// <summary>Measures the age of an open epoch.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Counts what is read.</summary>
    public SourceMeter Meter { get; init; } = new(TimeProvider.System);

    /// <summary>
    /// True when captured tables are empty before the first event (replay of complete files): then DDL on a table of which no row was seen is harmless.
    /// False when they may have rows already (a snapshot was read, or the log has predecessors): then DDL on a table that was not created in the log
    /// stops the source.
    /// </summary>
    public bool StartsEmpty { get; init; }

    /// <summary>
    /// True when nothing was captured yet and the log does not reach back to its beginning: a captured table must then be created in it before it has
    /// rows, since rows from before would be missing.
    /// </summary>
    public bool TablesMustBeCreated { get; init; }

    /// <summary>True when the output is told of columns that change in place (<see cref="TableCapture.ChangesInPlace"/>), and the log is read on.</summary>
    public bool FollowsInPlace { get; init; }

    /// <summary>The same for statements of transactions that are included already: so it is found out what tables are like behind them.</summary>
    public bool FollowsIncluded { get; init; }

    /// <summary>True when a statement that changes rows or columns which are read ends the log before it, so that tables are read anew, instead of being an error.</summary>
    public bool RereadsAfterStatements { get; init; }

    /// <summary>The same for a table that is another one in the log than it was planned for, without a statement that says so.</summary>
    public bool RereadsOtherTables { get; init; }

    /// <summary>The tables of a database that are meant, which come and go in its log; null where <see cref="Tables"/> are all.</summary>
    public TableSelection? Selection { get; init; }

    /// <summary>Qualified names of tables of it that are read beside the log, and added then.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Tables of it that are to be read anew since somebody asked for it.</summary>
    public RereadRequests Requests { get; init; } = new();

    /// <summary>True when foreign keys whose consequences are not logged are followed by whoever reads the rows.</summary>
    public bool FollowsForeignKeys { get; init; }

    /// <summary>True when rows that the log has in part are completed from a copy of all rows of their tables, by whoever reads them.</summary>
    public bool CompletesRows { get; init; }

    /// <summary>True when nobody follows foreign keys whose consequences are not logged: a table that gets one stops the source where its log is such.</summary>
    public bool ForeignKeysMustTell { get; init; }

    /// <summary>True when views that were opened before are still to be read: what changes rows in them, although none come or go, counts as a change of rows.</summary>
    public bool GuardsViews { get; init; }

    /// <summary>Rows of one unfinished transaction that are held back so that they can be dropped; a larger transaction is handed on while it is read.</summary>
    public int HeldRows { get; init; } = 65_536;

    /// <summary>The same in bytes of their images in the log.</summary>
    public long HeldBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Bytes in the log of rows of all XA transactions that are prepared and not decided; more are refused. An XA transaction is held back up to this size too, since
    /// what was handed on could not wait for its end.
    /// </summary>
    public long PreparedBytes { get; init; } = 256 << 20;
}
