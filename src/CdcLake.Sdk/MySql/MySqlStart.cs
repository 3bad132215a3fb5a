using System.Globalization;
using CdcLake.Connectors;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.StartPoints;

namespace CdcLake;

/// <summary>
/// Where a new pipeline begins to read a server (<see cref="MySqlSourceOptions.StartAt"/>). It counts only while no target holds a position of the pipeline: one that does
/// decides by itself where reading goes on. Immutable.
/// <para>
/// Except for <see cref="Snapshot"/> and <see cref="FromIceberg(IcebergNamespace, string)"/> the existing rows are not read. A target then holds the rows that were inserted or updated since, as they are now; a change of an older row is
/// its first. That stays so for the pipeline's life, also when the option is changed later. Joins, aggregates and other operators that keep rows need all of them: with such a
/// start they end the pipeline at its start with a <see cref="BinlogUnavailableException"/>.
/// </para>
/// </summary>
public sealed class MySqlStart
{
    private readonly string _text;

    private MySqlStart(StartPoint? point, string text) => (Point, _text) = (point, text);

    private MySqlStart(IcebergReplicas replicas) => (Rows, _text) = (replicas, replicas.Name);

    /// <summary>The existing rows at exactly one GTID set, then every change behind it.</summary>
    public static MySqlStart Snapshot { get; } = new(null, "a snapshot");

    /// <summary>The transactions that commit from the moment on at which the pipeline first reaches the server.</summary>
    public static MySqlStart Latest { get; } = new(new StartPoint.Latest(), "the latest transaction");

    /// <summary>The oldest transaction that the server still has in its log.</summary>
    public static MySqlStart Earliest { get; } = new(new StartPoint.Earliest(), "the earliest transaction in the log");

    /// <summary>What the server reads its log for; null for a snapshot.</summary>
    internal StartPoint? Point { get; }

    /// <summary>Whose rows it begins with in place of the server's; null for none.</summary>
    internal IInitialRows? Rows { get; }

    /// <summary>
    /// The rows of replicas in a lake, at a GTID set that all of them have a snapshot of, then every change behind it: the tables of the server are not read, however large they are. For joins, aggregates
    /// and all else, exact as from <see cref="Snapshot"/>. The replicas may be written meanwhile; each is a whole table, as <c>ToIceberg</c> of <see cref="MySqlSource.Database"/> or of a single table
    /// without operators keeps it, and has its columns as they are now. Tables that are committed together have a GTID set in common.
    /// <para>
    /// What is wanted as the server has it is read there: tables that are read anew after an <c>ALTER</c> or on request, and all of them where targets show more than the replicas do.
    /// </para>
    /// </summary>
    /// <param name="replicas">Has a replica of each table of the pipeline, named like it without its database.</param>
    /// <param name="atGtid">A GTID set as MySQL prints it, for the newest snapshots that are included in it; null for the newest.</param>
    /// <exception cref="ArgumentException">Not a GTID set.</exception>
    public static MySqlStart FromIceberg(IcebergNamespace replicas, string? atGtid = null)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        return new MySqlStart(new IcebergReplicas($"the Iceberg tables {replicas.Name}.*", replicas.TableOf, UpTo(atGtid)));
    }

    /// <inheritdoc cref="FromIceberg(IcebergNamespace, string)"/>
    /// <param name="replicaOf">The replica of a table, from its name with its database: <c>shop.orders</c>.</param>
    /// <param name="atGtid">A GTID set as MySQL prints it, for the newest snapshots that are included in it; null for the newest.</param>
    public static MySqlStart FromIceberg(Func<string, IcebergTable> replicaOf, string? atGtid = null)
    {
        ArgumentNullException.ThrowIfNull(replicaOf);
        return new MySqlStart(new IcebergReplicas("the Iceberg replicas of its tables", replicaOf, UpTo(atGtid)));
    }

    /// <summary>Behind a set of transactions, such as another tool stores it, or <c>@@GLOBAL.gtid_executed</c> of a backup.</summary>
    /// <param name="set">
    /// All transactions that are not to be read: <c>3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77</c>. Every other one in the log is, so a single number instead of a range that begins
    /// with 1 asks for nearly everything.
    /// </param>
    /// <exception cref="ArgumentException">Not a GTID set.</exception>
    public static MySqlStart AfterGtids(string set) => new(new StartPoint.AfterGtids(GtidPosition.Parse(set, nameof(set)).Executed), $"GTID set {set}");

    /// <summary>A place in the log of the first host of the connection string, as <c>SHOW BINARY LOG STATUS</c> prints it: the end of a transaction.</summary>
    /// <param name="file">Name of a log file: <c>binlog.000012</c>.</param>
    /// <param name="position">Offset in it, in bytes; 4 or more.</param>
    /// <exception cref="ArgumentException">The name is empty or the position is below 4.</exception>
    public static MySqlStart AtPosition(string file, long position)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        ArgumentOutOfRangeException.ThrowIfLessThan(position, 4);
        return new MySqlStart(new StartPoint.AtPlace(file, position), string.Create(CultureInfo.InvariantCulture, $"{file}:{position}"));
    }

    /// <summary>The first transaction in the server's log that was committed at or after a time, by the clock of the server where it was committed first.</summary>
    /// <param name="time">Not ahead of the server's clock, and not before the oldest file of its log.</param>
    public static MySqlStart AtTime(DateTimeOffset time) => new(new StartPoint.AtTime(time), string.Create(CultureInfo.InvariantCulture, $"{time:O}"));

    private static MySqlPosition? UpTo(string? gtid) => gtid is null ? null : GtidPosition.Parse(gtid, "atGtid");

    /// <summary>For people: <c>binlog.000012:157</c>.</summary>
    public override string ToString() => _text;
}
