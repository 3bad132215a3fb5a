namespace CdcLake.MySql;

/// <summary>A session with a server for one named lock. The lock belongs to the session and goes with it. One call at a time.</summary>
internal interface ILockSession : IAsyncDisposable
{
    /// <summary>Takes the lock unless somebody else keeps it for another second.</summary>
    /// <exception cref="MySqlServerException">The session broke.</exception>
    Task<bool> TakeAsync(CancellationToken cancellationToken);

    /// <summary>Whether this session has the lock; the server hears that it lives.</summary>
    /// <exception cref="MySqlServerException">The session broke.</exception>
    Task<bool> HasAsync(CancellationToken cancellationToken);

    /// <summary>Who has the lock, for people.</summary>
    /// <exception cref="MySqlServerException">The session broke.</exception>
    Task<string> HolderAsync(CancellationToken cancellationToken);
}
