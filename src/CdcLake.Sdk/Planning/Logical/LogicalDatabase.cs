using CdcLake.Connectors;

namespace CdcLake.Planning.Logical;

/// <summary>
/// The tables of a database as they are, each kept by sinks of its own. Which tables these are the source says when a pipeline starts, and while it runs;
/// <see cref="LogicalPlan.Of"/> then gives the plan for them. Put together by one thread, frozen by <c>Build</c>.
/// </summary>
/// <param name="source">The server.</param>
/// <param name="selection">Its tables that are meant.</param>
internal sealed class LogicalDatabase(ISourceTarget source, TableSelection selection)
{
    private readonly List<LogicalReplica> _replicas = [];

    public ISourceTarget Source => source;

    public TableSelection Selection => selection;

    /// <summary>In the order of the <c>To…</c> calls.</summary>
    public IReadOnlyList<LogicalReplica> Replicas => _replicas;

    public void Add(LogicalReplica replica) => _replicas.Add(replica);

    /// <summary>The sinks of a table, in the order of the calls.</summary>
    /// <exception cref="SchemaMismatchException">It has no primary key.</exception>
    public IEnumerable<LogicalSink> SinksOf(SourceTable table)
    {
        var node = new LogicalTable(source, table.Name, null);
        return _replicas.Select(r => new LogicalSink(node, $"{r.Kind}({r.NameOf(table.Name)})", r.TargetOf(table.Name), null, null));
    }

    /// <summary>Refuses tables that cannot be replicated one by one, all at once.</summary>
    /// <exception cref="SchemaMismatchException">Some have no primary key, or two have the same target.</exception>
    public void Require(IReadOnlyCollection<SourceTable> tables)
    {
        var keyless = tables.Where(t => t.PrimaryKey.Count == 0).Select(t => t.Name).ToList();
        if (keyless.Count > 0)
        {
            throw new SchemaMismatchException(
                $"{string.Join(", ", keyless)} of database {selection.Database} {(keyless.Count == 1 ? "has" : "have")} no primary key, so that rows cannot be told apart. "
                + "Add one (a server with sql_generate_invisible_primary_key=ON does so by itself), or leave the table out: "
                + $"mysql.Database(\"{selection.Database}\").Exclude(\"…\").");
        }

        foreach (var replica in _replicas)
        {
            if (tables.GroupBy(t => replica.NameOf(t.Name), StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } clash)
            {
                throw new SchemaMismatchException(
                    $"{string.Join(" and ", clash.Select(t => t.Name))} would both be written to {replica.Kind}({clash.Key}). Give them different names, or leave one out.");
            }
        }
    }
}

/// <summary>One <c>To…</c> call of a database.</summary>
/// <param name="Kind">Kind of the target: <c>iceberg</c>.</param>
/// <param name="Place">Where the targets are, for people: <c>raw.*</c>.</param>
/// <param name="NameOf">The target's name, from the qualified name of a table.</param>
/// <param name="TargetOf">The target, likewise.</param>
/// <param name="OnDrop">What becomes of it when its table is gone.</param>
internal sealed record LogicalReplica(string Kind, string Place, Func<string, string> NameOf, Func<string, ISinkTarget> TargetOf, DroppedTables OnDrop)
{
    /// <summary>The place as its connector knows it; null where there is no such object.</summary>
    public object? Root { get; init; }

    /// <summary>The replicas that a pipeline of that name has left there: for each its table at the source, its own name, and the target.</summary>
    public Func<string, CancellationToken, Task<IReadOnlyList<(string Table, string Name, IRemovableTarget Target)>>> FindAsync { get; init; } =
        (_, _) => Task.FromResult<IReadOnlyList<(string, string, IRemovableTarget)>>([]);
}
