using CdcLake.Columnar;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;

namespace CdcLake.Tests.Properties;

/// <summary>The library's operator for each node of a test plan.</summary>
internal static class PlanOperators
{
    public static IOperator Create(Plan plan, string name) => plan switch
    {
        FilterPlan filter => Fuse(name, plan.Schema, new FilterTransform(name, plan.Schema, new TestPredicate(filter))),
        ProjectPlan project => Fuse(name, project.Input.Schema, new ProjectTransform(name, new TestProjection(project))),
        JoinPlan { Kind: JoinKind.Inner } join => new JoinOperator(name, join.Schema, join.Left.Schema, join.Right.Schema, join.LeftKey, join.RightKey),
        JoinPlan join => new PartnerOperator(name, join.Schema, join.Kind, join.Left.Schema, join.Right.Schema, join.LeftKey, join.RightKey),
        AggregatePlan aggregate => new AggregateOperator(name, aggregate.Schema, aggregate.Input.Schema, aggregate.Key, aggregate.Calls),
        UnionPlan => new PassOperator(name, plan.Schema, inputs: 2),
        TopPlan top => new TopOperator(name, top.Schema, top.Key, top.Order, top.Descending, top.Count),
        _ => throw new NotSupportedException(name),
    };

    public static IReadOnlyList<Plan> Inputs(Plan plan) => plan switch
    {
        FilterPlan filter => [filter.Input],
        ProjectPlan project => [project.Input],
        JoinPlan join => [join.Left, join.Right],
        AggregatePlan aggregate => [aggregate.Input],
        UnionPlan union => [union.Left, union.Right],
        TopPlan top => [top.Input],
        _ => [],
    };

    private static FusedOperator Fuse(string name, Schema input, ITransform transform) => new(new PassOperator(name, input), [transform]);

    private sealed class TestPredicate(FilterPlan plan) : Predicate
    {
        public override int Select(ChangeBatch batch, Span<int> rows)
        {
            var kept = 0;
            for (var i = 0; i < batch.Count; i++)
            {
                if (plan.Keeps(Cells.Read(batch[plan.Column], i)))
                {
                    rows[kept++] = i;
                }
            }

            return kept;
        }
    }

    private sealed class TestProjection(ProjectPlan plan) : Projection(plan.Schema)
    {
        public override Column[] Evaluate(ChangeBatch batch) => [.. plan.Columns.Select(c =>
        {
            var column = Column.Create(batch[c].Type);
            for (var i = 0; i < batch.Count; i++)
            {
                column.AppendFrom(batch[c], i);
            }

            return column;
        })];
    }
}
