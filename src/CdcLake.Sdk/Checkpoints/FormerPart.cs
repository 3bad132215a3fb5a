using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>State of one partition of an operator that was written when it had another number of them: it is read back, handed over and given up.</summary>
/// <param name="Stores">Empty, in the operator's order.</param>
/// <param name="HandOver">Called once they are read back: gives each key to the partition that has it now.</param>
/// <param name="Close">Gives it up.</param>
internal sealed record FormerPart(IReadOnlyList<IStateStore> Stores, Action HandOver, Action Close) : IDisposable
{
    public void Dispose() => Close();
}
