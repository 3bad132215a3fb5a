using CdcLake.Expressions;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

// sales ⋈ products, by product                    grouped before the join
//
//   aggregate by p.id: sum(qty)                     select p.id, sum
//     join on product_id = id        keeps all        join on product_id = id           keeps a row per product
//       sales                        sales              aggregate by product_id: sum    keeps a row per product
//       products                                          sales
//                                                       products
//
// Where the key of the products is unique, a row of the sales meets one product or none, and all rows of one product_id meet the same. So their sum can be had before. Where the group
// knows its product_id (by p.id here), there is one row of it for each group, and nothing is left to add up; else the sums of the products of a group are.

/// <summary>Groups below a join on the whole unique key of its other side: the join keeps one row for each group in place of all its rows, and a change of a partner costs one row.</summary>
internal sealed class EagerAggregation : IPlanRule
{
    public PlanMove? Apply(LogicalNode node, PlanFacts facts) =>
        node is LogicalAggregate aggregate && JoinChain.Below(aggregate.Input, facts) is { } chain && IsSplit(aggregate, chain) ? Move(aggregate, chain, facts) : null;

    /// <summary>True when keys and conditions are about one side each.</summary>
    private static bool IsSplit(LogicalAggregate aggregate, JoinChain chain) =>
        aggregate.Keys.All(k => chain.SideOf(k.Value, chain.Top) != Sides.Both)
        && chain.Above.Select((n, level) => n is LogicalFilter filter ? chain.SideOf(filter.Condition, level) : Sides.None).All(s => s is Sides.None or Sides.Partners);

    private static PlanMove? Move(LogicalAggregate aggregate, JoinChain chain, PlanFacts facts)
    {
        var read = aggregate.Calls.Where(c => facts.IsRead(aggregate, c.Name)).ToList();
        var names = new NewNames(chain.Names);
        var groups = new FactGroups(aggregate, chain, names);
        var calls = new PartialCalls(chain, names, new NewNames(aggregate.Keys.Select(k => k.Name).Concat(aggregate.Calls.Select(c => c.Name))));
        var rows = facts.Of(aggregate.Input).Binder;
        var values = groups.AreWhole
            ? read.ConvertAll(c => calls.Whole(c, rows))
            : read.ConvertAll(c => calls.Final(c, rows, aggregate.Keys.Count == 0));
        if (values.Contains(null) || !groups.IsWorthIt(facts) || groups.Input(calls.Partial, facts) is not { } input)
        {
            return null;
        }

        var before = new LogicalAggregate(input, groups.Keys, calls.Partial);
        LogicalNode made = groups.Above(before);
        if (!groups.AreWhole)
        {
            made = new LogicalAggregate(made, groups.Shown, calls.Second);
        }

        var shown = groups.Shown.Select(k => groups.AreWhole ? k : k with { Value = new ColumnExpr(0, k.Name, typeof(object)) });
        made = new LogicalProject(made, [.. shown, .. read.Zip(values, (c, v) => new NamedExpr(c.Name, v!))]);
        var what = calls.Partial.Count == 0 ? "groups" : string.Join(", ", calls.Partial.Select(c => c.Name));
        var by = string.Join(", ", groups.Keys.Select(k => k.Value));
        return new PlanMove(aggregate, made, $"{what} of {facts.Of(chain.Join.Inputs[chain.FactSide]).Stem} by {by}, from above {facts.Of(chain.Join).Node.Name} to below it{(groups.AreWhole ? "" : ", added up above")}");
    }
}
