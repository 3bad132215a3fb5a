using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Planning;

/// <summary>
/// One operator of a bound plan: all types known, all columns nobody needs gone. Nodes are shared by reference where a stream fans out; a node with two consumers
/// is one operator.
/// </summary>
/// <param name="Name">Named by content, unique within the plan: <c>join(appdb.sales,appdb.products)</c>.</param>
/// <param name="Schema">Columns of the batches it emits.</param>
/// <param name="Fingerprint">Hex hash of the operator's meaning and its inputs' fingerprints; equal fingerprints mean interchangeable state.</param>
internal abstract record PlanNode(string Name, Schema Schema, string Fingerprint);

/// <summary>Changes of a captured table; <paramref name="Table"/> is its index in the list of captures.</summary>
internal sealed record TableNode(string Name, Schema Schema, string Fingerprint, int Table) : PlanNode(Name, Schema, Fingerprint);

/// <summary>Keeps rows for which the condition is true.</summary>
internal sealed record FilterNode(string Name, Schema Schema, string Fingerprint, PlanNode Input, Func<Predicate> Condition)
    : PlanNode(Name, Schema, Fingerprint);

/// <summary>Computes new columns row by row.</summary>
internal sealed record ProjectNode(string Name, Schema Schema, string Fingerprint, PlanNode Input, Func<Projection> Columns)
    : PlanNode(Name, Schema, Fingerprint);

/// <summary>
/// Inner equi-join. Rows with a null in the key match nothing. The key columns of both sides have pairwise equal types.
/// <see cref="PlanNode.Schema"/> is all columns of the left followed by all columns of the right, under unique names.
/// </summary>
internal sealed record JoinNode(
    string Name, Schema Schema, string Fingerprint, PlanNode Left, PlanNode Right, IReadOnlyList<int> LeftKey, IReadOnlyList<int> RightKey)
    : PlanNode(Name, Schema, Fingerprint);

/// <summary>
/// One row per group that has rows; nulls in the key are equal to each other. No key columns: one group, present while the input has rows.
/// <see cref="PlanNode.Schema"/> is the key columns followed by one column per call.
/// </summary>
internal sealed record AggregateNode(
    string Name, Schema Schema, string Fingerprint, PlanNode Input, IReadOnlyList<int> Key, IReadOnlyList<AggregateCall> Calls)
    : PlanNode(Name, Schema, Fingerprint);

/// <summary>A sink's place in the plan; <paramref name="Sink"/> is its index in the order of the <c>To…</c> calls.</summary>
internal sealed record SinkNode(string Name, Schema Schema, string Fingerprint, PlanNode Input, IReadOnlyList<int> Key, int Sink)
    : PlanNode(Name, Schema, Fingerprint);
