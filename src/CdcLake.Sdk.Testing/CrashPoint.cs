namespace CdcLake.Testing;

/// <summary>Where a <see cref="PipelineHarness"/> kills its pipeline, as a process that is killed: nothing that it still wanted to write or to clean up happens.</summary>
public enum CrashPoint
{
    /// <summary>Part of a transaction was read from the log, its end was not.</summary>
    Reading,

    /// <summary>A sink has begun to write files that nobody sees yet.</summary>
    Preparing,

    /// <summary>Everything is written, and the first target is about to be told.</summary>
    BeforePublish,

    /// <summary>One target of the commit shows it, and the next does not.</summary>
    BetweenSinks,

    /// <summary>A target shows the commit, and the pipeline never hears of it.</summary>
    AfterPublish,

    /// <summary>All targets show the commit, and state is written, but the checkpoint does not count yet.</summary>
    BeforeCheckpoint,

    /// <summary>The checkpoint counts, and the pipeline never hears of it.</summary>
    AfterCheckpoint,
}
