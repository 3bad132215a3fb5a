using CdcLake.Connectors;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>
/// Turns a logical plan and real tables into operators: finds columns, decides types, drops columns that nobody reads, puts projections where joins and aggregates need
/// computed columns, checks sink keys. One instance binds one plan.
/// </summary>
internal sealed partial class Planner : ILogicalVisitor<BoundStream>
{
    private readonly NodeFactory _nodes = new();
    private readonly Dictionary<LogicalNode, ColumnSet> _read;
    private readonly Dictionary<LogicalNode, BoundStream> _bound = new(ReferenceEqualityComparer.Instance);
    private readonly List<TableCapture> _captures = [];

    private readonly BoundPlan? _written;

    private Planner(Dictionary<LogicalNode, ColumnSet> read, BoundPlan? written) => (_read, _written) = (read, written);

    /// <summary>Gives a plan the types of the real tables, every operator as it is in the plan.</summary>
    /// <param name="plan">What to compute.</param>
    /// <param name="tables">By qualified name; has every one of <see cref="LogicalPlan.Tables"/>.</param>
    /// <exception cref="SchemaMismatchException">Row types and tables do not agree, or a key is not fit for one.</exception>
    /// <exception cref="UnsupportedTypeException">A column that is read cannot be captured.</exception>
    public static BoundPlan Bind(LogicalPlan plan, IReadOnlyDictionary<string, SourceTable> tables) => Bind(plan, tables, null).Bound;

    /// <summary>The same with what is known of each operator's rows.</summary>
    /// <param name="plan">What to compute.</param>
    /// <param name="tables">By qualified name.</param>
    /// <param name="written">A plan that computes the same: sinks get the very columns, keys and fingerprints that they have there. Null for none.</param>
    public static PlanFacts Bind(LogicalPlan plan, IReadOnlyDictionary<string, SourceTable> tables, BoundPlan? written)
    {
        var order = LogicalOrder.InputsFirst(plan.Sinks);
        var planner = new Planner(ColumnPruning.Compute(plan, order), written);
        planner.BindTables(plan, order.OfType<LogicalTable>().ToList(), tables);
        foreach (var node in order)
        {
            planner._bound[node] = node.Accept(planner);
        }

        var sinks = plan.Sinks.Select((sink, i) => planner.Sink(sink, i)).ToList();
        var captures = planner._captures.Select((c, i) => c with { ChangesInPlace = c.ReadsAll && planner._nodes.Nodes.All(n => n is SinkNode || !n.Inputs.Any(t => t is TableNode { Table: var table } && table == i)) }).ToList();
        var bound = new BoundPlan(captures, sinks, NodeFactory.Hash(sinks.Select(s => s.Fingerprint)), [.. planner._nodes.Nodes])
        {
            Logical = plan,
            Details = planner._nodes.Details,
        };
        return new PlanFacts(plan, order, bound, planner._bound, planner._read);
    }

    /// <summary>All tables are bound beforehand: two uses of one table share its capture.</summary>
    BoundStream ILogicalVisitor<BoundStream>.Table(LogicalTable node) => _bound[node];

    private static List<ColumnName>? PrimaryKey(SourceTable table, Dictionary<string, int> ordinals)
    {
        var key = table.PrimaryKey.Select(k => ordinals.FirstOrDefault(o => o.Value == k).Key).ToList();
        return key.Count == 0 || key.Contains(null!) ? null : [.. key.Select(k => new ColumnName(0, k))];
    }

    private static Dictionary<int, ColumnOrigin> Origins(SourceTable table, List<int> captured) =>
        captured.Select((ordinal, i) => (i, Part: table.PrimaryKey.ToList().IndexOf(ordinal))).ToDictionary(c => c.i, c => new ColumnOrigin("", c.Part, table.PrimaryKey.Count));
}
