using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Checks;

/// <summary>Whether single tables can be captured.</summary>
/// <param name="session">Asks.</param>
/// <param name="settings">The server's variables.</param>
internal sealed class TableChecks(ServerSession session, ServerSettings settings)
{
    private static readonly HashSet<string> SystemDatabases = new(["mysql", "sys", "information_schema", "performance_schema"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Foreign keys that change rows without logging it, of a server that took the place of one that logs it.</summary>
    public async Task<IReadOnlyList<Finding>> UnloggedCascadesAsync(IReadOnlyList<MySqlTableName> tables, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var table in settings.LogsCascades ? [] : tables)
        {
            findings.AddRange((await ForeignKeysAsync(table, cancellationToken).ConfigureAwait(false)).Select(fk => Finding.Error(
                "table.cascade", table.ToString(), $"{table}: foreign key {fk.Name} has {fk.Actions}",
                $"MySQL {session.Version} changes the rows without logging it, and the pipeline began with a server that logs it",
                "Run: SET PERSIST_ONLY innodb_native_foreign_keys=OFF; and restart the server; or start the pipeline again, which then follows the foreign keys itself.")));
        }

        return findings;
    }

    /// <summary>Everything about one table; errors are those that a pipeline would end with when it describes or reads it.</summary>
    public async Task<IReadOnlyList<Finding>> AllAsync(MySqlTableName table, CancellationToken cancellationToken)
    {
        if (SystemDatabases.Contains(table.Database))
        {
            return [Finding.Error(
                "table.system", table.ToString(), $"{table} is a table of the server itself", "its changes are not logged as rows", "Capture tables of applications only.")];
        }

        TableDefinition definition;
        try
        {
            var reader = new TableReader(session, DatePolicy.Strict);
            definition = (await reader.ReadAsync([table], cancellationToken).ConfigureAwait(false))[0];
            _ = settings.LogsCascades ? [] : await new ForeignKeyReader(session, reader).DescribeAsync([definition], cancellationToken).ConfigureAwait(false);
        }
        catch (CdcLakeException error) when (error is SchemaMismatchException or BinlogUnavailableException or UnsupportedTypeException)
        {
            var code = error is SchemaMismatchException ? "table.missing" : error is BinlogUnavailableException ? "grant.select" : "column.type";
            return [Finding.Error(code, table.ToString(), error.Message.TrimEnd('.'), "the table cannot be described", null)];
        }

        return
        [
            .. Definition(definition),
            .. await TriggersAsync(definition.Name, cancellationToken).ConfigureAwait(false),
            .. await ZeroDatesAsync(definition.Name, cancellationToken).ConfigureAwait(false),
            .. await CascadesAsync(definition.Name, cancellationToken).ConfigureAwait(false),
        ];
    }

    private static IEnumerable<Finding> Definition(TableDefinition table)
    {
        var where = table.Name.ToString();
        if (!table.IsTransactional)
        {
            yield return Finding.Error(
                "table.engine", where, $"{table.Name} uses engine {table.Engine}", "no consistent view of it can be read, so there is no exact snapshot", $"Run: ALTER TABLE {table.Name.Quoted} ENGINE=InnoDB;");
        }

        if (table.Key.Count == 0)
        {
            yield return Finding.Warning(
                "table.no-key", where, $"{table.Name} has no primary key and no unique key without nullable columns",
                "its rows cannot be told apart: a sink has no key for it, and a snapshot has to find a moment in which nobody writes to it",
                $"Run: ALTER TABLE {table.Name.Quoted} ADD COLUMN id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY;");
        }

        foreach (var column in table.Columns.Where(c => c.Unsupported is not null))
        {
            yield return Finding.Warning(
                "column.type", where, $"{table.Name}.{column.Name} is {column.NativeType}, which cannot be captured: {column.Unsupported}", "a pipeline that reads the column ends at its start",
                MySqlColumn.LeaveOut);
        }
    }

    private async Task<IReadOnlyList<Finding>> TriggersAsync(MySqlTableName table, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(
            $"SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = {MySqlTableName.Literal(table.Database)} AND EVENT_OBJECT_TABLE = {MySqlTableName.Literal(table.Table)}",
            cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? [] : [Finding.Information(
            "table.triggers", table.ToString(), $"{table} has triggers: {string.Join(", ", rows.Rows.Select(r => r[0]))}", "what they change is logged as rows and captured like any other change")];
    }

    private async Task<IReadOnlyList<Finding>> ZeroDatesAsync(MySqlTableName table, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(
            $"SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {MySqlTableName.Literal(table.Database)} AND TABLE_NAME = {MySqlTableName.Literal(table.Table)} "
            + "AND DATA_TYPE IN ('date', 'datetime', 'timestamp') AND TRIM(LEADING '''' FROM COLUMN_DEFAULT) LIKE '0000-00-00%' ORDER BY ORDINAL_POSITION",
            cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? [] : [Finding.Warning(
            "column.zero-dates", table.ToString(), $"{table} gives dates that no calendar has by default, in {string.Join(", ", rows.Rows.Select(r => r[0]))}", "the first such row ends the pipeline",
            $"Say what becomes of them: o.InvalidDatesOf[\"{table}\"] = InvalidDates.Null;")];
    }

    private async Task<IEnumerable<Finding>> CascadesAsync(MySqlTableName table, CancellationToken cancellationToken) =>
        settings.LogsCascades ? [] : (await ForeignKeysAsync(table, cancellationToken).ConfigureAwait(false)).Select(fk => Finding.Information(
            "table.cascade", table.ToString(), $"{table}: foreign key {fk.Name} has {fk.Actions}, which the server does not log",
            "the pipeline follows it from a copy of the rows, which takes memory like a join"));

    private async Task<IReadOnlyList<ForeignKeyText>> ForeignKeysAsync(MySqlTableName table, CancellationToken cancellationToken)
    {
        try
        {
            return await ForeignKeyReader.FindAsync(session, table, cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (error.Code is ServerErrors.NoSuchTable or ServerErrors.UnknownDatabase)
        {
            return []; // its statement is still to come in the log, where it is judged
        }
        catch (MySqlServerException error) when (error.Code is ServerErrors.TableAccessDenied or ServerErrors.AccessDeniedDatabase)
        {
            return []; // the grant is missing, which is told when the table is described
        }
    }
}
