namespace CdcLake.State.Stores;

/// <summary>One checkpoint in the making. It travels with the end of an epoch; every stage that keeps state hands it in when it has seen that epoch whole.</summary>
internal interface ICheckpointRound
{
    /// <summary>Takes a copy of an operator's state. When it returns, the stores may change again. Safe for concurrent calls of different operators.</summary>
    /// <param name="operatorName">As in the plan.</param>
    /// <param name="stores">The operator's stores, in their fixed order.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    /// <exception cref="CheckpointException">The disk is full or not writable.</exception>
    ValueTask WriteAsync(string operatorName, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken);
}
