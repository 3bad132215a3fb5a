using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;
using CdcLake.Planning;

namespace CdcLake.Runtime;

/// <summary>What runs for each node of a plan: an operator, or a transform that runs inside the stage of its input.</summary>
internal sealed class OperatorMaker : IPlanVisitor<MadeOperator>
{
    public static readonly OperatorMaker Instance = new();

    public MadeOperator Table(TableNode node) => default;

    public MadeOperator Sink(SinkNode node) => default;

    public MadeOperator ForeignKeys(ForeignKeysNode node) => new(new ForeignKeyOperator(node.Name, node.Schema, [.. node.Tables.Select(t => t.Schema)], node.Links, node.Columns), null);

    public MadeOperator CompleteRows(CompleteRowsNode node) => new(new CompleteRowsOperator(node.Name, node.Schema, node.Table.Schema, node.Key, node.Columns), null);

    public MadeOperator Filter(FilterNode node) => new(null, new FilterTransform(node.Name, node.Schema, node.Predicate()));

    public MadeOperator Project(ProjectNode node) => new(null, new ProjectTransform(node.Name, node.Projection()));

    public MadeOperator Union(UnionNode node) => new(new PassOperator(node.Name, node.Schema, inputs: 2), null);

    public MadeOperator Join(JoinNode node) => new(
        node.Kind == JoinKind.Inner
            ? new JoinOperator(node.Name, node.Schema, node.Left.Schema, node.Right.Schema, node.LeftKey, node.RightKey)
            : new PartnerOperator(node.Name, node.Schema, node.Kind, node.Left.Schema, node.Right.Schema, node.LeftKey, node.RightKey),
        null);

    public MadeOperator Aggregate(AggregateNode node) => new(new AggregateOperator(node.Name, node.Schema, node.Input.Schema, node.Key, node.Calls), null);

    public MadeOperator Top(TopNode node) => new(new TopOperator(node.Name, node.Schema, node.Key, node.Order, node.Descending, node.Count), null);

    public MadeOperator Rows(RowsNode node) => new(null, new ProjectTransform(node.Name, node.Rows(node.Name)));

    public MadeOperator Recent(RecentNode node) => new(new RecentOperator(node.Name, node.Schema, node.Time, node.Period), null);
}

/// <summary>One of the two, or none where others run it: tables by the source, sinks by their own stages.</summary>
internal readonly record struct MadeOperator(IOperator? Operator, ITransform? Transform);
