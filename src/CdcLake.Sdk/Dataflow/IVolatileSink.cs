using CdcLake.Connectors;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

/// <summary>
/// A sink that lives in the process: it shows every epoch at once, takes no part in commits, and its content is state of the pipeline, kept in checkpoints like
/// that of an operator. Opened before the state is read back.
/// </summary>
internal interface IVolatileSink : ISink
{
    bool ISink.IsDurable => false;

    /// <summary>Its content, in a fixed order; written and read back only between epochs, on the sink's own task.</summary>
    IReadOnlyList<IStateStore> State { get; }

    /// <summary>Called once when the content was read back, before the first epoch.</summary>
    void AfterRestore()
    {
        foreach (var store in State)
        {
            store.AfterRestore();
        }
    }

    /// <summary>Called once after <see cref="AfterRestore"/>, when the whole pipeline was read back.</summary>
    /// <param name="position">Where the source stood.</param>
    void Restored(SourcePosition position)
    {
    }

    Task<IPreparedCommit?> ISink.PrepareAsync(CancellationToken cancellationToken) => Task.FromResult<IPreparedCommit?>(null);
}
