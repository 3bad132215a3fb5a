using CdcLake.Columnar;

namespace CdcLake.Planning;

/// <summary>Whole rows of a captured table of which the source's log may have only some columns, completed from the rows as they were.</summary>
/// <param name="Name">Unique within the plan.</param>
/// <param name="Schema">The columns of the table that the query reads.</param>
/// <param name="Fingerprint">Hash of its meaning.</param>
/// <param name="Table">The table.</param>
/// <param name="Key">Those of its captured columns by which the log tells rows apart.</param>
/// <param name="Columns">The columns of <paramref name="Schema"/> among the captured ones.</param>
internal sealed record CompleteRowsNode(string Name, Schema Schema, string Fingerprint, TableNode Table, IReadOnlyList<int> Key, IReadOnlyList<int> Columns)
    : PlanNode(Name, Schema, Fingerprint)
{
    public override IReadOnlyList<PlanNode> Inputs => [Table];

    public override string Label => "completes: ";

    public override string State => $"every row by key ({string.Join(", ", Key.Select(k => Table.Schema[k].Name))}): ({Print(Table.Schema)}), {StateEstimate.OfRow(Table.Schema)}";

    public override T Accept<T>(IPlanVisitor<T> visitor) => visitor.CompleteRows(this);
}
