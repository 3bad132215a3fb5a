using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Tables;

/// <summary>Checks, before anything is read, whether a server can be captured without losing changes in silence.</summary>
internal sealed class Preflight(MySqlConnection connection)
{
    /// <summary>Checks settings and grants, and that nothing is left out of the log.</summary>
    /// <exception cref="BinlogUnavailableException">Something is not as required; the message lists all of it with the statements that fix it.</exception>
    public async Task CheckServerAsync(CancellationToken cancellationToken)
    {
        if (connection.Server.IsMariaDb)
        {
            throw new BinlogUnavailableException(
                $"{connection.Peer} is MariaDB ({connection.Server.ServerVersion}), whose GTIDs and events differ; only MySQL is supported so far. Capture from a MySQL server.");
        }

        var settings = await ServerSettings.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        var problems = new List<string>(settings.Problems());
        await CheckGrantsAsync(problems, settings, cancellationToken).ConfigureAwait(false);
        if (problems.Count > 0)
        {
            throw new BinlogUnavailableException($"{connection.Peer} cannot be captured as it is:\n- {string.Join("\n- ", problems)}");
        }
    }

    /// <summary>Checks the tables themselves: rows that foreign keys change must appear in the log.</summary>
    /// <exception cref="BinlogUnavailableException">They would not; the message lists the constraints.</exception>
    public async Task CheckTablesAsync(IReadOnlyList<TableDefinition> tables, CancellationToken cancellationToken)
    {
        var settings = await ServerSettings.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        if (!settings.LogsCascades)
        {
            await RefuseCascadesAsync(tables, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The session's account as GRANT spells it: <c>'cdc'@'%'</c>.</summary>
    public static async Task<string> AccountAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        var account = (await connection.QueryAsync("SELECT CURRENT_USER()", cancellationToken).ConfigureAwait(false))[0, 0]!;
        var at = account.LastIndexOf('@');
        return $"{MySqlTableName.Literal(account[..at])}@{MySqlTableName.Literal(account[(at + 1)..])}";
    }

    private async Task CheckGrantsAsync(List<string> problems, ServerSettings settings, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        var grants = await connection.QueryAsync("SHOW GRANTS", cancellationToken).ConfigureAwait(false);
        if (!grants.Rows.Any(r => r[0]!.Contains(" ON *.* ", StringComparison.Ordinal)
            && (r[0]!.Contains("REPLICATION SLAVE", StringComparison.Ordinal) || r[0]!.Contains("ALL PRIVILEGES", StringComparison.Ordinal))))
        {
            missing.Add("REPLICATION SLAVE");
        }

        try
        {
            if (settings["log_bin"] == "ON")
            {
                CheckFilters(problems, await BinlogStatus.ReadAsync(connection, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (MySqlServerException error) when (error.Code == ServerErrors.SpecificAccessDenied)
        {
            missing.Add("REPLICATION CLIENT");
        }

        if (missing.Count > 0)
        {
            var account = await AccountAsync(connection, cancellationToken).ConfigureAwait(false);
            problems.Add($"the account lacks {string.Join(" and ", missing)}. Run: GRANT {string.Join(", ", missing)} ON *.* TO {account};");
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

    // SHOW CREATE TABLE needs no more than SELECT; information_schema hides constraints from accounts that may only read.
    private async Task RefuseCascadesAsync(IReadOnlyList<TableDefinition> tables, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var table in tables)
        {
            var definition = (await connection.QueryAsync($"SHOW CREATE TABLE {table.Name.Quoted}", cancellationToken).ConfigureAwait(false))[0, 1]!;
            problems.AddRange(ForeignKeyText.Actions(definition).Select(fk =>
                $"{table.Name}: foreign key {fk.Name} has {fk.Action}. Run: ALTER TABLE {table.Name.Quoted} DROP FOREIGN KEY {MySqlTableName.Quote(fk.Name)}; "
                + "and let the application change the rows, or add the constraint again without that action"));
        }

        if (problems.Count > 0)
        {
            throw new BinlogUnavailableException(
                $"{connection.Peer} ({connection.Server.ServerVersion}) changes rows of captured tables through foreign keys without logging it, so the changes would be lost "
                + $"(MySQL logs them from 9.6 on, with innodb_native_foreign_keys=OFF):\n- {string.Join("\n- ", problems)}");
        }
    }
}
