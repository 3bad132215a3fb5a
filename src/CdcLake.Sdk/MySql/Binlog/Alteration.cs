using CdcLake.Connectors;

namespace CdcLake.MySql.Binlog;

/// <summary>What a statement of the open transaction makes of a captured table, which can be followed from there on.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Table">The table before.</param>
/// <param name="After">What is captured of it afterwards; null where it has the same columns, or is gone.</param>
/// <param name="Former">As <see cref="TableChange.Former"/>.</param>
/// <param name="Statement">For messages.</param>
internal sealed record Alteration(TableChangeKind Kind, CapturedTable Table, TableCapture? After, IReadOnlyList<int> Former, string Statement)
{
    /// <summary>As the output is told.</summary>
    public TableChange At(SourcePosition position) =>
        new(Kind, Table.Index, Table.Capture, Kind == TableChangeKind.Truncated ? Table.Capture : After, position, Statement) { Former = Former };
}
