using CdcLake.Connectors;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Tables;

/// <summary>
/// Finds the foreign keys that change rows of tables by themselves, and the tables that they refer to: of a server that does not log such changes both are needed to follow them.
/// SHOW CREATE TABLE needs no more than SELECT; information_schema hides constraints from accounts that may only read.
/// </summary>
/// <param name="session">Asks the server.</param>
/// <param name="reader">Reads the tables that are referred to.</param>
internal sealed class ForeignKeyReader(ServerSession session, TableReader reader)
{
    private readonly Dictionary<MySqlTableName, TableDefinition> _known = [];

    /// <summary>Describes tables with their foreign keys, and behind them those that they refer to, directly and through others.</summary>
    /// <exception cref="BinlogUnavailableException">What a foreign key does cannot be followed exactly, or a table that it refers to may not be read.</exception>
    public async Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<TableDefinition> tables, CancellationToken cancellationToken)
    {
        var queue = new Queue<TableDefinition>(tables);
        foreach (var table in tables)
        {
            _known[table.Name] = table;
        }

        var described = new List<SourceTable>();
        while (queue.TryDequeue(out var table))
        {
            var keys = new List<ForeignKey>();
            var texts = await FindAsync(session, table.Name, cancellationToken).ConfigureAwait(false);
            var columns = texts.Count == 0 ? [] : await ColumnsAsync(table.Name, cancellationToken).ConfigureAwait(false);
            foreach (var text in texts)
            {
                var parent = new MySqlTableName(text.Database ?? table.Name.Database, text.Table);
                if (!_known.TryGetValue(parent, out var definition))
                {
                    definition = (await reader.ReadAsync([parent], cancellationToken).ConfigureAwait(false))[0];
                    if (_known.TryAdd(definition.Name, definition)) // else it is only spelled otherwise
                    {
                        queue.Enqueue(definition);
                    }
                }

                keys.Add(Resolve(text, table, definition, columns));
            }

            described.Add(table.Describe(table.Name.ToString()) with { ForeignKeys = keys });
        }

        return described;
    }

    /// <summary>The foreign keys of a table that change its rows.</summary>
    /// <exception cref="MySqlServerException">The table does not exist, or may not be read.</exception>
    public static async Task<IReadOnlyList<ForeignKeyText>> FindAsync(ServerSession session, MySqlTableName table, CancellationToken cancellationToken) =>
        [.. ForeignKeyText.Find((await session.QueryAsync($"SHOW CREATE TABLE {table.Quoted}", cancellationToken).ConfigureAwait(false))[0, 1] ?? "")];

    // Collation and expression of each column, where it has them.
    private async Task<Dictionary<string, (string? Collation, string Expression)>> ColumnsAsync(MySqlTableName table, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(
            "SELECT COLUMN_NAME, COLLATION_NAME, GENERATION_EXPRESSION FROM information_schema.COLUMNS "
            + $"WHERE TABLE_SCHEMA = {MySqlTableName.Literal(table.Database)} AND TABLE_NAME = {MySqlTableName.Literal(table.Table)}",
            cancellationToken).ConfigureAwait(false);
        return rows.Rows.ToDictionary(r => r[0]!, r => (r[1], r[2] ?? ""), StringComparer.OrdinalIgnoreCase);
    }

    // Expressions name columns in backticks; one may build on another.
    private static List<int> ComputedFrom(List<int> columns, TableDefinition table, Dictionary<string, (string? Collation, string Expression)> details)
    {
        var found = new List<int>(columns);
        for (var i = 0; i < found.Count; i++)
        {
            var name = MySqlTableName.Quote(table.Columns[found[i]].Name);
            found.AddRange(Enumerable.Range(0, table.Columns.Count).Except(found).Where(c =>
                details.TryGetValue(table.Columns[c].Name, out var detail) && detail.Expression.Contains(name, StringComparison.OrdinalIgnoreCase)).ToList());
        }

        return found[columns.Count..];
    }

    private static ForeignKey Resolve(ForeignKeyText text, TableDefinition child, TableDefinition parent, Dictionary<string, (string? Collation, string Expression)> details)
    {
        var columns = text.Columns.Select(c => OrdinalOf(child, c)).ToList();
        var parents = text.ParentColumns.Select(c => OrdinalOf(parent, c)).ToList();
        var rules = new List<KeyRules>();
        for (var i = 0; i < columns.Count; i++)
        {
            var (own, other) = (child.Columns[columns[i]], parent.Columns[parents[i]]);
            var collation = own.Labels.IsEmpty ? details.GetValueOrDefault(own.Name).Collation : null;
            if (own.Unsupported is { } reason)
            {
                throw Refused(text, child, $"column {own.Name} cannot be captured: {reason}");
            }

            if (!own.DataType.Equals(other.DataType) || !own.Labels.SequenceEqual(other.Labels, StringComparer.Ordinal))
            {
                throw Refused(text, child, $"{own.Name} is {own.NativeType} and {parent.Name}.{other.Name} is {other.NativeType}, which the server compares in a way of its own");
            }

            if (own.InvalidDates is not (InvalidDates.Error or InvalidDates.Text))
            {
                throw Refused(text, child, $"dates in {own.Name} that no calendar has become others ({nameof(InvalidDates)}.{own.InvalidDates}), so that it cannot be told which rows refer to one");
            }

            rules.Add(CollationRules.Of(collation) ?? throw Refused(text, child, $"column {own.Name} has collation {collation}, of which it is not known here which values are the same"));
        }

        return new ForeignKey(text.Name, parent.Name.ToString(), columns, parents, rules, text.OnDelete, text.OnUpdate)
        {
            Computed = ComputedFrom(columns, child, details),
        };
    }

    private static int OrdinalOf(TableDefinition table, string name)
    {
        for (var i = 0; i < table.Columns.Count; i++)
        {
            if (table.Columns[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        throw new SchemaMismatchException($"Table {table.Name} was altered while its foreign keys were being read: it has no column {name} any more.") { IsTransient = true };
    }

    private static BinlogUnavailableException Refused(ForeignKeyText key, TableDefinition table, string why) => new(
        $"Table {table.Name}: foreign key {key.Name} has {key.Actions}, which the server does not log, and what it does cannot be followed exactly: {why}. "
        + $"Run: ALTER TABLE {table.Name.Quoted} DROP FOREIGN KEY {MySqlTableName.Quote(key.Name)}; and let the application change the rows, or add the constraint again without that action.");
}
