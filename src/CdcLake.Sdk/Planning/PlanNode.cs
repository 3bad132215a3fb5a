using CdcLake.Columnar;

namespace CdcLake.Planning;

/// <summary>
/// One operator of a bound plan: all types known, all columns nobody needs gone. Nodes are shared by reference where a stream fans out; a node with two consumers
/// is one operator. A node describes itself: what it reads, what it prints, what it keeps.
/// </summary>
/// <param name="Name">Named by content, unique within the plan: <c>join(appdb.sales,appdb.products)</c>.</param>
/// <param name="Schema">Columns of the batches it emits.</param>
/// <param name="Fingerprint">Hex hash of the operator's meaning and its inputs' fingerprints; equal fingerprints mean interchangeable state.</param>
internal abstract record PlanNode(string Name, Schema Schema, string Fingerprint)
{
    /// <summary>Operators it reads, in the order of their numbers.</summary>
    public virtual IReadOnlyList<PlanNode> Inputs => [];

    /// <summary>What <see cref="Binding.BoundPlan.Details"/> says of it: <c>keeps: …</c>; empty where that speaks for itself.</summary>
    public virtual string Label => "";

    /// <summary>What it keeps between epochs, or null for nothing.</summary>
    public virtual string? State => null;

    /// <summary>True where its columns are worth a line of their own in the plan.</summary>
    public virtual bool PrintsColumns => State is not null;

    /// <summary>Numbers of the captured tables that it computes from; possibly more than once.</summary>
    public virtual IEnumerable<int> Origins => Inputs.SelectMany(i => i.Origins);

    public abstract T Accept<T>(IPlanVisitor<T> visitor);

    private protected static string Print(Schema schema) => string.Join(", ", schema.Fields);
}
