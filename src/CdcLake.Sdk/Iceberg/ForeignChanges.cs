namespace CdcLake;

/// <summary>What a sink does with a table whose rows somebody else changed, so that they stand for no source position any more. Compaction by others is no such change.</summary>
public enum ForeignChanges
{
    /// <summary>The sink does not open; the message names the snapshot.</summary>
    Refuse = 0,

    /// <summary>The source is read anew and replaces all rows.</summary>
    Resnapshot = 1,
}
