namespace CdcLake.Connectors;

/// <summary>
/// One sink's part of a commit: written, but visible to nobody. It is published once, by its <see cref="Group"/>, or abandoned by disposal, which removes what it
/// wrote where that is certain to be unused. Disposal after publication does nothing.
/// </summary>
internal interface IPreparedCommit : IAsyncDisposable
{
    /// <summary>The sink that prepared it.</summary>
    ISink Sink { get; }

    /// <summary>What the target includes once this is published.</summary>
    SourcePosition Position { get; }

    /// <summary>Who can publish it. Parts with the same group (by reference) may become visible in one act.</summary>
    ICommitGroup Group { get; }
}

/// <summary>Publishes prepared commits: a catalog or a cluster. Parts of several groups are published group by group, in the order of the pipeline's sinks.</summary>
internal interface ICommitGroup
{
    /// <summary>For messages: <c>warehouse /data/lake</c>.</summary>
    string Name { get; }

    /// <summary>True when several parts become visible in one act; false when they do so one after the other, in the order given.</summary>
    bool IsAtomic { get; }

    /// <summary>
    /// Makes the parts visible. A lost reply is resolved inside by asking the target; what it returns is certain.
    /// </summary>
    /// <param name="parts">In the order of the pipeline's sinks.</param>
    /// <param name="cancellationToken">Gives up waiting for the target; what it then did is found at the next start.</param>
    /// <returns>One commit for each part in the same order; null where the target stored this very position before, so that there was nothing to publish.</returns>
    /// <exception cref="CommitConflictException">Another writer was there first. Nothing of an atomic group was published; of another one, the parts before the conflict were.</exception>
    Task<IReadOnlyList<SinkCommit?>> PublishAsync(IReadOnlyList<IPreparedCommit> parts, CancellationToken cancellationToken);
}
