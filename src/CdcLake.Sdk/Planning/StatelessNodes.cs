using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Kernels;

namespace CdcLake.Planning;

/// <summary>Changes of a captured table; <paramref name="Table"/> is its index in the list of captures.</summary>
internal sealed record TableNode(string Name, Schema Schema, string Fingerprint, int Table) : PlanNode(Name, Schema, Fingerprint)
{
    public override IEnumerable<int> Origins => [Table];

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Table(this);
}

/// <summary>Keeps rows for which the condition is true.</summary>
internal sealed record FilterNode(string Name, Schema Schema, string Fingerprint, PlanNode Input, BoundExpr Condition)
    : PlanNode(Name, Schema, Fingerprint)
{
    /// <summary>The condition as it is run.</summary>
    public Predicate Predicate() => new ProgramPredicate(Condition);

    public override IReadOnlyList<PlanNode> Inputs => [Input];

    public override string Label => "keeps: ";

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Filter(this);
}

/// <summary>Computes new columns row by row, one for each field of <see cref="PlanNode.Schema"/>.</summary>
internal sealed record ProjectNode(string Name, Schema Schema, string Fingerprint, PlanNode Input, IReadOnlyList<BoundExpr> Columns)
    : PlanNode(Name, Schema, Fingerprint)
{
    /// <summary>The columns as they are computed.</summary>
    public Projection Projection() => new ProgramProjection(Schema, Columns);

    public override IReadOnlyList<PlanNode> Inputs => [Input];

    public override string Label => "computes: ";

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Project(this);
}

/// <summary>Computes new rows by a function of the user. <paramref name="Rows"/> makes what runs, under the operator's name; <paramref name="Function"/> is what it calls.</summary>
internal sealed record RowsNode(string Name, Schema Schema, string Fingerprint, PlanNode Input, Delegate Function, Func<string, Projection> Rows)
    : PlanNode(Name, Schema, Fingerprint)
{
    public override IReadOnlyList<PlanNode> Inputs => [Input];

    public override string Label => "calls: ";

    public override bool PrintsColumns => true;

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Rows(this);
}

/// <summary>The rows of two inputs, which have pairwise equal types and the column names of <see cref="PlanNode.Schema"/>.</summary>
internal sealed record UnionNode(string Name, Schema Schema, string Fingerprint, PlanNode Left, PlanNode Right) : PlanNode(Name, Schema, Fingerprint)
{
    public override IReadOnlyList<PlanNode> Inputs => [Left, Right];

    public override bool PrintsColumns => true;

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Union(this);
}

/// <summary>A sink's place in the plan; <paramref name="Sink"/> is its index in the order of the <c>To…</c> calls.</summary>
internal sealed record SinkNode(string Name, Schema Schema, string Fingerprint, PlanNode Input, IReadOnlyList<int> Key, int Sink)
    : PlanNode(Name, Schema, Fingerprint)
{
    public override IReadOnlyList<PlanNode> Inputs => [Input];

    public override string State => "index of the key";

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Sink(this);
}
