namespace CdcLake;

/// <summary>What an Iceberg sink does with rows that were replaced or deleted.</summary>
public enum IcebergDeleteMode
{
    /// <summary>
    /// For each data file the cheaper of two: it is rewritten without its dead rows when it is small or mostly dead, else position deletes hide them, or deletion vectors in a table
    /// of format version 3.
    /// </summary>
    Adaptive = 0,

    /// <summary>
    /// Position deletes hide them; data files are rewritten beside the stream only. Iceberg's <c>merge-on-read</c>. A table of format version 3 gets deletion vectors, as that format
    /// wants it.
    /// </summary>
    Position = 1,

    /// <summary>Each data file with such a row is rewritten in the commit; there are no delete files. For small tables that are read much. Iceberg's <c>copy-on-write</c>.</summary>
    CopyOnWrite = 2,

    /// <summary>There are none: rows are only added, and a change or deletion of one ends the pipeline. Needs no key index.</summary>
    Append = 3,

    /// <summary>
    /// Deletion vectors hide them, one for each data file, all of a commit in one Puffin file; data files are rewritten beside the stream only. Needs format version 3: a table that is
    /// created here gets it, one that exists is raised by the table property <c>format-version</c> = <c>3</c>.
    /// </summary>
    DeletionVector = 4,
}
