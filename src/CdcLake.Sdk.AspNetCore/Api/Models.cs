namespace CdcLake.AspNetCore.Api;

/// <summary>What the dashboard is and allows.</summary>
/// <param name="Version">Of the package.</param>
/// <param name="CanAct">Whether this user may act on pipelines.</param>
/// <param name="ShowsRows">Whether rows may be read.</param>
/// <param name="ReadRows">Rows that one request reads at most.</param>
/// <param name="RefreshMilliseconds">How often open pages get new numbers.</param>
/// <param name="Now">By the clock of the application.</param>
/// <param name="Machine">Where it runs.</param>
internal sealed record About(string Version, bool CanAct, bool ShowsRows, int ReadRows, int RefreshMilliseconds, DateTimeOffset Now, string Machine);

/// <summary>A pipeline in a list.</summary>
internal sealed record PipelineSummary
{
    public required string Name { get; init; }

    public PipelineState State { get; init; }

    public DateTimeOffset Since { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>Log files are replayed: their times are those of the record, so lag says nothing.</summary>
    public bool IsReplay { get; init; }

    public string? Detail { get; init; }

    public string? Source { get; init; }

    public string? Position { get; init; }

    public long ChangesRead { get; init; }

    public double RowsPerSecond { get; init; }

    /// <summary>Lag of what the slowest sink shows.</summary>
    public TimeSpan? Lag { get; init; }

    public DateTimeOffset? CommittedAt { get; init; }

    public DateTimeOffset? CheckpointAt { get; init; }

    /// <summary>Part of an initial snapshot that was read, from 0 to 1; null when none is read, or its size is not known.</summary>
    public double? SnapshotShare { get; init; }

    public int Sinks { get; init; }

    public long StateBytes { get; init; }

    public PipelineError? Error { get; init; }

    /// <summary>Something that works and needs a look all the same; null when there is nothing.</summary>
    public string? Warning { get; init; }

    public static PipelineSummary Of(PipelineStatus status)
    {
        var isReplay = status.Source.Name?.StartsWith("binlog-files(", StringComparison.Ordinal) == true;
        return new PipelineSummary
        {
            Name = status.Pipeline,
            State = status.State,
            Since = status.Since,
            At = status.At,
            IsReplay = isReplay,
            Detail = status.Detail,
            Source = status.Source.Name,
            Position = status.Position,
            ChangesRead = status.ChangesRead,
            RowsPerSecond = status.Stages is [var source, ..] ? source.RowsOutPerSecond : 0,
            Lag = isReplay ? null : status.Sinks.Select(s => s.Lag).Append(status.Lag).Max(),
            CommittedAt = status.Sinks.Max(s => s.CommittedAt),
            CheckpointAt = status.Checkpoints.FirstOrDefault(c => c.Error is null)?.At,
            SnapshotShare = status.Snapshot is { IsDone: false, EstimatedRows: > 0 and var all } snapshot ? Math.Min(1, snapshot.Rows / (double)all) : null,
            Sinks = status.Sinks.Count,
            StateBytes = status.Stages.Sum(s => s.StateBytes),
            Error = status.LastError,
            Warning = WarningOf(status),
        };
    }

    private static string? WarningOf(PipelineStatus status) =>
        status.Source.Retention is { IsPurged: true } ? "The server has removed log that a restart needs: a new snapshot will be needed."
        : status.Source.Retention is { IsExpiring: true } ? "The server is about to remove log that a restart needs."
        : status.CheckpointError is { } checkpoint ? $"No checkpoint could be written: {checkpoint.Message}"
        : status.Sinks.Select(s => s.MaintenanceError).FirstOrDefault(e => e is not null) is { } upkeep ? $"A table could not be compacted: {upkeep.Message}"
        : null;
}

/// <summary>Numbers of a pipeline at one moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="RowsPerSecond">Changes read per second.</param>
/// <param name="LagSeconds">Lag of what the slowest sink shows; null where it is not known.</param>
internal sealed record Sample(DateTimeOffset At, double RowsPerSecond, double? LagSeconds);

/// <summary>The plan of a pipeline.</summary>
/// <param name="Text">As <c>Explain</c> prints it.</param>
internal sealed record PlanText(string Text);

/// <summary>What an action has led to.</summary>
/// <param name="Action">Its name.</param>
/// <param name="State">Of the pipeline, when the action had happened.</param>
internal sealed record ActionResult(string Action, PipelineState State);

/// <summary>A table or view that can be read.</summary>
/// <param name="Name">As the sink's: <c>iceberg(demo.sales_by_product)</c>.</param>
/// <param name="Kind"><c>iceberg</c> or <c>view</c>.</param>
internal sealed record TableInfo(string Name, string Kind)
{
    public IReadOnlyList<TableColumn> Columns { get; init; } = [];

    public long? Rows { get; init; }

    public long? Files { get; init; }

    public long? Bytes { get; init; }

    public string? Location { get; init; }

    public int? FormatVersion { get; init; }

    /// <summary>GTID set, or file and offset, that the current rows belong to.</summary>
    public string? Position { get; init; }

    /// <summary>Newest first; at most 200.</summary>
    public IReadOnlyList<TableSnapshot> Snapshots { get; init; } = [];

    /// <summary>Why nothing is known of it, such as that the first commit has not come yet; null when all is well.</summary>
    public string? Problem { get; init; }
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">As Iceberg, or .NET, calls it.</param>
/// <param name="Kind"><c>number</c>, <c>time</c>, <c>truth</c> or <c>text</c>.</param>
internal sealed record TableColumn(string Name, string Type, string Kind);

/// <summary>A version of an Iceberg table.</summary>
/// <param name="Id">As text, since it exceeds what JavaScript counts with.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Operation">As Iceberg calls it.</param>
/// <param name="Rows">Rows of the table then.</param>
/// <param name="Files">Data files of the table then.</param>
/// <param name="Bytes">Bytes of all files then.</param>
/// <param name="Gtid">GTID set that it includes.</param>
/// <param name="IsCurrent">Readers see it now.</param>
internal sealed record TableSnapshot(string Id, DateTimeOffset At, string Operation, long? Rows, long? Files, long? Bytes, string? Gtid, bool IsCurrent);
