namespace CdcLake.Testing.MySql.Sessions;

/// <summary>Asks the test's script what happens at each step, one at a time, and keeps what was asked. Thread-safe.</summary>
/// <param name="options">Of the server.</param>
/// <param name="restart">Starts the server anew.</param>
internal sealed class SessionFaults(FakeMySqlServerOptions options, Action restart)
{
    private readonly Lock _lock = new();
    private readonly List<string> _steps = [];

    public Func<string, FakeMySqlFault> Script { get; set; } = _ => FakeMySqlFault.None;

    /// <summary>Statements and other steps but the events of dumps, in the order they came.</summary>
    public IReadOnlyList<string> Steps
    {
        get
        {
            lock (_lock)
            {
                return [.. _steps];
            }
        }
    }

    /// <summary>What happens at a step; a cut and a restart happen at once.</summary>
    /// <exception cref="SessionCutException">The connection ends here.</exception>
    public FakeMySqlFault Pass(string step) => Apply(Ask(step));

    /// <summary>What is to happen at a step.</summary>
    public FakeMySqlFault Ask(string step)
    {
        lock (_lock)
        {
            if (!step.StartsWith("event ", StringComparison.Ordinal))
            {
                _steps.Add(step);
            }

            return Script(step);
        }
    }

    /// <summary>Cuts, or starts the server anew, where that is what happens.</summary>
    /// <exception cref="SessionCutException">The connection ends here.</exception>
    public FakeMySqlFault Apply(FakeMySqlFault fault)
    {
        if (fault == FakeMySqlFault.Restart)
        {
            restart();
        }

        return fault is FakeMySqlFault.Restart or FakeMySqlFault.CutBefore ? throw new SessionCutException() : fault;
    }

    /// <summary>Says nothing, for as long as a fault wants it.</summary>
    public Task HoldBackAsync(FakeMySqlFault fault, CancellationToken cancellationToken) => fault switch
    {
        FakeMySqlFault.Silence => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken),
        FakeMySqlFault.Slow => Task.Delay(options.Lateness, options.TimeProvider, cancellationToken),
        _ => Task.CompletedTask,
    };
}

/// <summary>Ends a session without another word.</summary>
internal sealed class SessionCutException : Exception
{
}
