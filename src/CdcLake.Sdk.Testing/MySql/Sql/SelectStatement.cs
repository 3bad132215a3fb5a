using System.Globalization;
using System.Text;
using CdcLake.MySql.Tables;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql.Sql;

/// <summary>A table as a SELECT sees it.</summary>
/// <param name="Columns">How its values are stored.</param>
/// <param name="Rows">Stored values.</param>
internal sealed record SqlTable(IReadOnlyList<MySqlColumn> Columns, IEnumerable<object?[]> Rows);

/// <summary>SELECT expressions [FROM one table [WHERE …] [ORDER BY columns] [LIMIT n]].</summary>
internal static class SelectStatement
{
    private static readonly SqlTable Nothing = new([], [[]]);

    /// <param name="tokens">Behind the word SELECT.</param>
    /// <param name="find">Finds a table by database and name.</param>
    /// <param name="current">Database of the session.</param>
    /// <param name="functions">Of the session.</param>
    /// <exception cref="SqlErrorException">It is another statement, or there is no such table or column.</exception>
    public static QueryResult Run(SqlTokens tokens, Func<(string Database, string Table), SqlTable> find, string? current, ISqlFunctions functions)
    {
        // The columns of the table have to be known before the expressions are read.
        var list = tokens.Mark();
        var table = SkipTo(tokens, "FROM") ? find(tokens.TableName(current)) : Nothing;
        var rest = tokens.Mark();
        tokens.Reset(list);
        var reader = new ExpressionReader(tokens, table.Columns, functions);
        var items = new List<(string Name, SqlExpression Value)>();
        do
        {
            var from = tokens.Mark();
            items.AddRange(tokens.Skip("*") ? table.Columns.Select((c, i) => (c.Name, new SqlExpression(r => SqlValue.Of(c, r[i]), i))) : [(NameOf(tokens, reader, out var value, from), value)]);
        }
        while (tokens.Skip(","));
        if (tokens.IsAtEnd)
        {
            return Project(table, items, table.Rows);
        }

        tokens.Expect("FROM");
        tokens.Reset(rest);
        return Project(table, items, Rest(tokens, reader, table));
    }

    private static string NameOf(SqlTokens tokens, ExpressionReader reader, out SqlExpression value, int from)
    {
        value = reader.Read();
        return tokens.Skip("AS") ? tokens.Name() : tokens.TextOf(from);
    }

    private static IEnumerable<object?[]> Rest(SqlTokens tokens, ExpressionReader reader, SqlTable table)
    {
        var rows = table.Rows;
        if (tokens.Skip("WHERE"))
        {
            var condition = reader.Read().Value;
            rows = rows.Where(r => SqlValue.IsTrue(condition(r)));
        }

        if (tokens.Skip("ORDER", "BY"))
        {
            var order = new List<Func<object?[], object?>>();
            do
            {
                order.Add(reader.Read().Value);
                tokens.Skip("ASC");
            }
            while (tokens.Skip(","));
            rows = rows.Order(Comparer<object?[]>.Create((a, b) => order.Select(o => Compare(o(a), o(b))).FirstOrDefault(c => c != 0)));
        }

        if (tokens.Skip("LIMIT"))
        {
            rows = rows.Take(int.Parse(tokens.Literal(), CultureInfo.InvariantCulture));
        }

        return tokens.IsAtEnd ? rows : throw new SqlErrorException(SqlError.Syntax(tokens.Any()));
    }

    private static int Compare(object? left, object? right) => left is null || right is null ? (left is null ? 0 : 1) - (right is null ? 0 : 1) : SqlValue.Compare(left, right);

    private static QueryResult Project(SqlTable table, List<(string Name, SqlExpression Value)> items, IEnumerable<object?[]> rows) => new(
        [.. items.Select(i => i.Value.Ordinal >= 0 ? table.Columns[i.Value.Ordinal] with { Name = i.Name } : QueryResult.TextColumn(i.Name))],
        [.. rows.Select(r => items.Select(i => i.Value.Ordinal >= 0 ? r[i.Value.Ordinal] : SqlValue.Print(i.Value.Value(r)) is { } text ? Encoding.UTF8.GetBytes(text) : null).ToArray())]);

    private static bool SkipTo(SqlTokens tokens, string word)
    {
        while (!tokens.IsAtEnd)
        {
            if (tokens.Skip(word))
            {
                return true;
            }

            tokens.Any();
        }

        return false;
    }
}
