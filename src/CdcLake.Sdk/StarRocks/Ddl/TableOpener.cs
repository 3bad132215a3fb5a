using System.Globalization;

namespace CdcLake.StarRocks.Ddl;

/// <summary>Creates tables that do not exist, and holds those that do against what is to be written to them.</summary>
internal static class TableOpener
{
    /// <summary>Makes sure that the database is there.</summary>
    public static async Task CreateDatabaseAsync(Frontend frontend, string database, CancellationToken cancellationToken)
    {
        var found = await frontend.QueryAsync($"SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {SqlText.Literal(database)}", cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            await frontend.QueryAsync($"CREATE DATABASE IF NOT EXISTS {SqlText.Name(database)}", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <param name="frontend">Runs the statements.</param>
    /// <param name="wanted">What is to be written.</param>
    /// <param name="options">How a table is created.</param>
    /// <param name="comment">What a new table says of itself.</param>
    /// <param name="former">Columns that an earlier definition of the captured tables gave it: they say that it may be altered, and which of them are gone. Null where it may not.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The table as it is there: what its columns hold may be wider than what was wanted. Null for one to be altered.</returns>
    /// <exception cref="CatalogException">It has another key, or columns that do not hold the values; the message prints each difference.</exception>
    public static async Task<TargetTable?> OpenAsync(
        Frontend frontend, TargetTable wanted, StarRocksTableOptions options, string? comment, IReadOnlyList<string>? former, CancellationToken cancellationToken)
    {
        var columns = await ColumnsAsync(frontend, wanted.Name, cancellationToken).ConfigureAwait(false);
        if (columns.Count == 0)
        {
            await frontend.QueryAsync(wanted.CreateStatement(options, comment), cancellationToken).ConfigureAwait(false);
            columns = await ColumnsAsync(frontend, wanted.Name, cancellationToken).ConfigureAwait(false);
        }

        var differences = Differences(wanted, columns).ToList();
        if (former is not null && (differences.Count > 0 || Gone(wanted, columns, former).Any()))
        {
            return null;
        }

        return differences.Count == 0 ? Adopt(wanted, columns) : throw new CatalogException(
                $"StarRocks table {wanted.Name} cannot hold this result: {string.Join("; ", differences)}. Change the table or the query, or name another table: it is created with the right columns.");
    }

    /// <summary>Gives an empty table the columns of a new definition, as far as ALTER TABLE can, and waits until the cluster has done it.</summary>
    /// <param name="frontend">Runs the statements.</param>
    /// <param name="wanted">What is to be written.</param>
    /// <param name="former">Columns that the former definition gave it.</param>
    /// <param name="pause">Waits a moment for the cluster; false when it has waited long enough.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The table as it is then; null when it has to be made anew: ALTER TABLE does not change keys, nor any type into any other.</returns>
    /// <exception cref="CatalogException">The cluster cancelled the change.</exception>
    public static async Task<TargetTable?> AlterAsync(Frontend frontend, TargetTable wanted, IReadOnlyList<string> former, Func<CancellationToken, Task<bool>> pause, CancellationToken cancellationToken)
    {
        var alteration = new TableAlteration(frontend, wanted.Name, pause);
        await alteration.WaitAsync(cancellationToken).ConfigureAwait(false); // for one of an earlier run
        var columns = await ColumnsAsync(frontend, wanted.Name, cancellationToken).ConfigureAwait(false);
        if (columns.Count == 0 || HasOtherKey(wanted, columns) || TableAlteration.Clauses(wanted, columns, Gone(wanted, columns, former)) is not { } clauses)
        {
            return null;
        }

        if (clauses.Length > 0)
        {
            await alteration.RunAsync(clauses, cancellationToken).ConfigureAwait(false);
            columns = await ColumnsAsync(frontend, wanted.Name, cancellationToken).ConfigureAwait(false);
        }

        return Differences(wanted, columns).Any() ? null : Adopt(wanted, columns);
    }

    private static bool HasOtherKey(TargetTable wanted, IReadOnlyList<FoundColumn> found) =>
        !found.Where(f => f.Key == "PRI").Select(f => f.Name).SequenceEqual(wanted.Key.Select(k => wanted.Columns[k].Name), StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<FoundColumn> Gone(TargetTable wanted, IReadOnlyList<FoundColumn> found, IReadOnlyList<string> former) =>
        found.Where(f => former.Any(f.IsNamed) && !wanted.Columns.Any(c => f.IsNamed(c.Name)));

    private static TargetTable Adopt(TargetTable wanted, IReadOnlyList<FoundColumn> found) =>
        wanted with { Columns = [.. wanted.Columns.Select(c => found.First(f => f.IsNamed(c.Name)).Adopt(c))] };

    private static async Task<IReadOnlyList<FoundColumn>> ColumnsAsync(Frontend frontend, TableName table, CancellationToken cancellationToken)
    {
        var found = await frontend.QueryAsync(
            "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_SIZE, DECIMAL_DIGITS, IS_NULLABLE, COLUMN_KEY FROM information_schema.COLUMNS "
            + $"WHERE TABLE_SCHEMA = {SqlText.Literal(table.Database)} AND TABLE_NAME = {SqlText.Literal(table.Table)} ORDER BY ORDINAL_POSITION",
            cancellationToken).ConfigureAwait(false);
        return [.. found.Rows.Select(r => new FoundColumn(r[0]!, r[1]!.ToLowerInvariant(), Number(r[2]), Number(r[3]) ?? 0, r[4] == "YES", r[5] ?? ""))];

        static int? Number(string? text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static IEnumerable<string> Differences(TargetTable wanted, IReadOnlyList<FoundColumn> found)
    {
        var keys = found.Where(f => f.Key.Length > 0).ToList();
        if (keys.Any(k => k.Key != "PRI"))
        {
            yield return $"it is no primary-key table ({keys[0].Key switch { "DUP" => "but a duplicate-key", "AGG" => "but an aggregate", _ => "but a unique-key" }} table), so rows in it cannot be replaced and deleted by key";
        }
        else if (!keys.Select(k => k.Name).SequenceEqual(wanted.Key.Select(k => wanted.Columns[k].Name), StringComparer.OrdinalIgnoreCase))
        {
            yield return $"its primary key is ({string.Join(", ", keys.Select(k => k.Name))}), wanted is ({string.Join(", ", wanted.Key.Select(k => wanted.Columns[k].Name))})";
        }

        foreach (var column in wanted.Columns)
        {
            if (found.FirstOrDefault(f => f.IsNamed(column.Name)) is not { } other)
            {
                yield return $"column \"{column.Name}\" ({column.Type}) is missing";
            }
            else if (!other.Holds(column.Type))
            {
                yield return $"column \"{column.Name}\" is {other.Text}, wanted is {column.Type}";
            }
            else if (column.IsNullable && !other.IsNullable)
            {
                yield return $"column \"{column.Name}\" is NOT NULL, but the result has NULLs there";
            }
        }

        foreach (var other in found.Where(f => !f.IsNullable && !wanted.Columns.Any(c => f.IsNamed(c.Name))))
        {
            yield return $"column \"{other.Name}\" is NOT NULL, but the result has no such column";
        }
    }
}
