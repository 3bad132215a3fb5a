using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

/// <summary>One way to compute the same with less state.</summary>
internal interface IPlanRule
{
    /// <summary>What may take the place of an operator; null where the rule does not apply or would not be exactly the same.</summary>
    PlanMove? Apply(LogicalNode node, PlanFacts facts);
}

/// <summary>An operator, and another one that gives the same rows.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Replacement">What takes its place. It has the columns of <paramref name="Node"/> that are read, under the same names.</param>
/// <param name="Text">For people: what was moved, and where to.</param>
internal sealed record PlanMove(LogicalNode Node, LogicalNode Replacement, string Text);
