namespace CdcLake.Simulation.Scheduling;

/// <summary>What the scheduler does to the processes and to what they ask of others.</summary>
internal enum FaultKind
{
    /// <summary>A process is killed; nothing that it still wanted happens.</summary>
    Kill,

    /// <summary>A process is asked to stop, and drains.</summary>
    Stop,

    /// <summary>A process stands still for a while, as in a virtual machine that is moved.</summary>
    Pause,

    /// <summary>A request is refused, and nothing was done.</summary>
    Refuse,

    /// <summary>A request is carried out, and the answer is lost.</summary>
    Lose,

    /// <summary>A request is held up for seconds.</summary>
    Delay,

    /// <summary>The request of a process that was killed, or has given it up, is carried out afterwards.</summary>
    Ghost,

    /// <summary>A server answers that it does not know whether it has committed.</summary>
    Unknown,

    /// <summary>A session is cut at the server.</summary>
    Cut,

    /// <summary>The server deletes its log, all but the newest file.</summary>
    Purge,

    /// <summary>A server says that it cannot just now, in its own words or not.</summary>
    Busy,

    /// <summary>What was committed is visible only later.</summary>
    Late,

    /// <summary>A server starts anew and forgets what it held, or lets it run out.</summary>
    Forget,

    /// <summary>A request is carried out twice.</summary>
    Twice,
}
