namespace CdcLake.Connectors;

/// <summary>Where a source begins, and where it must end an epoch.</summary>
/// <param name="Tables">Captured tables; their index is the table number in <see cref="ISourceOutput.ChangesAsync"/>.</param>
/// <param name="From">
/// Position of the restored state: only later transactions are emitted. Null: from the beginning. A server then delivers an initial snapshot as its first
/// epoch (<see cref="Epoch.IsCompleteResult"/>), files are read from the first event on, starting with empty tables.
/// </param>
/// <param name="Boundaries">Positions at which an epoch must end exactly, since a sink has committed there.</param>
/// <param name="Limits">When to close an epoch although more transactions are at hand.</param>
internal sealed record SourceStart(
    IReadOnlyList<TableCapture> Tables,
    SourcePosition? From,
    IReadOnlyList<SourcePosition> Boundaries,
    EpochLimits Limits)
{
    /// <summary>What the source counts while it reads.</summary>
    public SourceMeter Meter { get; init; } = new(TimeProvider.System);

    /// <summary>Where a restart would go on at this moment; null when it would begin anew. Thread-safe.</summary>
    public Func<SourcePosition?> Durable { get; init; } = () => null;

    /// <summary>
    /// True when the initial snapshot may be sent in parts: epochs with a position that <see cref="SourcePosition.IsPartial"/>, each durable once its sinks have taken it. <see cref="From"/>
    /// may then be such a position, from which the snapshot goes on.
    /// </summary>
    public bool TakesParts { get; init; }

    /// <summary>
    /// True when all rows are wanted as the source itself has them now, since tables were altered, a target is damaged, or the log is gone: those of <see cref="IInitialRows"/> will not do.
    /// </summary>
    public bool ReadsAnew { get; init; }

    /// <summary>
    /// Where tables come and go while the log is read: those that are meant. The source adds each that comes into being (<see cref="TableChangeKind.Added"/>). Null where
    /// <see cref="Tables"/> are all.
    /// </summary>
    public TableSelection? Selection { get; init; }

    /// <summary>Qualified names of tables of the selection whose content at <see cref="From"/> nobody has: they are read and added as soon as the log has come to where they stand.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Tables of the selection that are to be read anew, and added again, while the log is followed.</summary>
    public RereadRequests Requests { get; init; } = new();

    /// <summary>True when <see cref="From"/> is what <see cref="ISource.FindStartAsync"/> found: the first epoch is then one of kind <see cref="EpochKind.StartPoint"/> there.</summary>
    public bool IsStartPoint { get; init; }
}

/// <summary>An epoch is closed at the first transaction end past either limit, and whenever the source has no more bytes at hand.</summary>
/// <param name="Rows">Changed rows of captured tables.</param>
/// <param name="Time">Time since the first change of the epoch.</param>
internal readonly record struct EpochLimits(int Rows, TimeSpan Time)
{
    public static EpochLimits Default => new(32_768, TimeSpan.FromMilliseconds(50));
}
