namespace CdcLake.MySql.InitialSnapshots;

/// <summary>A range of a table in the order of its key, while it is read. Changed by its reader alone, looked at while all of them rest.</summary>
/// <param name="after">The point behind which it begins; null for the first one.</param>
/// <param name="upTo">The point that is its end, and belongs to it; null for the last one.</param>
internal sealed class TableRange(IReadOnlyList<string>? after, IReadOnlyList<string>? upTo)
{
    public IReadOnlyList<string>? UpTo { get; set; } = upTo;

    /// <summary>The point of the last row that was read; null when none was.</summary>
    public IReadOnlyList<string>? At { get; set; }

    /// <summary>Rows behind this point are still to be read.</summary>
    public IReadOnlyList<string>? From => At ?? after;

    /// <summary>Somebody reads it, or has read it.</summary>
    public bool IsTaken { get; set; }

    /// <summary>All of its rows were read.</summary>
    public bool IsDone { get; set; }
}
