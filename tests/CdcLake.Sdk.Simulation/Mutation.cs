namespace CdcLake.Simulation;

/// <summary>A fault of the world that nothing makes up for: runs must fail with it, or the check would see nothing.</summary>
internal enum Mutation
{
    /// <summary>The world as it is.</summary>
    None,

    /// <summary>A store lets the second of two writers of a table's version win.</summary>
    Store,

    /// <summary>A server that has purged its log begins with what is left, and does not say so.</summary>
    Purge,

    /// <summary>A snapshot takes columns from where they were when the table was described.</summary>
    Columns,

    /// <summary>A server that gives the lock of a session away sooner than it says.</summary>
    Lease,

    /// <summary>StarRocks makes visible what was aborted.</summary>
    Abort,
}
