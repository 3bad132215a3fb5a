using CdcLake.State.Spilling;

namespace CdcLake.State.Stores;

/// <summary>
/// Keyed state of an operator as checkpoints see it: one record log that holds everything, of which old parts may lie on disk, and an index in memory that is rebuilt from it.
/// </summary>
internal interface IStateStore
{
    /// <summary>Memory held, in bytes, but for copies of records that are on disk (<see cref="RecordLog.CopiedBytes"/>).</summary>
    long Bytes { get; }

    /// <summary>Changes when the log was rewritten, so that a checkpoint must write all of it.</summary>
    int Generation { get; }

    /// <summary>The records.</summary>
    RecordLog Log { get; }

    /// <summary>Rebuilds everything that is not in the log, after it was read back.</summary>
    /// <exception cref="CheckpointException">The records contradict each other.</exception>
    void AfterRestore();

    /// <summary>Gives the store, while it is empty, its part of the pipeline's budget; without one it stays in memory.</summary>
    void Use(StateBudget budget) => Log.Use(budget.Enter(() => Bytes));
}
