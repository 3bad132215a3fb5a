using System.Globalization;

namespace CdcLake.StarRocks.Ddl;

/// <summary>Creates tables that do not exist, and holds those that do against what is to be written to them.</summary>
internal static class TableOpener
{
    /// <summary>Integer types by their width.</summary>
    private static readonly string[] Integers = ["tinyint", "smallint", "int", "bigint", "bigint unsigned"];

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
    /// <param name="mayDiffer">Whether a table that cannot hold it is one to be replaced.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The table as it is there: what its columns hold may be wider than what was wanted. Null for one to be replaced.</returns>
    /// <exception cref="CatalogException">It has another key, or columns that do not hold the values; the message prints each difference.</exception>
    public static async Task<TargetTable?> OpenAsync(
        Frontend frontend, TargetTable wanted, StarRocksTableOptions options, string? comment, bool mayDiffer, CancellationToken cancellationToken)
    {
        var columns = await ColumnsAsync(frontend, wanted.Name, cancellationToken).ConfigureAwait(false);
        if (columns.Count == 0)
        {
            await frontend.QueryAsync(wanted.CreateStatement(options, comment), cancellationToken).ConfigureAwait(false);
            columns = await ColumnsAsync(frontend, wanted.Name, cancellationToken).ConfigureAwait(false);
        }

        var differences = Differences(wanted, columns).ToList();
        if (differences.Count > 0 && mayDiffer)
        {
            return null;
        }

        return differences.Count == 0
            ? wanted with { Columns = [.. wanted.Columns.Select(c => Adopt(c, columns.First(f => IsNamed(f, c.Name))))] }
            : throw new CatalogException(
                $"StarRocks table {wanted.Name} cannot hold this result: {string.Join("; ", differences)}. Change the table or the query, or name another table: it is created with the right columns.");
    }

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
            if (found.FirstOrDefault(f => IsNamed(f, column.Name)) is not { } other)
            {
                yield return $"column \"{column.Name}\" ({column.Type}) is missing";
            }
            else if (!Holds(other, column.Type))
            {
                yield return $"column \"{column.Name}\" is {other.Text}, wanted is {column.Type}";
            }
            else if (column.IsNullable && !other.IsNullable)
            {
                yield return $"column \"{column.Name}\" is NOT NULL, but the result has NULLs there";
            }
        }

        foreach (var other in found.Where(f => !f.IsNullable && !wanted.Columns.Any(c => IsNamed(f, c.Name))))
        {
            yield return $"column \"{other.Name}\" is NOT NULL, but the result has no such column";
        }
    }

    // BOOLEAN and TINYINT have one word; only the latter has a size.
    private static bool Holds(FoundColumn found, TargetType wanted) => wanted.Name switch
    {
        "BOOLEAN" => found.Type is "boolean" || (found.Type == "tinyint" && found.Size is null),
        "TINYINT" => IsInteger(found, 0),
        "SMALLINT" => IsInteger(found, 1),
        "INT" => IsInteger(found, 2),
        "BIGINT" => IsInteger(found, 3),
        "LARGEINT" => IsInteger(found, 4),
        "FLOAT" => found.Type is "float" or "double",
        "DECIMAL" => found.Type.StartsWith("decimal", StringComparison.Ordinal) && found.Digits >= wanted.Scale && (found.Size ?? 0) - found.Digits >= wanted.Length - wanted.Scale,
        "VARCHAR" => found.Type is "varchar" or "string" or "json" && (found.Type == "json" || (found.Size ?? int.MaxValue) >= (wanted.Length < 100 ? wanted.Length : 1)),
        _ => found.Type.Equals(wanted.Name, StringComparison.OrdinalIgnoreCase),
    };

    private static bool IsInteger(FoundColumn found, int width) =>
        (found.Type == "largeint" || Array.IndexOf(Integers, found.Type) >= width) && !(found.Type == "tinyint" && found.Size is null);

    // What is written depends on what the table really has: JSON documents go as such, shorter strings are measured here.
    private static TargetColumn Adopt(TargetColumn wanted, FoundColumn found) => wanted with
    {
        Name = found.Name,
        IsNullable = found.IsNullable,
        Type = found.Type switch
        {
            "json" => new TargetType("JSON"),
            "varchar" or "string" => new TargetType("VARCHAR", found.Size is > 0 ? found.Size.Value : wanted.Type.Length),
            _ => wanted.Type,
        },
    };

    private static bool IsNamed(FoundColumn found, string name) => found.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private sealed record FoundColumn(string Name, string Type, int? Size, int Digits, bool IsNullable, string Key)
    {
        public string Text => Size is null ? Type.ToUpperInvariant() : string.Create(CultureInfo.InvariantCulture, $"{Type.ToUpperInvariant()}({Size}{(Type.StartsWith("decimal", StringComparison.Ordinal) ? $", {Digits}" : "")})");
    }
}
