namespace CdcLake.Connectors;

/// <summary>
/// A stream of changes of several tables of one server, in one commit order. One object serves one running pipeline.
/// Errors that cannot be retried are thrown as <see cref="CdcLakeException"/>; transient ones are retried inside and reported as progress.
/// </summary>
internal interface ISource : IAsyncDisposable
{
    /// <summary>For status, names of operators and messages; without secrets. Example: <c>mysql(localhost:3306)</c>.</summary>
    string Name { get; }

    /// <summary>
    /// True when a start without a position delivers the existing rows first, as one epoch with <see cref="Epoch.IsCompleteResult"/> (a server);
    /// false when it reads the log from its beginning (files).
    /// </summary>
    bool StartsWithSnapshot => false;

    /// <summary>
    /// True when a captured table that changes in a way which its log cannot tell is read anew: targets are given a <see cref="EpochKind.CompleteResult"/> then, and may
    /// have held other columns before.
    /// </summary>
    bool FollowsTables => false;

    /// <summary>
    /// Once <see cref="RunAsync"/> has returned: why the tables have to be described and read anew, from behind the last epoch; null when there is nothing more to read.
    /// </summary>
    string? Rereads => null;

    /// <summary>Checks that the source can be captured at all, and describes the tables.</summary>
    /// <exception cref="BinlogUnavailableException">A setting or grant is missing; the message prints the statement that fixes it.</exception>
    /// <exception cref="SchemaMismatchException">A table does not exist.</exception>
    Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken);

    /// <summary>The same for all tables of a database that are meant and exist now, in the order of their names; views are none.</summary>
    /// <exception cref="BinlogUnavailableException">The source cannot be captured, or does not know its tables.</exception>
    Task<IReadOnlyList<SourceTable>> DescribeAsync(TableSelection selection, CancellationToken cancellationToken) =>
        throw new BinlogUnavailableException($"{Name} does not say which tables there are in {selection.Database}. Name the tables, or read from a server.");

    /// <summary>
    /// True when tables are described as they were at a position, from where a run goes on with columns that changed in place before; false when as they are now.
    /// </summary>
    bool DescribesPositions => false;

    /// <summary>Describes the tables as they were at a position; only where <see cref="DescribesPositions"/>.</summary>
    /// <exception cref="SchemaMismatchException">A table does not exist.</exception>
    Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, SourcePosition at, CancellationToken cancellationToken) => DescribeAsync(tables, cancellationToken);

    /// <summary>Reads back what <see cref="SourcePosition.Properties"/> gave.</summary>
    /// <exception cref="CheckpointException">The properties are not a position of this kind of source.</exception>
    SourcePosition ParsePosition(IReadOnlyDictionary<string, string> properties);

    /// <summary>
    /// Where a pipeline begins of which no target holds a position yet: a place in the log, from which the tables are followed without their existing rows (its
    /// <see cref="SourcePosition.Since"/> says so). Null: as <see cref="StartsWithSnapshot"/> says.
    /// </summary>
    /// <exception cref="BinlogUnavailableException">The log does not reach back to the place that is asked for, or not yet up to it.</exception>
    Task<SourcePosition?> FindStartAsync(CancellationToken cancellationToken) => Task.FromResult<SourcePosition?>(null);

    /// <summary>
    /// Whether the log can still be read on from a position; false: it cannot, and instead of failing the source delivers all rows anew, as one epoch with
    /// <see cref="Epoch.IsCompleteResult"/>.
    /// </summary>
    /// <exception cref="BinlogUnavailableException">It cannot, and a new snapshot is not wanted.</exception>
    Task<bool> CanContinueAsync(SourcePosition from, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Whether the log can still be read on from a position, whatever becomes of that.</summary>
    Task<bool> ReachesBackAsync(SourcePosition from, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>All transactions that the server has at this moment. Null where the source is only a log, whose end is known when it is reached.</summary>
    Task<SourcePosition?> LatestAsync(CancellationToken cancellationToken) => Task.FromResult<SourcePosition?>(null);

    /// <summary>Opens the tables as they are at some moment after a position, beside whatever runs. Null where the source is only a log.</summary>
    /// <param name="tables">The tables; a table's key is among its columns.</param>
    /// <param name="since">Keys that changed since then are told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ISourceView?> OpenViewAsync(IReadOnlyList<TableCapture> tables, SourcePosition since, CancellationToken cancellationToken) => Task.FromResult<ISourceView?>(null);

    /// <summary>
    /// Pushes epochs until the token is cancelled, or, for a finite source (files), until its end; returns after the last whole epoch.
    /// Reconnects by itself. On cancellation it throws <see cref="OperationCanceledException"/> or returns, leaving an unfinished epoch unfinished.
    /// </summary>
    Task RunAsync(SourceStart start, ISourceOutput output, CancellationToken cancellationToken);
}
