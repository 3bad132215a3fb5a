namespace CdcLake;

/// <summary>What one sink has made visible. Immutable.</summary>
/// <param name="Name">Kind and target, such as <c>iceberg(demo.sales_by_product)</c>.</param>
public sealed record SinkStatus(string Name)
{
    /// <summary>Source position of the newest commit, also one found at start; null when the target has none of this pipeline.</summary>
    public string? Position { get; init; }

    /// <summary>The target's own name of the newest commit (an Iceberg snapshot id); null before the first since the start.</summary>
    public string? CommitId { get; init; }

    /// <summary>Commits since the start.</summary>
    public long Commits { get; init; }

    /// <summary>Rows waiting for a commit.</summary>
    public long PendingRows { get; init; }

    /// <summary>Rows written since the start.</summary>
    public long Upserts { get; init; }

    /// <summary>Rows removed since the start, without those that an upsert replaced.</summary>
    public long Deletes { get; init; }

    /// <summary>Rows in the target after the newest commit; null before the first since the start, and where the target does not know.</summary>
    public long? TotalRows { get; init; }

    /// <summary>When the newest commit became visible; null before the first since the start.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>
    /// Time from the commit of the newest transaction at the source to its becoming visible in the target; null before the first commit.
    /// </summary>
    public TimeSpan? Freshness { get; init; }

    /// <summary>How far what the target shows is behind the server: as <see cref="PipelineStatus.Lag"/>, and growing while changes wait for a commit. Null before it shows anything.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>The last commits since the start, newest first; at most 32.</summary>
    public IReadOnlyList<PipelineCommit> RecentCommits { get; init; } = [];

    /// <summary>Times since the start that files of the target were rewritten beside the stream, to keep it quick to read.</summary>
    public long Compactions { get; init; }

    /// <summary>Files that these replaced.</summary>
    public long CompactedFiles { get; init; }

    /// <summary>Rows that these wrote anew.</summary>
    public long CompactedRows { get; init; }

    /// <summary>Why the last of them was not done, though the pipeline goes on and tries again later; null when it was.</summary>
    public PipelineError? MaintenanceError { get; init; }
}
