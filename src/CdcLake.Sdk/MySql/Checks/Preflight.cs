using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Checks;

/// <summary>
/// Checks whether a server can be captured without losing changes in silence. What a pipeline needs (<see cref="RequireAsync"/>) is a handful of statements, so that it runs on every new
/// connection to a log: a server may have been restarted with other settings, and another host of the list may have others. <see cref="FindAsync"/> finds the same and what may go wrong later.
/// </summary>
/// <param name="session">Asks.</param>
/// <param name="host">The server as the connection string names it, without port.</param>
internal sealed class Preflight(ServerSession session, string host)
{
    /// <summary>True when rows that the log has in part are completed.</summary>
    public bool CompletesRows { get; init; }

    /// <summary>Checks settings and grants, and that nothing is left out of the log.</summary>
    /// <param name="tables">The captured tables; one that does not exist (any more, or yet) is left out of the check.</param>
    /// <param name="mustLogCascades">Rows that foreign keys change must appear in the log, since nobody follows them otherwise.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Who runs the server.</returns>
    /// <exception cref="BinlogUnavailableException">Something is not as required; the message lists all of it with the statements that fix it.</exception>
    public async Task<ManagedService> RequireAsync(IReadOnlyList<MySqlTableName> tables, bool mustLogCascades, CancellationToken cancellationToken)
    {
        var facts = await ReadFactsAsync(cancellationToken).ConfigureAwait(false);
        var findings = new List<Finding>(await RequiredAsync(facts, tables, cancellationToken).ConfigureAwait(false));
        if (mustLogCascades)
        {
            findings.AddRange(await facts.Tables.UnloggedCascadesAsync(tables, cancellationToken).ConfigureAwait(false));
        }

        if (findings.Count > 0)
        {
            throw new BinlogUnavailableException($"{session.Peer} cannot be captured as it is:\n- {string.Join("\n- ", findings)}");
        }

        return facts.Service;
    }

    /// <summary>Everything there is to say, errors first.</summary>
    /// <param name="tables">The tables that are to be captured.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<Finding>> FindAsync(IReadOnlyList<MySqlTableName> tables, CancellationToken cancellationToken)
    {
        var facts = await ReadFactsAsync(cancellationToken).ConfigureAwait(false);
        var findings = new List<Finding>(await RequiredAsync(facts, tables, cancellationToken).ConfigureAwait(false));
        if (facts.Log is { } log)
        {
            findings.AddRange(facts.Settings.Advised());
            findings.AddRange(RetentionChecks.Of(session.Peer, facts.Values, facts.Service));
            findings.AddRange(await log.AdvisedAsync(cancellationToken).ConfigureAwait(false));
            findings.AddRange(await SessionChecks.AdvisedAsync(session, CompletesRows, cancellationToken).ConfigureAwait(false));
            if (facts.Service is ManagedService.Rds or ManagedService.Aurora)
            {
                findings.AddRange(await RetentionChecks.OfAmazonAsync(session, facts.Service, cancellationToken).ConfigureAwait(false));
            }
        }

        foreach (var table in tables)
        {
            findings.AddRange(await facts.Tables.AllAsync(table, cancellationToken).ConfigureAwait(false));
        }

        return [.. findings.OrderByDescending(f => f.Severity)];
    }

    private static async Task<IReadOnlyList<Finding>> RequiredAsync(Facts facts, IReadOnlyList<MySqlTableName> tables, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>(facts.Settings.Required());
        if (facts.Log is { } log)
        {
            findings.AddRange(await log.RequiredAsync(tables, cancellationToken).ConfigureAwait(false));
        }

        return findings;
    }

    private async Task<Facts> ReadFactsAsync(CancellationToken cancellationToken)
    {
        var values = await ServerSettings.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        var service = ManagedServices.Of(host, session.Version, values["basedir"], values["aurora_version"] is not null);
        return new Facts(
            values, service, new SettingChecks(session.Peer, session.Version, ServerDialects.Of(session).Requirements, values, service) { CompletesRows = CompletesRows }, values["log_bin"] == "ON" ? new LogChecks(session, values) : null, new TableChecks(session, values));
    }

    /// <param name="Values">The server's variables.</param>
    /// <param name="Service">Who runs it.</param>
    /// <param name="Settings">Checks of the variables.</param>
    /// <param name="Log">Checks of the log; null when there is none.</param>
    /// <param name="Tables">Checks of tables.</param>
    private sealed record Facts(ServerSettings Values, ManagedService Service, SettingChecks Settings, LogChecks? Log, TableChecks Tables);
}
