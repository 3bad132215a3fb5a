using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Checks;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.MySql;

/// <summary>
/// Chooses, at each connection anew, the host of a list that serves: the first, in the list's order, that answers, passes the preflight and, when a log is to be read on, has
/// every transaction that is needed and knows every one that was processed. A host that is only behind is waited for, as long as no other one serves.
/// </summary>
/// <param name="options">The hosts and the account.</param>
/// <param name="settings">How long to wait.</param>
/// <param name="clock">Measures it.</param>
internal sealed class HostSelector(MySqlConnectionOptions options, MySqlSourceOptions settings, TimeProvider clock)
{
    private const int SliceSeconds = 1; // of waiting, before the other hosts are asked again
    private static readonly TimeSpan OwnPatience = TimeSpan.FromSeconds(10); // a transaction is in the log a moment before it counts as executed

    /// <summary>
    /// True once the tables were described with what their foreign keys do unseen, false when the server they were described by logs that: then no host can serve that does not. Null before.
    /// </summary>
    public bool? FollowsForeignKeys { get; set; }

    /// <summary>Who runs the host that passed the preflight last.</summary>
    public ManagedService Service { get; private set; }

    /// <summary>A session with the host to use, checked.</summary>
    /// <param name="tables">The captured tables.</param>
    /// <param name="included">Where the log is to be read on from; null when no position matters.</param>
    /// <param name="waiting">Told what is waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BinlogUnavailableException">No host can serve; with several hosts the message lists each with its reason.</exception>
    /// <exception cref="MySqlServerException">A login was refused; or, transient, no host can serve just now.</exception>
    public async Task<ServerSession> OpenAsync(IReadOnlyList<MySqlTableName> tables, GtidSet? included, Action<string> waiting, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var reasons = new List<CdcLakeException>();
            (ServerSession Session, GtidSet Missing)? behind = null;
            try
            {
                foreach (var host in options.Hosts)
                {
                    var (session, missing, error) = await TryAsync(host, tables, included, clock.GetElapsedTime(began), cancellationToken).ConfigureAwait(false);
                    if (error is not null)
                    {
                        reasons.Add(error);
                    }
                    else if (missing.IsEmpty)
                    {
                        return session!;
                    }
                    else if (behind is null)
                    {
                        behind = (session!, missing);
                    }
                    else
                    {
                        await session!.DisposeAsync().ConfigureAwait(false);
                    }
                }

                if (behind is not { } replica)
                {
                    throw Combined(reasons);
                }

                waiting($"waiting for {replica.Session.Peer} to apply {replica.Missing}");
                await ServerDialects.Of(replica.Session).WaitAsync(replica.Session, replica.Missing, SliceSeconds, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (behind is { } unused)
                {
                    await unused.Session.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private async Task<(ServerSession? Session, GtidSet Missing, CdcLakeException? Error)> TryAsync(
        string host, IReadOnlyList<MySqlTableName> tables, GtidSet? included, TimeSpan waited, CancellationToken cancellationToken)
    {
        ServerSession? session = null;
        try
        {
            session = await ServerSession.OpenAsync(options, host, cancellationToken).ConfigureAwait(false);
            Service = await new Preflight(session, host) { CompletesRows = settings.CompletePartialRows }.RequireAsync(tables, mustLogCascades: FollowsForeignKeys == false, cancellationToken).ConfigureAwait(false);
            var missing = included is null ? GtidSet.Empty : await MissingAsync(session, included, waited, cancellationToken).ConfigureAwait(false);
            return (session, missing, null);
        }
        catch (CdcLakeException error)
        {
            if (session is not null)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }

            return (null, GtidSet.Empty, error is MySqlServerException refused ? DumpErrors.Classify(refused, options.EndpointOf(host), Service) : error);
        }
        catch
        {
            if (session is not null)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    // Purged transactions must be included already, and included ones must not be news to the server, or not for long.
    private async Task<GtidSet> MissingAsync(ServerSession session, GtidSet included, TimeSpan waited, CancellationToken cancellationToken)
    {
        var dialect = ServerDialects.Of(session);
        RequireKnown(session.Peer, dialect, included);
        var (purged, executed) = await dialect.ReadSetsAsync(session, cancellationToken).ConfigureAwait(false);
        if (!included.Covers(purged))
        {
            throw DumpErrors.Purged(session.Peer, Service, purged.Subtract(included).ToString(), null);
        }

        var missing = included.Subtract(executed);
        var patience = missing.IsPartlyOf(session.Origin) && OwnPatience < settings.ReplicaPatience ? OwnPatience : settings.ReplicaPatience;
        return missing.IsEmpty || waited < patience ? missing : throw new BinlogUnavailableException(DumpErrors.Ahead(session.Peer, missing.ToString()));
    }

    private static void RequireKnown(string peer, IServerDialect dialect, GtidSet included)
    {
        if (!dialect.Knows(included))
        {
            throw new BinlogUnavailableException(
                $"The position {included} names transactions of {(included.IsOfDomains ? "MariaDB" : "MySQL")}, and {peer} is {dialect.Requirements.Product}, whose log has other names for them: it cannot be read on from there. "
                + "Connect to the server that was captured, or start with an empty target and without checkpoint, which takes a new snapshot.");
        }
    }

    // One reason stands for itself. With several, what may pass is reason enough to try again.
    private static CdcLakeException Combined(List<CdcLakeException> reasons)
    {
        if (reasons.Count == 1)
        {
            return reasons[0];
        }

        var text = $"No host of the list can serve:\n- {string.Join("\n- ", reasons.Select(r => r.Message))}";
        return reasons.Exists(r => r.IsTransient)
            ? new MySqlServerException(text, innerException: reasons.Find(r => r.IsTransient)) { IsTransient = true }
            : new BinlogUnavailableException(text, reasons[0]) { IsPurged = reasons.TrueForAll(r => r is BinlogUnavailableException { IsPurged: true }) };
    }
}
