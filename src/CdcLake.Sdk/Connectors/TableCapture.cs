using CdcLake.Columnar;

namespace CdcLake.Connectors;

/// <summary>What the plan wants of one table after column pruning.</summary>
/// <param name="Table">As <see cref="ISource.DescribeAsync(IReadOnlyList{string}, CancellationToken)"/> gave it.</param>
/// <param name="Columns">Ordinals in the table, ascending, of the columns that leave the decoder; possibly empty (rows are then only counted).</param>
/// <param name="Schema">The fields of <paramref name="Columns"/>: the schema of every batch of this table.</param>
internal sealed record TableCapture(SourceTable Table, IReadOnlyList<int> Columns, Schema Schema)
{
    /// <summary>True when whoever reads the table wants every column that it has, those included that are added later.</summary>
    public bool ReadsAll { get; init; }

    /// <summary>True when sinks alone read the table, and can follow its columns from one commit to the next.</summary>
    public bool ChangesInPlace { get; init; }

    /// <summary>
    /// Ordinals in the table, among <see cref="Columns"/>, that rows of captured tables refer to by a <see cref="ForeignKey"/>. Where rows are deleted, or these columns updated, and
    /// the referring rows go along, the batch says so (<see cref="ChangeBatch.MovesReferences"/>).
    /// </summary>
    public IReadOnlyList<int> Referenced { get; init; } = [];

    /// <summary>A table of which sinks alone read every column.</summary>
    public static TableCapture Whole(SourceTable table) => Of(table, [.. Enumerable.Range(0, table.Schema.Count)]) with { ReadsAll = true, ChangesInPlace = true };

    public static TableCapture Of(SourceTable table, IReadOnlyList<int> columns) =>
        new(table, columns, new Schema(columns.Select(c => table.Schema[c])));
}
