namespace CdcLake.Connectors;

/// <summary>
/// The right to run a pipeline, which one instance at a time has. It lapses by itself when its holder is killed, stopped or cut off; who held it knows by its own clock, before
/// anybody else can have it. Commits are safe without it: a target refuses the second of two writers. It only says who works and who waits.
/// </summary>
internal interface ILease : IAsyncDisposable
{
    /// <summary>True while nobody else can have it.</summary>
    bool IsHeld { get; }

    /// <summary>Cancelled when it is held no longer. A new token with each acquisition.</summary>
    CancellationToken Lost { get; }

    /// <summary>Waits until it is free, and takes it.</summary>
    /// <param name="waiting">Told who has it, each time that it was tried in vain.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="MySqlServerException">Transient: there is no server to ask.</exception>
    Task AcquireAsync(Action<string> waiting, CancellationToken cancellationToken);
}
