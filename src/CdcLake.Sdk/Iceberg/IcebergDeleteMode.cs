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
    /// Deletion vectors hide them, one for each data file, all of a commit in one Puffin file; data files are rewritten beside the stream only. Not every reader knows
    /// them yet (StarRocks 4.1 and ClickHouse 26.7 refuse such tables). Needs format version 3: a table that is
    /// created here gets it, one that exists is raised by the table property <c>format-version</c> = <c>3</c>.
    /// </summary>
    DeletionVector = 4,

    /// <summary>
    /// Equality deletes hide them: a commit names their keys, and readers look for rows with these keys. Needs no key index, so memory does not grow with the table, and commits are
    /// as cheap as they can be; each reader pays instead. Every scan compares all older rows of a partition with all such deletes: a sum over one column of 5 million rows of which a
    /// fifth was replaced took Trino 7.5 times as long with one delete file and 10.7 times with twenty, against 3.8 times with position deletes. Some readers refuse them
    /// (PyIceberg; ClickHouse reads them since 25.8). Compaction beside the stream takes them away; leave it on. That keys are unique is checked within a commit only: the key must be
    /// unique in the result, as a primary key is.
    /// </summary>
    Equality = 5,
}
