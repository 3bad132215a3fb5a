namespace CdcLake;

/// <summary>What an operator of a plan does.</summary>
public enum OperatorKind
{
    /// <summary>Gives the changes of a captured table.</summary>
    Table,

    /// <summary>Adds the changes that a table's foreign keys make, which the source's log does not have.</summary>
    ForeignKeys,

    /// <summary>Makes whole rows of those of which the log has only some columns.</summary>
    CompleteRows,

    /// <summary>Keeps rows for which a condition is true.</summary>
    Filter,

    /// <summary>Computes columns.</summary>
    Project,

    /// <summary>Calls a function of the application with each row.</summary>
    SelectRow,

    /// <summary>Joins two inputs by equal keys, of whatever kind: inner, outer, and tests whether there is a partner.</summary>
    Join,

    /// <summary>Makes one row of each group; <c>Distinct</c> too.</summary>
    Aggregate,

    /// <summary>Gives the rows of two inputs.</summary>
    UnionAll,

    /// <summary>Keeps the first or last rows of each group.</summary>
    Top,

    /// <summary>Keeps the rows whose time has not passed.</summary>
    KeepRecent,

    /// <summary>Writes a target.</summary>
    Sink,
}
