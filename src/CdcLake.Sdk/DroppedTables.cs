namespace CdcLake;

/// <summary>What becomes of the replica of a table that was dropped, or renamed to a name that is not replicated.</summary>
public enum DroppedTables
{
    /// <summary>It stays as it was last. A new table of that name takes its place.</summary>
    Keep,

    /// <summary>It is dropped too, once everything up to there is committed.</summary>
    Drop,

    /// <summary>The pipeline ends with a <see cref="SchemaMismatchException"/>; what came before is committed.</summary>
    Fail,
}
