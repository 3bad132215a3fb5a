using System.Diagnostics.CodeAnalysis;
using CdcLake.Planning.Logical;
using CdcLake.Runtime;

namespace CdcLake;

/// <summary>
/// The changes of all tables of a database, and where they are replicated to: each table as it is, by its primary key, to a target of its own. All of them are committed at one and the same
/// position. Not thread-safe while the pipeline is being put together.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of changes is what the field calls it; it is no System.IO.Stream.")]
public sealed class DatabaseStream
{
    private readonly LogicalDatabase _database;
    private bool _isBuilt;

    internal DatabaseStream(MySqlDatabase database) => _database = new LogicalDatabase(database.Source, database.Selection);

    /// <summary>Keeps an Iceberg table equal to each table of the database: created with it, evolved with it, and, as the options say, dropped with it.</summary>
    /// <param name="target">Where the tables are; created when it does not exist.</param>
    /// <param name="configure">Sets options; none by default.</param>
    /// <returns>This stream: what follows hangs on it too, not behind the sinks.</returns>
    /// <exception cref="ArgumentException">An option has a value that cannot be followed.</exception>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    public DatabaseStream ToIceberg(IcebergNamespace target, Action<IcebergNamespaceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        var options = new IcebergNamespaceOptions();
        configure?.Invoke(options);
        Add(options.Replica(target));
        return this;
    }

    /// <summary>Validates and freezes. Does no I/O: which tables there are is asked when the pipeline starts.</summary>
    /// <param name="name">
    /// Lower-case letters, digits and hyphens, at most 63. It names the markers in commits: keep it, and a restart goes on where the targets stand.
    /// </param>
    /// <param name="configure">Changes the defaults of <see cref="PipelineOptions"/>.</param>
    /// <exception cref="ArgumentException">The name is not a slug, or an option has a value it does not take.</exception>
    /// <exception cref="InvalidOperationException">There is no sink, or the pipeline was built already.</exception>
    public Pipeline Build(string name, Action<PipelineOptions>? configure = null)
    {
        PipelineName.Require(name);
        var options = new PipelineOptions();
        configure?.Invoke(options);
        options = options.Freeze();
        var plan = LogicalPlan.Create(_database);
        RequireOpen();
        _isBuilt = true;
        return new Pipeline(PipelineDefinition.Of(name, plan, options));
    }

    private void Add(LogicalReplica replica)
    {
        RequireOpen();
        _database.Add(replica);
    }

    private void RequireOpen()
    {
        if (_isBuilt)
        {
            throw new InvalidOperationException("The pipeline of this database was built already; it cannot change any more. Add sinks before Build.");
        }
    }
}
