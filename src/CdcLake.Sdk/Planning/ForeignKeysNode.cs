using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.Planning;

/// <summary>
/// Changes of a captured table together with those that its foreign keys make and the source's log does not have. It reads the table, and all tables that this depends on.
/// </summary>
/// <param name="Name">Unique within the plan.</param>
/// <param name="Schema">The columns of the table that the query reads.</param>
/// <param name="Fingerprint">Hash of its meaning.</param>
/// <param name="Tables">The table itself, then those that it refers to, directly and through others.</param>
/// <param name="Links">Every foreign key among them that changes rows; none where the table is only read for others' sake.</param>
/// <param name="Columns">The columns of <paramref name="Schema"/> among those that are captured of the table.</param>
internal sealed record ForeignKeysNode(
    string Name, Schema Schema, string Fingerprint, IReadOnlyList<TableNode> Tables, IReadOnlyList<ForeignKeyLink> Links, IReadOnlyList<int> Columns)
    : PlanNode(Name, Schema, Fingerprint)
{
    public override IReadOnlyList<PlanNode> Inputs => Tables;

    public override string Label => "follows: ";

    public override string? State => Links.Count == 0 ? null
        : $"every row that refers to another, by foreign key, of {string.Join(", ", Links.Select(l => Tables[l.Child].Name).Distinct())}";

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.ForeignKeys(this);
}
