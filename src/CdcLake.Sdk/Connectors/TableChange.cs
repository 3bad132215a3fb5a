namespace CdcLake.Connectors;

/// <summary>A change of a captured table itself, with its place in the stream: after one epoch, before the next.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Table">Table number; that of an added table is the next free one.</param>
/// <param name="Before">The capture until here; null for an added table.</param>
/// <param name="After">The capture from here on; null for a removed table.</param>
/// <param name="Position">Where the source stands; equal to the position of the epoch before.</param>
/// <param name="Statement">What the user ran, for messages and the log; null when the source does not know it.</param>
internal sealed record TableChange(
    TableChangeKind Kind, int Table, TableCapture? Before, TableCapture? After, SourcePosition Position, string? Statement = null)
{
    /// <summary>
    /// Of an altered table for each column of <see cref="After"/> which one of <see cref="Before"/> it was: every row has its value unchanged, under its name and in its type from
    /// here on. −1 for a new column, in which every row holds null. Empty when that is not known.
    /// </summary>
    public IReadOnlyList<int> Former { get; init; } = [];

    /// <summary>True when the captured columns and the rows in them are what they were: a column was added that nobody reads.</summary>
    public bool KeepsColumns => Kind == TableChangeKind.Altered && Before!.Schema.Equals(After!.Schema);

    /// <summary>The error of whoever cannot go on with this change.</summary>
    /// <param name="who">Name of the operator or sink.</param>
    public SchemaMismatchException RefusedBy(string who)
    {
        var what = Kind switch
        {
            TableChangeKind.Added => "was added",
            TableChangeKind.Truncated => "lost all rows at once",
            TableChangeKind.Interrupted => "was changed in a way that its log does not tell",
            TableChangeKind.Removed => "was dropped or renamed away",
            _ => "has other columns",
        };
        var how = Statement is null ? "" : $" by \"{Statement}\"";
        return new SchemaMismatchException(
            $"Table {(After ?? Before)!.Table.Name} {what}{how} at {Position}, and {who} cannot go on with that. What was read before it is not affected. "
            + "Change the pipeline to fit the table as it is now, and build it under a new name with a new target: it is filled from a new snapshot.");
    }
}

/// <summary>What happened to a captured table.</summary>
internal enum TableChangeKind
{
    /// <summary>It is captured from here on; all rows that it has come next. The only change that may stand inside an epoch, since nobody has seen the table before.</summary>
    Added,

    /// <summary>Columns were added, dropped, renamed or changed; rows are what they were.</summary>
    Altered,

    /// <summary>All rows went without row events: <c>TRUNCATE TABLE</c>.</summary>
    Truncated,

    /// <summary>It was dropped or renamed away.</summary>
    Removed,

    /// <summary>What became of it the log does not tell: it is not captured any more, and added again once it was read anew.</summary>
    Interrupted,
}
