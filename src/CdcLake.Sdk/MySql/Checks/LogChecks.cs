using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Checks;

/// <summary>Whether the account may read the log, and whether the log has everything: each asks the server to do what will be done, so that roles count.</summary>
/// <param name="session">Asks.</param>
/// <param name="settings">The server's variables.</param>
internal sealed class LogChecks(ServerSession session, ServerSettings settings)
{
    private readonly IServerDialect _dialect = ServerDialects.Of(session);
    private readonly List<string> _missing = [];

    /// <summary>What keeps a pipeline from running.</summary>
    /// <param name="tables">The captured tables.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<Finding>> RequiredAsync(IReadOnlyList<MySqlTableName> tables, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        if (!await _dialect.MayReadLogAsync(session, cancellationToken).ConfigureAwait(false))
        {
            _missing.Add("REPLICATION SLAVE");
        }

        var needs = _dialect.Requirements;
        await TryAsync(needs.LogPrivilege, async () => findings.AddRange(Filters(await BinlogStatus.ReadAsync(session, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        await TryAsync(needs.ReplicaPrivilege, async () => findings.AddRange(Replica(await ReadChannelsAsync(cancellationToken).ConfigureAwait(false), tables))).ConfigureAwait(false);
        if (needs.XaPrivilege is { } forXa)
        {
            await TryAsync(forXa, () => session.ExecuteAsync("XA RECOVER", cancellationToken)).ConfigureAwait(false);
        }

        if (_missing.Count > 0)
        {
            var account = await ServerAccount.ReadAsync(session, cancellationToken).ConfigureAwait(false);
            findings.Insert(0, Finding.Error(
                "grant." + string.Join("+", _missing.Select(m => m.ToLowerInvariant().Replace(' ', '-').Replace('_', '-'))), session.Peer, $"the account {account} lacks {string.Join(" and ", _missing)}",
                "reading the log, its end, and what is prepared at the start need these", $"Run: GRANT {string.Join(", ", _missing)} ON *.* TO {account};"));
        }

        return findings;
    }

    /// <summary>What may go wrong later.</summary>
    public async Task<IReadOnlyList<Finding>> AdvisedAsync(CancellationToken cancellationToken)
    {
        if (_missing.Contains(_dialect.Requirements.ReplicaPrivilege))
        {
            return [];
        }

        var channels = await ReadChannelsAsync(cancellationToken).ConfigureAwait(false);
        var findings = new List<Finding>();
        for (var i = 0; i < channels.Count; i++)
        {
            var row = i;
            var state = (Io: Of("Replica_IO_Running", "Slave_IO_Running"), Sql: Of("Replica_SQL_Running", "Slave_SQL_Running"));
            if (state.Io == "No" || state.Sql == "No")
            {
                var error = Of("Last_SQL_Error", "Last_Error") is { Length: > 0 } sql ? sql : Of("Last_IO_Error", "Last_Error");
                findings.Add(Finding.Warning(
                    "replica.stopped", session.Peer, $"the server is a replica that is stopped{(string.IsNullOrEmpty(error) ? "" : $": {error}")}", "it gets no changes, and so does a pipeline that captures from it",
                    "Run: START REPLICA; or capture from its source."));
            }

            string? Of(string name, string before) => channels.HasColumn(name) ? channels[row, name] : channels.HasColumn(before) ? channels[row, before] : null;
        }

        return findings;
    }

    private Task<StatementResult> ReadChannelsAsync(CancellationToken cancellationToken) => session.QueryAsync("SHOW REPLICA STATUS", "SHOW SLAVE STATUS", cancellationToken);

    private async Task TryAsync(string privilege, Func<Task> use)
    {
        try
        {
            await use().ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (error.Code is ServerErrors.SpecificAccessDenied or ServerErrors.XaAccessDenied)
        {
            if (!_missing.Contains(privilege))
            {
                _missing.Add(privilege);
            }
        }
    }

    private IEnumerable<Finding> Filters(BinlogStatus status)
    {
        if (status.DoDatabases.Length > 0 || status.IgnoredDatabases.Length > 0)
        {
            var option = status.DoDatabases.Length > 0 ? $"binlog-do-db={status.DoDatabases}" : $"binlog-ignore-db={status.IgnoredDatabases}";
            yield return Finding.Error(
                "log.filter", session.Peer, $"the server leaves changes out of its log ({option})", "what is left out is never captured",
                "Remove binlog-do-db and binlog-ignore-db from its configuration and restart it.");
        }
    }

    private IEnumerable<Finding> Replica(StatementResult channels, IReadOnlyList<MySqlTableName> tables)
    {
        if (channels.Count > 0 && !settings.LogsReplicatedChanges)
        {
            yield return Finding.Error(
                "setting.log_replica_updates", session.Peer, "the server is a replica with log_replica_updates=OFF", "what it applies is missing from its log",
                "Restart it with log_replica_updates=ON, or capture from its source.");
        }

        for (var channel = 0; channel < channels.Count; channel++)
        {
            var row = channel;
            var filters = ReplicaFilters.Of(name => channels.HasColumn(name) ? channels[row, name] : null);
            foreach (var table in tables.Where(filters.LeaveOut))
            {
                yield return Finding.Error(
                    "replica.filter", table.ToString(), $"the server is a replica whose filters leave out {table}", "its changes are missing",
                    $"{(session.IsMariaDb ? "Stop the replica, change replicate_do_table, replicate_ignore_table and the like with SET GLOBAL" : "Run CHANGE REPLICATION FILTER")} so that it is taken and load it anew, or capture from the source.");
            }
        }
    }
}
