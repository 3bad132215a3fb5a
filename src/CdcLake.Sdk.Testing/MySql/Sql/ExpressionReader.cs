using System.Globalization;
using System.Text;
using CdcLake.MySql.Tables;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql.Sql;

/// <summary>An expression over a row of stored values.</summary>
/// <param name="Value">Computes it.</param>
/// <param name="Ordinal">The column that it is as it stands, or -1.</param>
internal readonly record struct SqlExpression(Func<object?[], object?> Value, int Ordinal = -1);

/// <summary>What expressions may ask of the session.</summary>
internal interface ISqlFunctions
{
    /// <summary>Value of <c>@@name</c>; null when there is no such variable.</summary>
    string? Variable(string name);

    /// <summary>Calls a function; null when there is no such function.</summary>
    Func<object?>? Function(string name, IReadOnlyList<object?> arguments);
}

/// <summary>Reads the expressions that readers of a log use: columns, literals, comparisons, AND, OR, IN, LIKE, variables and functions.</summary>
/// <param name="tokens">Where they are read.</param>
/// <param name="columns">Of the rows; empty without a table.</param>
/// <param name="functions">Of the session.</param>
internal sealed class ExpressionReader(SqlTokens tokens, IReadOnlyList<MySqlColumn> columns, ISqlFunctions functions)
{
    private const decimal True = 1;
    private const decimal False = 0;

    /// <exception cref="SqlErrorException">It is none of these.</exception>
    public SqlExpression Read()
    {
        var left = ReadAnd();
        while (tokens.Skip("OR"))
        {
            var (a, b) = (left.Value, ReadAnd().Value);
            left = Of(row => SqlValue.IsTrue(a(row)) || SqlValue.IsTrue(b(row)));
        }

        return left;
    }

    private SqlExpression ReadAnd()
    {
        var left = ReadComparison();
        while (tokens.Skip("AND"))
        {
            var (a, b) = (left.Value, ReadComparison().Value);
            left = Of(row => SqlValue.IsTrue(a(row)) && SqlValue.IsTrue(b(row)));
        }

        return left;
    }

    private SqlExpression ReadComparison()
    {
        var left = ReadOperand();
        var value = left.Value;
        if (tokens.Skip("IS"))
        {
            var isNot = tokens.Skip("NOT");
            tokens.Expect("NULL");
            return Of(row => value(row) is null != isNot);
        }

        if (tokens.Skip("NOT", "IN") || tokens.Peek == "IN")
        {
            var isIn = tokens.Skip("IN");
            tokens.Expect("(");
            var items = ReadList();
            return new SqlExpression(row => value(row) is { } v ? Truth(items.Exists(i => i.Value(row) is { } w && SqlValue.Compare(v, w) == 0) == isIn) : null);
        }

        if (tokens.Skip("LIKE"))
        {
            var pattern = tokens.Literal();
            return Of(row => SqlValue.Print(value(row)) is { } text && IsLike(text, pattern));
        }

        return ReadOperator() is { } holds ? Compared(value, ReadOperand().Value, holds) : left;
    }

    private Func<int, bool>? ReadOperator() =>
        tokens.Skip("<", ">") ? o => o != 0
        : tokens.Skip("<", "=") ? o => o <= 0
        : tokens.Skip(">", "=") ? o => o >= 0
        : tokens.Skip("<") ? o => o < 0
        : tokens.Skip(">") ? o => o > 0
        : tokens.Skip("=") ? o => o == 0
        : null;

    private static SqlExpression Compared(Func<object?[], object?> left, Func<object?[], object?> right, Func<int, bool> holds) =>
        new(row => left(row) is { } a && right(row) is { } b ? Truth(holds(SqlValue.Compare(a, b))) : null);

