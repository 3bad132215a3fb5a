using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Planning;

/// <summary>
/// Equi-join. Rows with a null in the key have no partner. The key columns of both sides have pairwise equal types.
/// <see cref="PlanNode.Schema"/> is all columns of the left followed by all columns of the right, under unique names; of the left alone where the kind only tests.
/// </summary>
internal sealed record JoinNode(
    string Name, Schema Schema, string Fingerprint, JoinKind Kind, PlanNode Left, PlanNode Right, IReadOnlyList<int> LeftKey, IReadOnlyList<int> RightKey)
    : PlanNode(Name, Schema, Fingerprint)
{
    public override IReadOnlyList<PlanNode> Inputs => [Left, Right];

    public override string Label => "on: ";

    public override string State => $"every row of both sides by key: left ({Print(Left.Schema)}), {StateEstimate.OfRow(Left.Schema)}; right ({Print(Right.Schema)}), {StateEstimate.OfRow(Right.Schema)}";

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Join(this);
}

/// <summary>
/// One row per group that has rows; nulls in the key are equal to each other. No key columns: one group.
/// <see cref="PlanNode.Schema"/> is the key columns followed by one column per call.
/// </summary>
internal sealed record AggregateNode(
    string Name, Schema Schema, string Fingerprint, PlanNode Input, IReadOnlyList<int> Key, IReadOnlyList<AggregateCall> Calls)
    : PlanNode(Name, Schema, Fingerprint)
{
    public override IReadOnlyList<PlanNode> Inputs => [Input];

    public override string Label => "groups: ";

    public override string State => $"one row per group, {StateEstimate.OfGroup(Input.Schema, Key, Calls)}";

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Aggregate(this);
}

/// <summary>
/// The rows whose time, an ordinal of the input, is at most so long before the newest commit. A date counts as its midnight, times without a zone as UTC. Emits the columns of its input.
/// </summary>
internal sealed record RecentNode(string Name, Schema Schema, string Fingerprint, PlanNode Input, int Time, TimeSpan Period)
    : PlanNode(Name, Schema, Fingerprint)
{
    public override IReadOnlyList<PlanNode> Inputs => [Input];

    public override string Label => "keeps: ";

    public override string State => $"every row until its time has passed: ({Print(Schema)}), {StateEstimate.OfRow(Schema)}";

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Recent(this);
}

/// <summary>The first <paramref name="Count"/> rows of each group in an order; no key columns: of all rows. Nulls are smallest. Emits the columns of its input.</summary>
internal sealed record TopNode(
    string Name, Schema Schema, string Fingerprint, PlanNode Input, IReadOnlyList<int> Key, IReadOnlyList<int> Order, bool Descending, int Count)
    : PlanNode(Name, Schema, Fingerprint)
{
    public override IReadOnlyList<PlanNode> Inputs => [Input];

    public override string Label => "keeps: ";

    public override string State => $"every row by group, ordered: ({Print(Schema)}), {StateEstimate.OfRow(Schema)}";

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.Top(this);
}
