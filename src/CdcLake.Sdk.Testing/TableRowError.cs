namespace CdcLake.Testing;

/// <summary>Why a <see cref="PipelineHarness"/> refuses a write, as the server would.</summary>
public enum TableRowError
{
    /// <summary>No table of that name was declared, and the pipeline reads none.</summary>
    UnknownTable,

    /// <summary>The row has something for which the table has no column, or is of a type that does not fit it.</summary>
    UnknownColumn,

    /// <summary>There is a row of that primary key already.</summary>
    DuplicateKey,

    /// <summary>There is no row of that primary key to update or delete.</summary>
    MissingRow,

    /// <summary>The table has no primary key, by which a row could be found.</summary>
    NoKey,

    /// <summary>The column's type does not hold the value, or it is null and the column takes none.</summary>
    BadValue,

    /// <summary>What declares a table is no <c>CREATE TABLE</c> statement that is understood.</summary>
    BadDefinition,
}
