using System.Globalization;
using CdcLake.MySql.Gtids;

namespace CdcLake;

/// <summary>How a pipeline is written as Flink SQL; copied by <see cref="Pipeline.ToFlinkSqlAsync"/>.</summary>
public sealed class FlinkSqlOptions
{
    private const int MostReaders = 1024;

    /// <summary>Version of Flink that will run it, 1.17 or later. Names of options and statements follow it.</summary>
    /// <value>Default: <c>1.20</c>.</value>
    public string FlinkVersion { get; set; } = "1.20";

    /// <summary>What the catalog of the Iceberg tables is called in the session; several are numbered. A JDBC catalog is called what its rows say.</summary>
    /// <value>Default: <c>lake</c>.</value>
    public string CatalogName { get; set; } = "lake";

    /// <summary>Subtasks of each operator, 1 to 1024. Flink's <c>parallelism.default</c>.</summary>
    /// <value>Default: 1.</value>
    public int Parallelism { get; set; } = 1;

    /// <summary>How often Flink checkpoints, and with that commits to Iceberg: the age a change may reach before it is visible. Flink's <c>execution.checkpointing.interval</c>.</summary>
    /// <value>Default: null, the pipeline's <see cref="PipelineOptions.CheckpointInterval"/>, one second at least.</value>
    public TimeSpan? CheckpointInterval { get; set; }

    /// <summary>First replica id that Flink's readers show to the server; each table takes <see cref="Parallelism"/> of them. No other replica may have one of them. The connector's <c>server-id</c>.</summary>
    /// <value>Default: null, derived from the pipeline's name.</value>
    public uint? ServerId { get; set; }

    /// <summary>
    /// A GTID set behind which Flink begins to read, instead of an initial snapshot: the position of the table that it goes on with (<see cref="PipelineCommit"/>). For copies of
    /// tables under their own keys; joins, aggregates, filters have to read all rows, since Flink deletes only those that it has seen.
    /// </summary>
    /// <value>Default: null, where the pipeline's source begins: <see cref="MySqlSourceOptions.StartAt"/>.</value>
    public string? StartAfterGtids { get; set; }

    /// <summary>
    /// True to drop the Iceberg tables and create them anew before the job fills them: rows that a snapshot no longer has would stay in a table that is gone on with. Readers find an empty table meanwhile.
    /// </summary>
    /// <value>Default: false.</value>
    public bool ReplacesTables { get; set; }

    /// <summary>
    /// True to accept that Flink compares texts by bytes where the pipeline compares them by a collation of MySQL; each place is a warning. False refuses such a pipeline.
    /// </summary>
    /// <value>Default: false.</value>
    public bool CompareTextsByBytes { get; set; }

    /// <summary>Further settings of the session, by Flink's names: <c>table.exec.state.ttl</c>, <c>state.backend.type</c>. They go before what the pipeline says.</summary>
    /// <value>Default: empty.</value>
    public IDictionary<string, string> Settings { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The version's number.</summary>
    internal Version Version { get; private set; } = new(1, 20);

    /// <summary>A validated copy.</summary>
    internal FlinkSqlOptions Freeze()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(CatalogName);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Parallelism, MostReaders);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointInterval ?? TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10), nameof(CheckpointInterval));
        if (ServerId is 0 or > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(ServerId), ServerId, "Flink takes replica ids from 1 to 2147483647.");
        }

        var version = Version.TryParse(FlinkVersion, out var parsed) && parsed >= new Version(1, 17)
            ? new Version(parsed.Major, parsed.Minor)
            : throw new ArgumentException($"\"{FlinkVersion}\" is no version of Flink from 1.17 on; write 1.20.", nameof(FlinkVersion));
        if (StartAfterGtids is { } gtids)
        {
            _ = GtidPosition.Parse(gtids, nameof(StartAfterGtids));
            if (ReplacesTables)
            {
                throw new ArgumentException($"{nameof(StartAfterGtids)} goes on with the rows of a table, and {nameof(ReplacesTables)} drops them: set one of the two.", nameof(StartAfterGtids));
            }
        }

        var copy = (FlinkSqlOptions)MemberwiseClone();
        copy.Version = version;
        copy.Settings = new Dictionary<string, string>(Settings, StringComparer.Ordinal);
        return copy;
    }

    /// <summary>For messages and settings: milliseconds as Flink reads them.</summary>
    internal static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMilliseconds} ms");
}
