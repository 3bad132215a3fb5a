namespace CdcLake;

/// <summary>Something that stands in the way of capturing a MySQL server, or may one day. Found by <see cref="MySqlSource.CheckAsync"/>.</summary>
public sealed record MySqlFinding
{
    /// <summary>Whether a pipeline would refuse to run because of it.</summary>
    public required MySqlFindingSeverity Severity { get; init; }

    /// <summary>A name that stays the same between versions, for filters and alarms: <c>setting.binlog_row_image</c>, <c>grant.replication-slave</c>, <c>table.no-key</c>.</summary>
    public required string Code { get; init; }

    /// <summary>The server as host and port, or the qualified table.</summary>
    public required string Where { get; init; }

    /// <summary>What is not as it should be.</summary>
    public required string Problem { get; init; }

    /// <summary>What it does to a pipeline.</summary>
    public required string Reason { get; init; }

    /// <summary>What to do: an SQL statement where one mends it; on a managed service the command or the parameter of that service instead. Null when there is nothing to do.</summary>
    public string? Fix { get; init; }

    /// <summary>All of it in a line.</summary>
    public override string ToString() => $"{Severity}: {Where}: {Problem} ({Reason}).{(Fix is null ? "" : $" {Fix}")}";
}
