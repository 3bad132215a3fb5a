using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.StartPoints;
using CdcLake.MySql.Tables;

namespace CdcLake;

/// <summary>How a <see cref="MySqlSource"/> reads; the defaults suit most servers. Of files only <see cref="InvalidDates"/>, <see cref="InvalidDatesOf"/>, <see cref="StatementTables"/>, <see cref="SchemaChanges"/> and <see cref="Pace"/> matter. Copied when the source is made, so later changes have no effect.</summary>
public sealed class MySqlSourceOptions
{
    /// <summary>
    /// Where a new pipeline begins. It counts only while no target holds a position of the pipeline: the targets are the truth, and one that was written before decides where reading
    /// goes on. To begin anew elsewhere, give the pipeline another name and empty targets.
    /// </summary>
    /// <value>Default: <see cref="MySqlStart.Snapshot"/>, the existing rows and then every change.</value>
    public MySqlStart StartAt { get; set; } = MySqlStart.Snapshot;

    /// <summary>The replica id to show to the server; unique among its replicas.</summary>
    /// <value>Default: null, derived from the names of pipeline and server.</value>
    public uint? ServerId { get; set; }

    /// <summary>
    /// Connections that read an initial snapshot, all at the same position: different tables. From three on they share a table with more than about 65,000 rows and a key that has an order, and read different
    /// ranges of it: worth it where server and program have processors to spare.
    /// </summary>
    /// <value>Default: 2.</value>
    public int SnapshotWorkers { get; set; } = 2;

    /// <summary>
    /// The most rows that an initial snapshot reads in a second, all tables and connections together, so that a server with other work to do is spared. The views that it reads from stay open for
    /// longer with it.
    /// </summary>
    /// <value>Default: null, as fast as server, pipeline and targets can.</value>
    public double? SnapshotRowsPerSecond { get; set; }

