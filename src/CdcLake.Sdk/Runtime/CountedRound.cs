using CdcLake.Checkpoints;
using CdcLake.State;

namespace CdcLake.Runtime;

/// <summary>A checkpoint in the making that knows when every operator has written to it.</summary>
internal sealed class CountedRound : ICheckpointRound
{
    private readonly CheckpointRound _round;
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing;

    /// <param name="round">Where the state goes.</param>
    /// <param name="operators">How many operators keep state, at least one.</param>
    public CountedRound(CheckpointRound round, int operators)
    {
        _round = round;
        _missing = operators;
    }

    public async ValueTask WriteAsync(string operatorName, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken)
    {
        await _round.WriteAsync(operatorName, stores, cancellationToken).ConfigureAwait(false);
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _complete.TrySetResult();
        }
    }

    /// <summary>Completes when every operator has written.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _complete.Task.WaitAsync(cancellationToken);
}
