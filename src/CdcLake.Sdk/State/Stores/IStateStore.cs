namespace CdcLake.State.Stores;

/// <summary>
/// Keyed state of an operator as checkpoints see it: one record log that holds everything, and an index that is rebuilt from it. A store that spills
/// keeps the same shape with segments on disk.
/// </summary>
internal interface IStateStore
{
    /// <summary>Memory held, in bytes.</summary>
    long Bytes { get; }

    /// <summary>Changes when the log was rewritten, so that a checkpoint must write all of it.</summary>
    int Generation { get; }

    /// <summary>The records.</summary>
    RecordLog Log { get; }

    /// <summary>Rebuilds everything that is not in the log, after it was read back.</summary>
    /// <exception cref="CheckpointException">The records contradict each other.</exception>
    void AfterRestore();
}
