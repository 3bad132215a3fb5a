using System.Globalization;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Checks;

/// <summary>How long a server keeps its log: a pipeline that is stopped for longer has to begin anew.</summary>
internal static class RetentionChecks
{
    private static readonly TimeSpan Short = TimeSpan.FromDays(1);

    /// <summary>How long files are kept; null: until somebody removes them, or unknown.</summary>
    public static TimeSpan? Of(ServerSettings settings, ManagedService service)
    {
        if (settings["binlog_expire_logs_auto_purge"] == "OFF")
        {
            return null;
        }

        var seconds = Number(settings["binlog_expire_logs_seconds"]);
        var days = Number(settings["expire_logs_days"]);
        return seconds > 0 ? TimeSpan.FromSeconds(seconds)
            : days > 0 ? TimeSpan.FromDays(days)
            : service == ManagedService.Azure ? TimeSpan.Zero // there 0 means: as soon as nobody has the file open
            : null;
    }

    /// <summary>How many bytes of log are kept, of MariaDB and Percona Server: the oldest file goes when there are more. Null where only its age counts.</summary>
    public static long? MaxBytesOf(ServerSettings settings) => Math.Max(Number(settings["max_binlog_total_size"]), Number(settings["binlog_space_limit"])) is > 0 and var bytes ? bytes : null;

    /// <summary>How long files are kept, by the setting that counts there; null: until somebody removes them, or unknown.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    public static async Task<TimeSpan?> ReadAsync(ServerSession session, ServerSettings settings, ManagedService service, CancellationToken cancellationToken)
    {
        if (service is not (ManagedService.Rds or ManagedService.Aurora))
        {
            return Of(settings, service);
        }

        try
        {
            return TimeSpan.FromHours(Number(await ReadHoursAsync(session, cancellationToken).ConfigureAwait(false)));
        }
        catch (MySqlServerException error) when (!error.IsTransient)
        {
            return null; // the account may not call the procedure
        }
    }

    /// <summary>What the settings say.</summary>
    public static IEnumerable<Finding> Of(string peer, ServerSettings settings, ManagedService service)
    {
        if (service is ManagedService.Rds or ManagedService.Aurora)
        {
            yield break; // the service has a setting of its own
        }

        if (Of(settings, service) is { } kept && kept < Short)
        {
            yield return TooShort(peer, string.Create(CultureInfo.InvariantCulture, $"the log is kept for {kept.TotalHours:0.#} hours only"), service);
        }
    }

    /// <summary>What Amazon's own setting says; it needs no grant.</summary>
    public static async Task<IReadOnlyList<Finding>> OfAmazonAsync(ServerSession session, ManagedService service, CancellationToken cancellationToken)
    {
        try
        {
            return OfAmazon(session.Peer, await ReadHoursAsync(session, cancellationToken).ConfigureAwait(false), service);
        }
        catch (MySqlServerException error) when (!error.IsTransient)
        {
            return [Finding.Information("retention.unknown", session.Peer, $"how long the log is kept cannot be read ({error.Message})", "a pipeline that is stopped for longer has to begin anew", service.KeepLogs())];
        }
    }

    /// <param name="peer">Host and port.</param>
    /// <param name="hours">The value of <c>binlog retention hours</c>; null when it is not set.</param>
    /// <param name="service">RDS or Aurora.</param>
    public static IReadOnlyList<Finding> OfAmazon(string peer, string? hours, ManagedService service) => Number(hours) is var number && number >= Short.TotalHours
        ? []
        : [TooShort(peer, number == 0 ? "binlog retention hours is not set, so files of the log go as soon as possible" : string.Create(CultureInfo.InvariantCulture, $"the log is kept for {number} hours only"), service)];

    private static async Task<string?> ReadHoursAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync("CALL mysql.rds_show_configuration", cancellationToken).ConfigureAwait(false);
        return rows.Rows.FirstOrDefault(r => r[0] == "binlog retention hours")?[1];
    }

    private static Finding TooShort(string peer, string what, ManagedService service) =>
        Finding.Warning("retention.short", peer, what, "a pipeline that is stopped for longer cannot go on and needs a new snapshot", service.KeepLogs());

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
