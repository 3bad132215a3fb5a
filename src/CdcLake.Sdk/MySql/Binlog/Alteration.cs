using CdcLake.Connectors;

namespace CdcLake.MySql.Binlog;

/// <summary>What a statement of the open transaction makes of a captured table, whose columns can be followed from there on.</summary>
/// <param name="Table">The table before.</param>
/// <param name="After">What is captured of it afterwards.</param>
/// <param name="Former">As <see cref="TableChange.Former"/>.</param>
/// <param name="Statement">For messages.</param>
internal sealed record Alteration(CapturedTable Table, TableCapture After, IReadOnlyList<int> Former, string Statement)
{
    /// <summary>As the output is told.</summary>
    public TableChange At(SourcePosition position) =>
        new(TableChangeKind.Altered, Table.Index, Table.Capture, After, position, Statement) { Former = Former };
}
