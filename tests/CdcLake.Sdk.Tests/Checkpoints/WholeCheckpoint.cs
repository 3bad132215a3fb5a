using CdcLake.Checkpoints;
using CdcLake.Connectors;
using CdcLake.State.Stores;

namespace CdcLake.Tests.Checkpoints;

/// <summary>A whole checkpoint at once, while nothing else runs.</summary>
internal static class WholeCheckpoint
{
    public static async Task<CheckpointDescriptor?> SaveAsync(
        this CheckpointStore store, SourcePosition position, IEnumerable<(string Operator, IReadOnlyList<IStateStore> Stores)> state)
    {
        await using var round = store.Begin();
        foreach (var (name, stores) in state)
        {
            await round.WriteAsync(name, stores, CancellationToken.None);
        }

        return await store.CommitAsync(round, position, CancellationToken.None);
    }
}