    /// <summary>
    /// How long a snapshot may wait for a moment at which it can begin exactly: no XA transaction is prepared, no captured table is being altered, and none without
    /// a key is being written. After that the pipeline ends with an error that names the obstacle.
    /// </summary>
    /// <value>Default: 5 minutes.</value>
    public TimeSpan SnapshotPatience { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a server may take to apply transactions that were already processed, such as a replica that was promoted and is behind. After that its position counts
    /// as lost and the next host, if there is one, is used.
    /// </summary>
    /// <value>Default: 10 minutes.</value>
    public TimeSpan ReplicaPatience { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What to do when the server has removed log that is needed, so that the pipeline cannot go on: false ends it with an error; true takes a new snapshot into the same targets. Readers
    /// notice nothing until one commit replaces all rows at one position. Not for pipelines that began in the middle of the log (<see cref="StartAt"/>), whose targets hold other rows.
    /// </summary>
    /// <value>Default: false.</value>
    public bool ResnapshotWhenPurged { get; set; }

    /// <summary>Time left, before log that a restart needs is removed, from which on <see cref="LogRetentionStatus.IsExpiring"/> warns.</summary>
    /// <value>Default: null, a third of the time the server keeps its log.</value>
    public TimeSpan? RetentionWarning { get; set; }

    /// <summary>How often the server is asked how long it still keeps that log; each time over a connection of its own.</summary>
    /// <value>Default: 1 minute.</value>
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often an idle server says that it is there; after three times as much silence the source reconnects.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest silence of a server that owes an answer or rows of a snapshot; then the connection counts as dead.</summary>
    /// <value>Default: 60 seconds.</value>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>First pause before connecting again; it doubles with each failure. The number of attempts is not limited.</summary>
    /// <value>Default: 100 milliseconds.</value>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause before connecting again.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What becomes of dates that no calendar has, in the log and in the initial snapshot alike.</summary>
    /// <value>Default: <see cref="InvalidDates.Error"/>.</value>
    public InvalidDates InvalidDates { get; set; } = InvalidDates.Error;

    /// <summary>
    /// The same for single tables (<c>appdb.posts</c>) and columns (<c>appdb.posts.created</c>), named as <see cref="MySqlSource.Table(string)"/> takes them; the column's word counts more than
    /// the table's, and that more than <see cref="InvalidDates"/>. A captured table that has no such column ends the pipeline at its start.
    /// </summary>
    /// <value>Default: empty.</value>
    public IDictionary<string, InvalidDates> InvalidDatesOf { get; private set; } = new Dictionary<string, InvalidDates>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Tables that are not captured and whose changes may be logged as statements, which are then passed over: <c>percona.heartbeat</c>, where pt-heartbeat writes. Only statements count that
    /// change this one table and call no stored function; its triggers, if it has any, must not change a captured table. Any other change that is logged as a statement ends the pipeline.
    /// </summary>
    /// <value>Default: empty. Statements on the server's own database <c>mysql</c> pass in any case.</value>
    public IList<string> StatementTables { get; private set; } = [];

    /// <summary>What becomes of statements that change a captured table itself. Of files, and where <see cref="StartAt"/> begins in the log, no table is read anew: columns are followed where they change in place, and for the rest <see cref="SchemaChanges.Follow"/> is <see cref="SchemaChanges.IgnoreUnread"/>.</summary>
    /// <value>Default: <see cref="SchemaChanges.Follow"/>.</value>
    public SchemaChanges SchemaChanges { get; set; } = SchemaChanges.Follow;

    /// <summary>
    /// Whether changes are followed of which the log has only some columns (<c>binlog_row_image</c> MINIMAL and NOBLOB, of the server or of single sessions): what is missing is completed from a
    /// copy of each captured table, as far as it is read, in the pipeline's state. False: the server has to log whole rows, and a session that does not ends the pipeline. Tables are then read anew
    /// after every statement that changes what is read, since the copy has to be.
    /// </summary>
    /// <value>Default: false.</value>
    public bool CompletePartialRows { get; set; }

    /// <summary>How fast files are replayed; a server sets the pace itself. For demonstrations, load tests and the search for errors.</summary>
    /// <value>Default: <see cref="MySqlPace.Unlimited"/>.</value>
    public MySqlPace Pace { get; set; } = MySqlPace.Unlimited;

    /// <summary>What <see cref="StartAt"/> means to the log; null for a snapshot.</summary>
    internal StartPoint? StartPoint => StartAt.Point;

    /// <summary>Replicas whose rows <see cref="StartAt"/> begins with; null for the server's own rows, or none.</summary>
    internal IInitialRows? InitialRows => StartAt.Rows;

    /// <summary>Keeps the pace of a replay.</summary>
    internal ReplayClock Replay(TimeProvider clock) => new(Pace.Factor, Pace.Rows, clock);

    /// <summary>Both together.</summary>
    internal DatePolicy Dates => new(InvalidDates, InvalidDatesOf);

    /// <summary>A validated copy.</summary>
    internal MySqlSourceOptions Freeze()
    {
        if (ServerId == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(ServerId), "A replica id is a number from 1 up; 0 would make the server end the log at its present end.");
        }

        ArgumentNullException.ThrowIfNull(StartAt);
        ArgumentNullException.ThrowIfNull(Pace);
        ArgumentOutOfRangeException.ThrowIfLessThan(SnapshotWorkers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SnapshotWorkers, 64);
        if (SnapshotRowsPerSecond is { } rows && !(rows > 0 && double.IsFinite(rows)))
        {
            throw new ArgumentOutOfRangeException(nameof(SnapshotRowsPerSecond), rows, "A rate is above zero; null for no limit.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(SnapshotPatience, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReplicaPatience, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetentionWarning ?? TimeSpan.Zero, TimeSpan.Zero, nameof(RetentionWarning));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RetentionInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Heartbeat, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Heartbeat, TimeSpan.FromHours(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ReadTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FirstRetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRetryDelay, FirstRetryDelay);
        if (!Enum.IsDefined(InvalidDates))
        {
            throw new ArgumentOutOfRangeException(nameof(InvalidDates), InvalidDates, "Not a value of this option.");
        }

        if (!Enum.IsDefined(SchemaChanges))
        {
            throw new ArgumentOutOfRangeException(nameof(SchemaChanges), SchemaChanges, "Not a value of this option.");
        }

        if (CompletePartialRows && StartAt != MySqlStart.Snapshot)
        {
            throw new ArgumentException($"{nameof(CompletePartialRows)} completes rows from a copy of all rows, so a pipeline has to begin with a snapshot: leave {nameof(StartAt)} at its default.", nameof(StartAt));
        }

        foreach (var (name, policy) in InvalidDatesOf)
        {
            if (!Enum.IsDefined(policy) || name.Split('.').Length < 2)
            {
                throw new ArgumentException($"\"{name}\" = {policy}: write database.table or database.table.column, and a value of {nameof(CdcLake.InvalidDates)}.", nameof(InvalidDatesOf));
            }
        }

        var copy = (MySqlSourceOptions)MemberwiseClone();
        copy.StatementTables = [.. StatementTables.Select(Normal)];
        copy.InvalidDatesOf = new Dictionary<string, InvalidDates>(InvalidDatesOf, StringComparer.OrdinalIgnoreCase);
        return copy;
    }

    private static string Normal(string table)
    {
        try
        {
            return MySqlTableName.Parse(table, null).ToString();
        }
        catch (SchemaMismatchException error)
        {
            throw new ArgumentException($"\"{table}\" is not a qualified table name; write percona.heartbeat.", nameof(table), error);
        }
    }
}
