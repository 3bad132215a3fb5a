using CdcLake.Connectors;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

/// <summary>
/// The step between the plan as it was written and what runs: moves operators where they keep less, as long as every row of every result is the same after every transaction.
/// The plan as written decides what is refused, which columns, keys and fingerprints sinks have, and whether a target holds the result of another query; so a rule that moves
/// more than it did in an earlier version makes another checkpoint necessary, and never another table. <see cref="Planner.Bind(LogicalPlan, IReadOnlyDictionary{string, SourceTable})"/>
/// binds a plan as it was written.
/// </summary>
internal static class PlanOptimizer
{
    /// <summary>Each move takes an operator further down, so that there is an end; this is for a rule that does not.</summary>
    private const int MostMoves = 100;

    private static readonly IPlanRule[] Rules = [new OuterJoinRule(), new FilterRule(), new EagerAggregation()];

    /// <summary>Gives a plan the types of the real tables, and its operators their places.</summary>
    /// <param name="plan">What to compute.</param>
    /// <param name="tables">By qualified name; has every one of <see cref="LogicalPlan.Tables"/>.</param>
    /// <exception cref="SchemaMismatchException">Row types and tables do not agree, or a key is not fit for one.</exception>
    /// <exception cref="UnsupportedTypeException">A column that is read cannot be captured.</exception>
    public static BoundPlan Bind(LogicalPlan plan, IReadOnlyDictionary<string, SourceTable> tables)
    {
        var facts = Planner.Bind(plan, tables, null);
        if (plan.Sinks.Any(s => s.Columns is null))
        {
            return facts.Bound; // all columns of a table in their order, whatever it will have
        }

        var (written, moves) = (facts.Bound, new List<string>());
        while (moves.Count < MostMoves && Next(facts) is { } move)
        {
            facts = Planner.Bind(facts.Plan.With(Replaced(facts, move)), tables, written);
            moves.Add(move.Text);
        }

        return facts.Bound with { Moves = moves };
    }

    private static PlanMove? Next(PlanFacts facts) =>
        Rules.SelectMany(rule => facts.Order.Reverse().Select(node => rule.Apply(node, facts))).FirstOrDefault(move => move is not null);

    /// <summary>The plan with one operator in place of another one, for all that read it.</summary>
    private static List<LogicalSink> Replaced(PlanFacts facts, PlanMove move)
    {
        var made = new Dictionary<LogicalNode, LogicalNode>(ReferenceEqualityComparer.Instance);
        foreach (var node in facts.Order)
        {
            made[node] = node == move.Node ? move.Replacement
                : node.Inputs.All(i => made[i] == i) ? node
                : Needed(node, facts).WithInputs([.. node.Inputs.Select(i => made[i])]);
        }

        return [.. facts.Plan.Sinks.Select(s => s with { Input = made[s.Input] })];
    }

    /// <summary>The operator without columns that nobody reads: what they are computed from may be gone.</summary>
    private static LogicalNode Needed(LogicalNode node, PlanFacts facts) => node switch
    {
        LogicalProject project => new LogicalProject(project.Input, [.. project.Columns.Where(c => facts.IsRead(node, c.Name))]),
        LogicalAggregate aggregate => new LogicalAggregate(aggregate.Input, aggregate.Keys, [.. aggregate.Calls.Where(c => facts.IsRead(node, c.Name))]),
        LogicalUnion { Columns: { } columns } union => new LogicalUnion(union.Left, union.Right, [.. columns.Where(c => facts.IsRead(node, c.Name))]),
        _ => node,
    };
}
