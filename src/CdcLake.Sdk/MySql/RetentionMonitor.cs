using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Checks;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.StartPoints;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.MySql;

// A server that gets a GTID set to read on from sends its newest file whose beginning (PREVIOUS_GTIDS) the set covers, and those behind it. It removes a file when the last write to it is
// longer ago than it keeps files: that is when the next one was begun. The file that is being written is never removed.

/// <summary>Looks now and then how long the server still keeps the log that a restart needs, over sessions of its own. What it finds it writes into the source's meter.</summary>
/// <param name="options">The hosts and the account.</param>
/// <param name="settings">How often, and when it is a warning.</param>
/// <param name="identity">Who looks into a file for its beginning; must not be the identity of a stream, which the server would end.</param>
/// <param name="clock">Measures time.</param>
internal sealed class RetentionMonitor(MySqlConnectionOptions options, MySqlSourceOptions settings, ReplicaIdentity identity, TimeProvider clock)
{
    private const int WarnAtFraction = 3;
    private readonly Dictionary<string, DateTimeOffset> _begun = [];

    /// <summary>The host that is read from, which is asked; null while there is none, and nothing is asked.</summary>
    public string? Host { get; set; }

    /// <summary>Looks until cancelled.</summary>
    /// <param name="durable">Where a restart would go on; null when it would begin anew.</param>
    /// <param name="meter">Gets what is found.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<SourcePosition?> durable, SourceMeter meter, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Host is { } host)
            {
                try
                {
                    meter.Retention = await LookAsync(host, durable() as MySqlPosition, cancellationToken).ConfigureAwait(false);
                }
                catch (CdcLakeException error)
                {
                    // What was found last stays, and its time runs on.
                    meter.Retention = (meter.Retention ?? new LogRetention(clock.GetUtcNow(), null, null, 0, null, TimeSpan.Zero, false)) with { Error = error };
                }
            }

            await Task.Delay(settings.RetentionInterval, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<LogRetention> LookAsync(string host, MySqlPosition? durable, CancellationToken cancellationToken)
    {
        var session = await ServerSession.OpenAsync(options, host, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var values = await ServerSettings.ReadAsync(session, cancellationToken).ConfigureAwait(false);
            var service = ManagedServices.Of(host, session.Version, values["basedir"], values["aurora_version"] is not null);
            var kept = await RetentionChecks.ReadAsync(session, values, service, cancellationToken).ConfigureAwait(false);
            var found = new LogRetention(clock.GetUtcNow(), kept, null, 0, null, settings.RetentionWarning ?? (kept / WarnAtFraction ?? TimeSpan.Zero), false) { MaxBytes = RetentionChecks.MaxBytesOf(values) };
            return durable is null ? found : await FindAsync(session, durable.Executed, found, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<LogRetention> FindAsync(ServerSession session, GtidSet durable, LogRetention found, CancellationToken cancellationToken)
    {
        var files = await LogFiles.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        var needed = await FindNeededAsync(session, files, durable, cancellationToken).ConfigureAwait(false);
        return needed < 0
            ? found with { IsPurged = true }
            : found with { File = files[needed].Name, Bytes = files.Skip(needed).Sum(f => f.Size), PurgedAt = await PurgedAtAsync(session, files, needed, found.Kept, cancellationToken).ConfigureAwait(false) };
    }

    // −1 when the beginning of no file is covered. As a rule it is the newest.
    private static async Task<int> FindNeededAsync(ServerSession session, IReadOnlyList<LogFile> files, GtidSet durable, CancellationToken cancellationToken)
    {
        var (covered, end) = (-1, files.Count - 1);
        for (var middle = end; covered < end; middle = covered + ((end - covered + 1) / 2))
        {
            var beginning = await ServerDialects.Of(session).ReadBeginningAsync(session, files[middle].Name, cancellationToken).ConfigureAwait(false);
            (covered, end) = durable.Covers(beginning) ? (middle, end) : (covered, middle - 1);
        }

        return covered;
    }

    private async Task<DateTimeOffset?> PurgedAtAsync(ServerSession session, IReadOnlyList<LogFile> files, int needed, TimeSpan? kept, CancellationToken cancellationToken)
    {
        if (kept is null || needed == files.Count - 1)
        {
            return null;
        }

        var next = files[needed + 1].Name;
        if (!_begun.TryGetValue(next, out var begun))
        {
            var (scan, _) = await new LogScanner(session, identity, clock).ReadAsync(next, s => s.HasBegun, cancellationToken).ConfigureAwait(false);
            using (scan)
            {
                _begun[next] = begun = scan.Begun;
            }
        }

        return begun + kept;
    }
}
