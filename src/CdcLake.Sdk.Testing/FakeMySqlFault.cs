namespace CdcLake.Testing;

/// <summary>What goes wrong at a step of a session with a <see cref="FakeMySqlServer"/>.</summary>
public enum FakeMySqlFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An error that passes by itself: too many connections at the login, a server that is shutting down later on.</summary>
    Refuse,

    /// <summary>An error that stays: access denied at the login, error 1236 in a dump, an unknown error for a statement.</summary>
    Error,

    /// <summary>The connection is cut before anything is done.</summary>
    CutBefore,

    /// <summary>The step is done, and the connection is cut in the midst of the answer's bytes.</summary>
    CutInside,

    /// <summary>The step is done and answered, and then the connection is cut.</summary>
    CutAfter,

    /// <summary>The connection stays open, and nothing comes over it any more, not even heartbeats.</summary>
    Silence,

    /// <summary>The answer is held back for <see cref="FakeMySqlServerOptions.Lateness"/>.</summary>
    Slow,

    /// <summary>The server starts anew before the step: all connections are cut, and it goes on in a new log file.</summary>
    Restart,
}
