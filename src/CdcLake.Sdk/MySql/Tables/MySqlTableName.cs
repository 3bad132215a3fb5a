namespace CdcLake.MySql.Tables;

/// <summary>Database and table, as the server spells them.</summary>
internal readonly record struct MySqlTableName(string Database, string Table)
{
    /// <summary>For statements: both parts in backticks.</summary>
    public string Quoted => $"{Quote(Database)}.{Quote(Table)}";

    /// <summary>Reads <c>appdb.sales</c>, or <c>sales</c> in the connection's default database; parts may stand in backticks.</summary>
    /// <exception cref="SchemaMismatchException">No database is named and the connection has none, or a part is empty.</exception>
    public static MySqlTableName Parse(string text, string? defaultDatabase)
    {
        var (first, rest) = TakePart(text.Trim(), text);
        var name = rest is null
            ? new MySqlTableName(defaultDatabase ?? "", first)
            : new MySqlTableName(first, TakePart(rest, text) is (var second, null) ? second : throw Wrong(text));
        if (name.Database.Length == 0)
        {
            throw new SchemaMismatchException($"Table \"{text}\" names no database. Write database.table, or set Database in the connection string.");
        }

        return name.Table.Length == 0 ? throw Wrong(text) : name;
    }

    /// <summary>An identifier in backticks.</summary>
    public static string Quote(string identifier) => $"`{identifier.Replace("`", "``", StringComparison.Ordinal)}`";

    /// <summary>A string literal; sessions run without NO_BACKSLASH_ESCAPES and ANSI_QUOTES.</summary>
    public static string Literal(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>As <see cref="Parse"/> reads it: <c>appdb.sales</c>, with backticks around a part that holds dots or backticks.</summary>
    public override string ToString() => $"{Plain(Database)}.{Plain(Table)}";

    private static string Plain(string part) => part.AsSpan().IndexOfAny('.', '`') < 0 && part == part.Trim() ? part : Quote(part);

    // The part up to a dot, and what follows the dot (null without one).
    private static (string Part, string? Tail) TakePart(string text, string whole)
    {
        if (!text.StartsWith('`'))
        {
            var dot = text.IndexOf('.', StringComparison.Ordinal);
            return dot < 0 ? (text, null) : (text[..dot], text[(dot + 1)..]);
        }

        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] != '`')
            {
                continue;
            }

            if (i + 1 < text.Length && text[i + 1] == '`')
            {
                i++;
                continue;
            }

            var part = text[1..i].Replace("``", "`", StringComparison.Ordinal);
            return i + 1 == text.Length ? (part, null) : text[i + 1] == '.' ? (part, text[(i + 2)..]) : throw Wrong(whole);
        }

        throw Wrong(whole);
    }

    private static SchemaMismatchException Wrong(string text) => new($"\"{text}\" is not a table name. Write database.table, with backticks around names that hold dots.");
}
