namespace CdcLake;

/// <summary>What a sink does with a table that has rows and that no pipeline of this library has written.</summary>
public enum ExistingTable
{
    /// <summary>The sink does not open.</summary>
    Refuse = 0,

    /// <summary>
    /// The first commit replaces all of its rows by the result, in one act, and the table is the pipeline's from then on. Its columns have to be those of the result by name and type, in
    /// any order; partitioning, sort order, properties, branches and tags stay, and so does its history, as far as the table keeps it.
    /// </summary>
    TakeOver = 1,
}
