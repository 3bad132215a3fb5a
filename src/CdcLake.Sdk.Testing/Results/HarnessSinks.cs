using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;
using CdcLake.Runtime;
using CdcLake.Testing.Runs;

namespace CdcLake.Testing.Results;

/// <summary>The targets of a pipeline, for the tables as they are: of a whole database they come with its tables, and stay known when these go. Not thread-safe.</summary>
/// <param name="definition">The pipeline as the application builds it.</param>
/// <param name="servers">What it reads and writes.</param>
internal sealed class HarnessSinks(PipelineDefinition definition, HarnessServers servers)
{
    private readonly Dictionary<string, SinkTable> _gone = new(StringComparer.Ordinal);
    private IReadOnlyList<SourceTable> _tables = [];
    private IReadOnlyList<SinkTable> _sinks = [];

    /// <summary>Those that the pipeline writes now.</summary>
    /// <exception cref="SchemaMismatchException">It cannot, with the tables as they are.</exception>
    public IReadOnlyList<SinkTable> Now
    {
        get
        {
            IReadOnlyList<SourceTable> tables = definition.Plan.Database is { } database
                ? [.. servers.Database.Tables.Where(t => database.Selection.TakesQualified(t.Name)).Select(t => t.Description)]
                : [.. definition.Plan.Tables.Select(t => servers.Database.Table(t).Description)];
            if (_sinks.Count == 0 || !tables.SequenceEqual(_tables, ReferenceEqualityComparer.Instance))
            {
                (_tables, _sinks) = (tables, Bind(tables));
            }

            return _sinks;
        }
    }

    /// <summary>Notes the targets that there are, before a statement that may take their tables away.</summary>
    public void Remember() => _ = Now;

    /// <summary>The target of a name; one whose table is gone, too.</summary>
    /// <exception cref="ArgumentException">There is no such target, or there are several.</exception>
    public SinkTable Of(string target)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        var now = Now;
        var found = now.Where(s => s.Table is not null && (s.Name == target || s.Table == target)).ToList();
        return found switch
        {
            [var sink] => sink,
            [] when _gone.Values.FirstOrDefault(s => s.Name == target || s.Table == target) is { } gone => gone,
            [] => throw new ArgumentException(
                $"Pipeline \"{definition.Name}\" has no target {target} whose rows could be read here. {NearestNames.Suggest(target, now.Select(s => s.Table ?? s.Name))} "
                + "Views and sinks of the application are read by the application.", nameof(target)),
            _ => throw new ArgumentException($"{target} is the name of {string.Join(" and ", found.Select(s => s.Name))}. Say which is meant by one of these.", nameof(target)),
        };
    }

    private List<SinkTable> Bind(IReadOnlyList<SourceTable> tables)
    {
        var plan = definition.Plan.Of(tables);
        if (plan.Sinks.Count == 0)
        {
            return []; // a database without tables
        }

        var bound = Planner.Bind(plan, tables.ToDictionary(t => t.Name, StringComparer.Ordinal));
        var sinks = bound.Sinks.Zip(definition.TargetsOf(plan), (node, target) => new SinkTable(definition.Name, node, target, servers)
        {
            Replicates = plan.Database is not null && plan.Sinks[node.Sink].Input is LogicalTable table ? table.Table : null,
        }).ToList();
        if (plan.Database is not null)
        {
            sinks.ForEach(s => _gone[s.Name] = s);
        }

        return sinks;
    }
}