    private SqlExpression ReadOperand()
    {
        if (tokens.Skip("("))
        {
            var inner = Read();
            tokens.Expect(")");
            return inner;
        }

        if (tokens.IsQuoted)
        {
            return Constant(new SqlText(Encoding.UTF8.GetBytes(tokens.Literal()), null));
        }

        var isName = tokens.IsName;
        var word = tokens.Name();
        if (!isName && (char.IsAsciiDigit(word[0]) || word[0] == '-'))
        {
            return Constant(decimal.Parse(tokens.Skip(".") ? $"{word}.{tokens.Literal()}" : word, CultureInfo.InvariantCulture));
        }

        return isName ? Column(word) : word.ToUpperInvariant() switch
        {
            "NULL" => Constant(null),
            "X" when tokens.IsQuoted => Constant(Convert.FromHexString(tokens.Literal())),
            "_UTF8MB4" => ReadText(),
            "DATE" or "TIMESTAMP" when tokens.IsQuoted => Constant(DateTime.Parse(tokens.Literal(), CultureInfo.InvariantCulture)),
            "CONVERT" when tokens.Skip("(") => ReadConversion(),
            "TRIM" when tokens.Skip("(", "LEADING") => ReadTrim(),
            _ when word[0] == '@' => ReadVariable(word),
            _ when tokens.Skip("(") => ReadCall(word),
            _ => Column(word),
        };
    }

    private SqlExpression ReadText()
    {
        tokens.Expect("X");
        return Constant(new SqlText(Convert.FromHexString(tokens.Literal()), tokens.Skip("COLLATE") ? tokens.Name() : null));
    }

    private SqlExpression ReadConversion()
    {
        var inner = Read();
        tokens.Expect("USING");
        tokens.Name();
        tokens.Expect(")");
        var collation = tokens.Skip("COLLATE") ? tokens.Name() : null;
        return collation is null ? inner : new SqlExpression(row => inner.Value(row) is SqlText text ? text with { Collation = collation } : inner.Value(row));
    }

    private SqlExpression ReadTrim()
    {
        var what = tokens.Literal();
        tokens.Expect("FROM");
        var inner = Read().Value;
        tokens.Expect(")");
        return new SqlExpression(row => inner(row) is SqlText text ? text with { Utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text.Utf8).TrimStart(what[0])) } : null);
    }

    private SqlExpression ReadVariable(string word)
    {
        var name = word.TrimStart('@');
        name = name.ToUpperInvariant() is "GLOBAL" or "SESSION" && tokens.Skip(".") ? tokens.Name() : name;
        var value = functions.Variable(name) ?? throw new SqlErrorException(new SqlError(1193, "HY000", $"Unknown system variable '{name}'"));
        return Constant(new SqlText(Encoding.UTF8.GetBytes(value), null));
    }

    private SqlExpression ReadCall(string name)
    {
        var arguments = tokens.Skip(")") ? [] : ReadList();
        var call = functions.Function(name.ToUpperInvariant(), [.. arguments.Select(a => a.Value([]))])
            ?? throw new SqlErrorException(new SqlError(1305, "42000", $"FUNCTION {name} does not exist"));
        return new SqlExpression(_ => call());
    }

    // Up to the bracket that closes it.
    private List<SqlExpression> ReadList()
    {
        var items = new List<SqlExpression>();
        do
        {
            items.Add(Read());
        }
        while (tokens.Skip(","));
        tokens.Expect(")");
        return items;
    }

    private SqlExpression Column(string name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                var (column, ordinal) = (columns[i], i);
                return new SqlExpression(row => SqlValue.Of(column, row[ordinal]), i);
            }
        }

        throw new SqlErrorException(new SqlError(1054, "42S22", $"Unknown column '{name}' in 'field list'"));
    }

    private static bool IsLike(string text, string pattern) => pattern.EndsWith('%')
        ? text.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
        : text.Equals(pattern, StringComparison.OrdinalIgnoreCase);

    private static SqlExpression Constant(object? value) => new(_ => value);

    private static SqlExpression Of(Func<object?[], bool> condition) => new(row => Truth(condition(row)));

    private static decimal Truth(bool holds) => holds ? True : False;
}
