using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Tables;

/// <summary>
/// Checks whether a server can be captured without losing changes in silence. A handful of statements, so that it runs on every new connection to a log: a server may have
/// been restarted with other settings, and another host of the list may have others. Each check asks the server to do what will be done, so that roles count.
/// </summary>
internal sealed class Preflight(ServerSession session)
{
    /// <summary>Checks settings and grants, that nothing is left out of the log, and that rows of the tables that foreign keys change appear in it.</summary>
    /// <param name="tables">The captured tables; one that does not exist (any more, or yet) is left out of the check.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BinlogUnavailableException">Something is not as required; the message lists all of it with the statements that fix it.</exception>
    public async Task CheckAsync(IReadOnlyList<MySqlTableName> tables, CancellationToken cancellationToken)
    {
        if (session.IsMariaDb)
        {
            throw new BinlogUnavailableException(
                $"{session.Peer} is MariaDB ({session.Version}), whose GTIDs and events differ; only MySQL is supported so far. Capture from a MySQL server.");
        }

        var settings = await ServerSettings.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        var problems = new List<string>(settings.Problems());
        if (settings["log_bin"] == "ON")
        {
            await CheckLogAsync(problems, settings, tables, cancellationToken).ConfigureAwait(false);
        }

        if (problems.Count > 0)
        {
            throw new BinlogUnavailableException($"{session.Peer} cannot be captured as it is:\n- {string.Join("\n- ", problems)}");
        }

        if (!settings.LogsCascades)
        {
            await RefuseCascadesAsync(tables, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The session's account as GRANT spells it: <c>'cdc'@'%'</c>.</summary>
    public static async Task<string> AccountAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var account = (await session.QueryAsync("SELECT CURRENT_USER()", cancellationToken).ConfigureAwait(false))[0, 0]!;
        var at = account.LastIndexOf('@');
        return $"{MySqlTableName.Literal(account[..at])}@{MySqlTableName.Literal(account[(at + 1)..])}";
    }

    private async Task CheckLogAsync(List<string> problems, ServerSettings settings, IReadOnlyList<MySqlTableName> tables, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        await TryAsync("REPLICATION SLAVE", () => AskAsync("SHOW REPLICAS", "SHOW SLAVE HOSTS", cancellationToken)).ConfigureAwait(false);
        await TryAsync("REPLICATION CLIENT", async () =>
        {
            CheckFilters(problems, await BinlogStatus.ReadAsync(session, cancellationToken).ConfigureAwait(false));
            CheckReplica(problems, settings, await AskAsync("SHOW REPLICA STATUS", "SHOW SLAVE STATUS", cancellationToken).ConfigureAwait(false), tables);
        }).ConfigureAwait(false);
        await TryAsync("XA_RECOVER_ADMIN", () => session.ExecuteAsync("XA RECOVER", cancellationToken)).ConfigureAwait(false);
        if (missing.Count > 0)
        {
            var account = await AccountAsync(session, cancellationToken).ConfigureAwait(false);
            problems.Add($"the account lacks {string.Join(" and ", missing)}. Run: GRANT {string.Join(", ", missing)} ON *.* TO {account};");
        }

        async Task TryAsync(string privilege, Func<Task> use)
        {
            try
            {
                await use().ConfigureAwait(false);
            }
            catch (MySqlServerException error) when (error.Code is ServerErrors.SpecificAccessDenied or ServerErrors.XaAccessDenied)
            {
                missing.Add(privilege);
            }
        }
    }

    // Statements were renamed in MySQL 8.0.22, and the old names removed in 8.4.
    private async Task<StatementResult> AskAsync(string statement, string before, CancellationToken cancellationToken)
    {
        try
        {
            return await session.QueryAsync(statement, cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (error.Code == ServerErrors.ParseError)
        {
            return await session.QueryAsync(before, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void CheckFilters(List<string> problems, BinlogStatus status)
    {
        if (status.DoDatabases.Length > 0 || status.IgnoredDatabases.Length > 0)
        {
            var option = status.DoDatabases.Length > 0 ? $"binlog-do-db={status.DoDatabases}" : $"binlog-ignore-db={status.IgnoredDatabases}";
            problems.Add($"the server leaves changes out of its log ({option}). Remove binlog-do-db and binlog-ignore-db from its configuration and restart it");
        }
    }

    private static void CheckReplica(List<string> problems, ServerSettings settings, StatementResult channels, IReadOnlyList<MySqlTableName> tables)
    {
        if (channels.Count > 0 && !settings.LogsReplicatedChanges)
        {
            problems.Add("the server is a replica with log_replica_updates=OFF, so what it applies is missing from its log. Restart it with log_replica_updates=ON, or capture from its source");
        }

        for (var channel = 0; channel < channels.Count; channel++)
        {
            var row = channel;
            var filters = ReplicaFilters.Of(name => channels.HasColumn(name) ? channels[row, name] : null);
            problems.AddRange(tables.Where(filters.LeaveOut).Select(t =>
                $"the server is a replica whose filters leave out {t}, so its changes are missing. Run CHANGE REPLICATION FILTER so that it is taken, load it anew, or capture from the source"));
        }
    }

    // SHOW CREATE TABLE needs no more than SELECT; information_schema hides constraints from accounts that may only read.
    private async Task RefuseCascadesAsync(IReadOnlyList<MySqlTableName> tables, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var table in tables)
        {
            if (await DefinitionAsync(table, cancellationToken).ConfigureAwait(false) is { } definition)
            {
                problems.AddRange(ForeignKeyText.Actions(definition).Select(fk =>
                    $"{table}: foreign key {fk.Name} has {fk.Action}. Run: ALTER TABLE {table.Quoted} DROP FOREIGN KEY {MySqlTableName.Quote(fk.Name)}; "
                    + "and let the application change the rows, or add the constraint again without that action"));
            }
        }

        if (problems.Count > 0)
        {
            throw new BinlogUnavailableException(
                $"{session.Peer} ({session.Version}) changes rows of captured tables through foreign keys without logging it, so the changes would be lost "
                + $"(MySQL logs them from 9.6 on, with innodb_native_foreign_keys=OFF):\n- {string.Join("\n- ", problems)}");
        }
    }

    private async Task<string?> DefinitionAsync(MySqlTableName table, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.QueryAsync($"SHOW CREATE TABLE {table.Quoted}", cancellationToken).ConfigureAwait(false))[0, 1];
        }
        catch (MySqlServerException error) when (error.Code is ServerErrors.NoSuchTable or ServerErrors.UnknownDatabase)
        {
            return null; // its statement is still to come in the log, where it is judged
        }
    }
}
