using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Tables;

/// <summary>Reads table definitions from information_schema. Needs no privilege beyond SELECT on the tables.</summary>
/// <param name="session">Asks the server.</param>
/// <param name="dates">What becomes of dates that no calendar has.</param>
/// <param name="readsDefaults">The defaults of columns are wanted too.</param>
internal sealed class TableReader(ServerSession session, DatePolicy dates, bool readsDefaults = false)
{
    private const string SystemVersioned = "SYSTEM VERSIONED"; // of MariaDB

    /// <summary>The tables of a database that are meant and that the account can see, by name; views are none.</summary>
    public static async Task<IReadOnlyList<MySqlTableName>> ListAsync(ServerSession session, TableSelection selection, CancellationToken cancellationToken)
    {
        var found = await session.QueryAsync(
            $"SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {MySqlTableName.Literal(selection.Database)} AND TABLE_TYPE IN ('BASE TABLE', '{SystemVersioned}')", cancellationToken).ConfigureAwait(false);
        return [.. found.Rows.Where(r => selection.Takes(r[1]!)).Select(r => new MySqlTableName(r[0]!, r[1]!)).OrderBy(n => n.Table, StringComparer.Ordinal)];
    }

    /// <summary>Reads the tables in the order asked for.</summary>
    /// <exception cref="SchemaMismatchException">A table does not exist (the message names similar ones) or is a view.</exception>
    /// <exception cref="BinlogUnavailableException">The account may not read a table; the message prints the grant.</exception>
    /// <exception cref="UnsupportedTypeException">A column type is not known at all.</exception>
    public async Task<IReadOnlyList<TableDefinition>> ReadAsync(IReadOnlyList<MySqlTableName> names, CancellationToken cancellationToken)
    {
        await ShowHiddenKeysAsync(cancellationToken).ConfigureAwait(false);
        var tables = new List<TableDefinition>(names.Count);
        foreach (var name in names)
        {
            tables.Add(await ReadAsync(name, cancellationToken).ConfigureAwait(false));
        }

        return tables;
    }

