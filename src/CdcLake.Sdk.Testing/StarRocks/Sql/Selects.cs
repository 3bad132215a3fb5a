using System.Globalization;
using CdcLake.Testing.StarRocks.Model;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.StarRocks.Sql;

/// <summary>Simple SELECTs: columns or <c>COUNT(*)</c> of one table, conditions joined by AND, order and limit.</summary>
internal static class Selects
{
    private static readonly string[] SchemaColumns =
        ["TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "ORDINAL_POSITION", "IS_NULLABLE", "DATA_TYPE", "COLUMN_SIZE", "DECIMAL_DIGITS", "COLUMN_TYPE", "COLUMN_KEY", "COLUMN_DEFAULT"];

    private static readonly string[] SchemaNumbers = ["ORDINAL_POSITION", "COLUMN_SIZE", "DECIMAL_DIGITS"];

    private static readonly string[] TableColumns = ["TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_TYPE", "ENGINE", "TABLE_COMMENT"];

    public static SqlResult Run(Cluster cluster, SqlTokens tokens, string? current)
    {
        if (Constant(cluster, tokens, current) is { } constant)
        {
            return constant;
        }

        var wanted = Columns(tokens);
        tokens.Expect("FROM");
        var (database, name) = tokens.TableName(current);
        var (columns, rows) = Source(cluster, database, name);
        var conditions = Conditions(tokens);
        var order = Order(tokens);
        var limit = tokens.Skip("LIMIT") ? int.Parse(tokens.Literal(), CultureInfo.InvariantCulture) : int.MaxValue;
        if (!tokens.IsAtEnd)
        {
            throw new SqlErrorException(SqlError.Syntax(tokens.Any()));
        }

        var matching = rows.Where(r => conditions.All(c => Same(r[IndexOf(columns, c.Column)], c.Value)));
        if (order is not null)
        {
            var by = IndexOf(columns, order);
            matching = matching.OrderBy(r => decimal.TryParse(r[by], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0).ThenBy(r => r[by], StringComparer.Ordinal);
        }

        if (wanted is ["COUNT(*)"])
        {
            return new SqlResult(["count(*)"], [[matching.Count().ToString(CultureInfo.InvariantCulture)]]);
        }

        var picked = wanted is ["*"] ? columns : wanted;
        var numbers = database.Equals("information_schema", StringComparison.OrdinalIgnoreCase) ? SchemaNumbers : [];
        return new SqlResult([.. picked], [.. matching.Take(limit).Select(r => picked.Select(p => char.IsAsciiDigit(p[0]) ? p : r[IndexOf(columns, p)]).ToArray())]) { Numbers = numbers };
    }

    private static SqlResult? Constant(Cluster cluster, SqlTokens tokens, string? current)
    {
        if (tokens.Skip("current_version", "(", ")"))
        {
            return new SqlResult([tokens.Skip("AS") ? tokens.Name() : "current_version()"], [[$"{cluster.Release.Text} fa4ea2c"]]);
        }

        if (tokens.Skip("version", "(", ")"))
        {
            return new SqlResult(["version()"], [[cluster.Release.ServerVersion]]);
        }

        if (tokens.Skip("database", "(", ")"))
        {
            return new SqlResult(["database()"], [[current]]);
        }

        if (tokens.IsLast("1"))
        {
            return new SqlResult(["1"], [["1"]]);
        }

        return tokens.Peek.StartsWith("@@", StringComparison.Ordinal) ? SessionVariables.Select(cluster, tokens) : null;
    }

    private static List<string> Columns(SqlTokens tokens)
    {
        var columns = new List<string>();
        do
        {
            if (tokens.Skip("*"))
            {
                columns.Add("*");
            }
            else if (tokens.Skip("COUNT", "(", "*", ")"))
            {
                columns.Add("COUNT(*)");
            }
            else if (tokens.Skip("CAST", "("))
            {
                columns.Add(tokens.Name());
                tokens.Expect("AS", "VARCHAR", ")"); // everything is text here anyway
            }
            else
            {
                columns.Add(tokens.Name());
            }
        }
        while (tokens.Skip(","));
        return columns;
    }

    private static List<(string Column, string Value)> Conditions(SqlTokens tokens)
    {
        var conditions = new List<(string, string)>();
        if (tokens.Skip("WHERE"))
        {
            do
            {
                var column = tokens.Name();
                tokens.Expect("=");
                conditions.Add((column, tokens.Literal()));
            }
            while (tokens.Skip("AND"));
        }

        return conditions;
    }

    private static string? Order(SqlTokens tokens) => tokens.Skip("ORDER", "BY") ? tokens.Name() : null;

    private static (IReadOnlyList<string> Columns, IEnumerable<string?[]> Rows) Source(Cluster cluster, string database, string name)
    {
        if (database.Equals("information_schema", StringComparison.OrdinalIgnoreCase))
        {
            return name.ToUpperInvariant() switch
            {
                "COLUMNS" => (SchemaColumns, cluster.Databases.SelectMany(cluster.Tables).SelectMany(t => t.Columns.Select((c, i) => Describe(t, c, i)))),
                "TABLES" => (TableColumns, cluster.Databases.SelectMany(cluster.Tables).Select(t => new[] { "def", t.Database, t.Name, "BASE TABLE", "StarRocks", t.Comment ?? "" })),
                "SCHEMATA" => (["CATALOG_NAME", "SCHEMA_NAME"], cluster.Databases.Select(d => new[] { "def", d })),
                _ => throw new SqlErrorException(SqlError.UnknownTable(database, name)),
            };
        }

        var table = cluster.FindTable(database, name)
            ?? throw new SqlErrorException(cluster.HasDatabase(database) ? SqlError.UnknownTable(database, name) : SqlError.UnknownDatabase(database));
        return ([.. table.Columns.Select(c => c.Name)], table.Rows);
    }

    // BOOLEAN and TINYINT both show as tinyint, the former without a size; LARGEINT shows as MySQL's nearest word.
    private static string?[] Describe(Table table, TableColumn column, int index)
    {
        var size = column.Type switch
        {
            "BOOLEAN" => null,
            "TINYINT" => "3",
            "SMALLINT" => "5",
            "INT" => "10",
            "BIGINT" => "19",
            "LARGEINT" => "39",
            _ => column.Length > 0 ? column.Length.ToString(CultureInfo.InvariantCulture) : null,
        };
        return
        [
            table.Database, table.Name, column.Name, (index + 1).ToString(CultureInfo.InvariantCulture), column.IsNullable ? "YES" : "NO", column.SchemaType, size,
            column.Type == "DECIMAL" ? column.Scale.ToString(CultureInfo.InvariantCulture) : null, column.TypeText, column.IsKey ? table.KeysType[..3] : "", null,
        ];
    }

    private static bool Same(string? value, string literal) =>
        value == literal || (decimal.TryParse(value, CultureInfo.InvariantCulture, out var a) && decimal.TryParse(literal, CultureInfo.InvariantCulture, out var b) && a == b);

    private static int IndexOf(IReadOnlyList<string> columns, string name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        throw new SqlErrorException(SqlError.Analyze($"Column '{name}' cannot be resolved"));
    }
}
