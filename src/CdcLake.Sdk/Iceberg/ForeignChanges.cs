namespace CdcLake;

/// <summary>What a sink does with a table whose rows somebody else changed, so that they stand for no source position any more. Compaction by others is no such change.</summary>
public enum ForeignChanges
{
    /// <summary>The sink does not open; the message names the snapshot.</summary>
    Refuse = 0,

    /// <summary>The source is read anew and replaces all rows.</summary>
    Resnapshot = 1,

    /// <summary>
    /// Rows that others append stay beside those of the pipeline, and the stream goes on over them, whenever they come. Their keys have to be others than those of the source: one that both
    /// have is an error (of <see cref="IcebergDeleteMode.Equality"/>, which keeps no account of keys, the source's row takes the place of theirs). A complete result, as after a change of
    /// the query or a purged log, replaces all rows, theirs too. What deletes or overwrites rows is refused.
    /// </summary>
    Keep = 2,
}
