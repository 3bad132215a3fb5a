using CdcLake.Connectors;

namespace CdcLake.Planning.Logical;

/// <summary>A table; its columns are named by property, or, where <see cref="Members"/> is null, by column.</summary>
internal sealed class LogicalTable(ISourceTarget source, string table, RowMembers? members) : LogicalNode
{
    public ISourceTarget Source { get; } = source;

    public string Table { get; } = table;

    public RowMembers? Members { get; } = members;

    public override IReadOnlyList<LogicalNode> Inputs => [];

    public override string Line => $"table {Table}{(Members is null ? "" : $" as {Members.Type.Name}")}";

    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => this;

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Table(this);
}
