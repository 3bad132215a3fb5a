namespace CdcLake;

/// <summary>How a row differs between a table and its replica.</summary>
public enum SinkDifferenceKind
{
    /// <summary>The table has it, the target does not.</summary>
    Missing,

    /// <summary>The target has it, the table does not.</summary>
    Extra,

    /// <summary>Both have it, with other values.</summary>
    Different,
}
