namespace CdcLake;

/// <summary>The control of a hosted pipeline. Commands come one after the other; each has happened when its task ends. Thread-safe.</summary>
public interface IPipelineHandle
{
    /// <summary>The name given to <c>Build</c>.</summary>
    string Name { get; }

    /// <summary>What it is doing at this moment. Never waits.</summary>
    PipelineStatus Status { get; }

    /// <summary>As <see cref="Pipeline.Events"/>: what happened last, newest first, and what its operators did.</summary>
    IReadOnlyList<PipelineEvent> Events { get; }

    /// <summary>The Iceberg tables that it writes.</summary>
    IReadOnlyList<IcebergTable> Tables { get; }

    /// <summary>The views that it keeps.</summary>
    IReadOnlyList<IView> Views { get; }

    /// <summary>Its plan as text.</summary>
    string Explain();

    /// <summary>Commits what was read, and stops until it is resumed. State <see cref="PipelineState.Paused"/>; nothing happens when it is not running.</summary>
    /// <param name="cancellationToken">Ends the waiting; the pause comes all the same.</param>
    Task PauseAsync(CancellationToken cancellationToken = default);

    /// <summary>Goes on after a pause, a failure, or the end; also begins with a pipeline that is not <see cref="CdcLakeHostingOptions.Enabled"/>. Nothing happens when it is running.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task ResumeAsync(CancellationToken cancellationToken = default);

    /// <summary>Commits at the next end of an epoch, and checkpoints where there is state.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is not running, or stopped meanwhile.</exception>
    Task CheckpointAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops, committing what was read, and begins with a new run.</summary>
    /// <param name="cancellationToken">Ends the waiting; the restart comes all the same.</param>
    Task RestartAsync(CancellationToken cancellationToken = default);

    /// <summary>As <see cref="Pipeline.ResetAsync"/>: stops, forgets the checkpoints and positions, and begins with a new snapshot, which replaces the content of all targets.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task ResetAsync(CancellationToken cancellationToken = default);

    /// <summary>As <see cref="Pipeline.WaitForGtidAsync"/>: waits until what the sinks show includes the given transactions.</summary>
    /// <param name="gtid">A GTID or GTID set as MySQL prints it.</param>
    /// <param name="sink">Name of a sink; null waits for all of them.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task WaitForGtidAsync(string gtid, string? sink = null, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="Pipeline.WaitForLatestAsync"/>: waits until what the sinks show includes all transactions that the server has at this moment.</summary>
    /// <param name="sink">Name of a sink; null waits for all of them.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task WaitForLatestAsync(string? sink = null, CancellationToken cancellationToken = default);

    /// <summary>Waits until the pipeline follows the log and every sink is at most so far behind; a failure ends the waiting with an error.</summary>
    /// <param name="maxLag">How far behind is near enough.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">It failed; the inner exception says why.</exception>
    Task ReadyAsync(TimeSpan maxLag, CancellationToken cancellationToken = default);
}