    /// <summary>
    /// Reads a table again that could be read before, without ever waiting for a lock on it: whoever holds one may wait for the answer.
    /// </summary>
    /// <returns>Null when there is no such table any more.</returns>
    public async Task<TableDefinition?> ReadAgainAsync(MySqlTableName name, CancellationToken cancellationToken)
    {
        var found = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : await ReadAsync(found, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a table of which it is not certain that it is there.</summary>
    /// <returns>Null when there is no table of that name, or it is a view.</returns>
    public async Task<TableDefinition?> FindBaseTableAsync(MySqlTableName name, CancellationToken cancellationToken)
    {
        await ShowHiddenKeysAsync(cancellationToken).ConfigureAwait(false);
        var found = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        try
        {
            return found.Count == 0 || found[0, 3] is not ("BASE TABLE" or SystemVersioned) ? null : await ReadAsync(found, cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (error.Code == ServerErrors.NoSuchTable)
        {
            return null; // dropped meanwhile
        }
    }

    private async Task<TableDefinition> ReadAsync(MySqlTableName name, CancellationToken cancellationToken)
    {
        var found = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        await ProbeAsync(name, found.Count > 0, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            found = await FindAsync(name, cancellationToken).ConfigureAwait(false); // it may have been created in between
        }

        if (found.Count == 0)
        {
            throw new SchemaMismatchException($"{name} on {session.Peer} can be read but is not listed in information_schema; temporary tables cannot be captured.");
        }

        try
        {
            return await ReadAsync(found, cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (error.Code == ServerErrors.NoSuchTable)
        {
            throw Dropped(name, error);
        }
    }

    private static SchemaMismatchException Dropped(MySqlTableName name, Exception cause) =>
        new($"Table {name} was dropped or renamed while its definition was being read. It is looked for again.", cause) { IsTransient = true, IsTableMissing = true };

    private Task<StatementResult> FindAsync(MySqlTableName name, CancellationToken cancellationToken) =>
        session.QueryAsync($"SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE, TABLE_TYPE, TABLE_COLLATION FROM information_schema.TABLES WHERE {Where(name)}", cancellationToken);

    private static string Where(MySqlTableName name) => $"TABLE_SCHEMA = {MySqlTableName.Literal(name.Database)} AND TABLE_NAME = {MySqlTableName.Literal(name.Table)}";

    private async Task<TableDefinition> ReadAsync(StatementResult found, CancellationToken cancellationToken)
    {
        var actual = new MySqlTableName(found[0, 0]!, found[0, 1]!);
        if (found[0, 3] != "BASE TABLE")
        {
            throw found[0, 3] == SystemVersioned
                ? Versioned(actual)
                : new SchemaMismatchException($"{actual} is a {found[0, 3]!.ToLowerInvariant()}, which has no changes of its own in the binary log. Capture the tables behind it.");
        }

        StatementResult rows;
        List<List<string>> keys;
        IReadOnlyDictionary<string, string> moments = new Dictionary<string, string>();
        do
        {
            rows = await ReadColumnsAsync(actual, cancellationToken).ConfigureAwait(false);
            keys = await ReadUniqueKeysAsync(actual, cancellationToken).ConfigureAwait(false);
            moments = readsDefaults ? await TimestampDefaults.ReadAsync(session, actual, cancellationToken).ConfigureAwait(false) : moments;
        }
        while (!Same(rows, await ReadColumnsAsync(actual, cancellationToken).ConfigureAwait(false))); // else it was altered in between

        // Without a primary key the server, and its log, take the first unique key without nullable columns for it, and mark its columns so.
        var marked = rows.Rows.Where(r => r[4] == "PRI").Select(r => r[0]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var primary = keys.Find(marked.SetEquals) ?? [];
        var columns = rows.Rows
            .Select(row => MySqlColumnTypeText.Parse(row[0]!, row[1]!, row[2], row[3] == "YES", 1 + primary.FindIndex(k => Same(k, row[0]!))) with { IsGenerated = !string.IsNullOrEmpty(row[5]), Collation = row[6] ?? "", Default = readsDefaults ? DefaultOf(row, moments) : null })
            .ToList();
        columns = [.. dates.Apply(actual.ToString(), columns).Select(c => c.IsGenerated && LeavesComputedOut ? c with { IsNotLogged = true } : c)];
        return new TableDefinition(actual, found[0, 2] ?? "", columns, KeyOf(columns, keys)) { Charset = found[0, 4]?.Split('_')[0] };
    }

    // The moment stands for the text too, by which defaults are compared: that of information_schema changes whenever somebody in another time zone alters the table.
    private DeclaredDefault DefaultOf(string?[] row, IReadOnlyDictionary<string, string> moments) =>
        row[1]!.StartsWith("timestamp", StringComparison.OrdinalIgnoreCase) && moments.TryGetValue(row[0]!, out var moment)
            ? new DeclaredDefault(moment, row[8] ?? "", session.IsMariaDb) { Moment = moment }
            : new DeclaredDefault(row[7], row[8] ?? "", session.IsMariaDb);

    // Seen in 11.8 and not in 10.5; of versions between the log tells.
    private bool LeavesComputedOut => session.IsMariaDb && Version.TryParse(session.Version.Split('-')[0], out var version) && version >= new Version(11, 8);

    private static UnsupportedTypeException Versioned(MySqlTableName table) => new(
        $"Table {table} is system-versioned: the log has the rows of its history too, as changes of the table itself, so that it cannot be told from what the table shows. "
        + $"Leave the table out (of a database with Exclude), or drop its history: ALTER TABLE {table.Quoted} DROP SYSTEM VERSIONING;");

    private Task<StatementResult> ReadColumnsAsync(MySqlTableName actual, CancellationToken cancellationToken) => session.QueryAsync(
        $"SELECT COLUMN_NAME, COLUMN_TYPE, CHARACTER_SET_NAME, IS_NULLABLE, COLUMN_KEY, GENERATION_EXPRESSION, COLLATION_NAME{(readsDefaults ? ", COLUMN_DEFAULT, EXTRA" : "")} FROM information_schema.COLUMNS WHERE {Where(actual)} ORDER BY ORDINAL_POSITION",
        cancellationToken);

    private static bool Same(StatementResult left, StatementResult right) =>
        left.Count == right.Count && left.Rows.Zip(right.Rows, (l, r) => l.SequenceEqual(r, StringComparer.Ordinal)).All(same => same);

    // Generated invisible primary keys stand in the log, whatever the server shows of them.
    private async Task ShowHiddenKeysAsync(CancellationToken cancellationToken)
    {
        try
        {
            await session.ExecuteAsync("SET SESSION show_gipk_in_create_table_and_information_schema=ON", cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (error.Code == ServerErrors.UnknownSystemVariable)
        {
            // Before MySQL 8.0.30 there are no such keys.
        }
    }

    // Reading tells a missing grant from a missing table, which information_schema shows alike.
    private async Task ProbeAsync(MySqlTableName name, bool isListed, CancellationToken cancellationToken)
    {
        try
        {
            await session.ExecuteAsync($"SELECT 1 FROM {name.Quoted} LIMIT 0", cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (error.Code is ServerErrors.TableAccessDenied or ServerErrors.AccessDeniedDatabase)
        {
            throw new BinlogUnavailableException(
                $"The account may not read {name} on {session.Peer}, or the table does not exist. If it does:\n  GRANT SELECT ON {name.Quoted} TO "
                + $"{await AccountAsync(cancellationToken).ConfigureAwait(false)};\nIf not, what is meant may be another.{await SuggestAsync(name, cancellationToken).ConfigureAwait(false)}", error);
        }
        catch (MySqlServerException error) when (isListed && error.Code is ServerErrors.NoSuchTable)
        {
            throw Dropped(name, error);
        }
        catch (MySqlServerException error) when (error.Code is ServerErrors.NoSuchTable or ServerErrors.UnknownDatabase)
        {
            throw new SchemaMismatchException($"{session.Peer} has no table {name}.{await SuggestAsync(name, cancellationToken).ConfigureAwait(false)}", error) { IsTableMissing = true };
        }
    }

    private async Task<string> AccountAsync(CancellationToken cancellationToken) => await ServerAccount.ReadAsync(session, cancellationToken).ConfigureAwait(false);

    private async Task<string> SuggestAsync(MySqlTableName name, CancellationToken cancellationToken)
    {
        var result = await session.QueryAsync(
            "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
            + "WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') LIMIT 5000",
            cancellationToken).ConfigureAwait(false);
        var near = NearestNames.Of(name.ToString(), result.Rows.Select(r => new MySqlTableName(r[0]!, r[1]!).ToString()));
        return near.Count == 0 ? " It has no table this account can see." : $" Similar: {string.Join(", ", near)}.";
    }

    // Columns of each unique key, in the server's order of keys: the primary key first.
    private async Task<List<List<string>>> ReadUniqueKeysAsync(MySqlTableName table, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync($"SHOW INDEX FROM {table.Quoted}", cancellationToken).ConfigureAwait(false);
        var keys = new List<List<string>>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i, "Non_unique"] != "0")
            {
                continue;
            }

            if (rows[i, "Seq_in_index"] == "1")
            {
                keys.Add([]);
            }

            keys[^1].Add(rows[i, "Column_name"] ?? ""); // an expression has no column; no column has an empty name
        }

        return keys;
    }

    private static List<int> KeyOf(List<MySqlColumn> columns, List<List<string>> keys)
    {
        foreach (var names in keys)
        {
            var ordinals = names.ConvertAll(name => columns.FindIndex(c => Same(c.Name, name)));
            if (ordinals.TrueForAll(o => o >= 0 && !columns[o].IsNullable && columns[o].Unsupported is null))
            {
                return ordinals;
            }
        }

        return [];
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
