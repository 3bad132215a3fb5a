using System.Text;

namespace CdcLake.MySql.Binlog.Statements;

/// <summary>How a clause of ALTER TABLE defines a column, where that is plain enough to know what becomes of the rows.</summary>
/// <param name="Type">Type in the spelling of information_schema: <c>decimal(10,2) unsigned</c>.</param>
/// <param name="IsNullable">The column may hold NULL.</param>
/// <param name="SaysNullable">NULL or NOT NULL is written.</param>
/// <param name="HasDefault">There is a default other than NULL.</param>
/// <param name="Charset">Character set that is written or follows from the collation; null for the table's own.</param>
/// <param name="IsFirst">FIRST.</param>
/// <param name="After">AFTER this column; null where it is not written.</param>
internal sealed record ColumnDefinition(string Type, bool IsNullable, bool SaysNullable, bool HasDefault, string? Charset, bool IsFirst, string? After)
{
    // Types that may have arguments, and those that may not: of others the arguments choose the type.
    private static readonly HashSet<string> Sized =
        ["TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "DECIMAL", "BIT", "YEAR", "TIME", "DATETIME", "TIMESTAMP", "CHAR", "VARCHAR", "BINARY", "VARBINARY", "ENUM", "SET"];

    private static readonly HashSet<string> Plain =
        ["FLOAT", "DOUBLE", "DATE", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB", "JSON"];

    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.Ordinal)
    {
        ["INTEGER"] = "INT", ["NUMERIC"] = "DECIMAL", ["DEC"] = "DECIMAL", ["BOOL"] = "TINYINT", ["BOOLEAN"] = "TINYINT",
    };

    /// <summary>Reads what stands behind a column's name; null when there is anything in it that is not known to be plain.</summary>
    public static ColumnDefinition? Read(StatementText text, int at, int end)
    {
        if (ReadType(text, ref at) is not { } type)
        {
            return null;
        }

        var definition = new ColumnDefinition(type, true, false, false, null, false, null);
        while (at < end && definition is not null)
        {
            definition = definition.ReadAttribute(text, ref at);
        }

        return definition;
    }

    private static string? ReadType(StatementText text, ref int at)
    {
        var word = text[at].Kind == SqlTokenKind.Word ? text[at].Text.ToUpperInvariant() : "";
        word = Synonyms.GetValueOrDefault(word, word);
        var hasArguments = text.Has(++at, '(');
        if (!Sized.Contains(word) && (!Plain.Contains(word) || hasArguments))
        {
            return null;
        }

        var type = new StringBuilder(word.ToLowerInvariant());
        if (hasArguments)
        {
            var close = text.EndOfItem(at + 1);
            for (; !text.Has(close, ')') && close < text.Count; close = text.EndOfItem(close + 1))
            {
            }

            for (; at <= close; at++)
            {
                type.Append(text[at].Kind == SqlTokenKind.Literal
                    ? $"'{text[at].Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'"
                    : text[at].Text);
            }
        }

        for (; text.Has(at, "UNSIGNED") || text.Has(at, "ZEROFILL") || text.Has(at, "SIGNED"); at++)
        {
            type.Append(text.Has(at, "SIGNED") ? "" : " unsigned");
        }

        return type.ToString();
    }

    private ColumnDefinition? ReadAttribute(StatementText text, ref int at)
    {
        var word = text[at].Kind == SqlTokenKind.Word ? text[at].Text.ToUpperInvariant() : "";
        at++;
        switch (word)
        {
            case "NULL":
                return this with { IsNullable = true, SaysNullable = true };
            case "NOT" when text.Has(at, "NULL"):
                at++;
                return this with { IsNullable = false, SaysNullable = true };
            case "DEFAULT":
                var isNull = text.Has(at, "NULL");
                return SkipValue(text, ref at) ? this with { HasDefault = !isNull } : null;
            case "CHARACTER" or "CHARSET":
                at = text.Skip(at, "SET") + 1;
                return this with { Charset = text[at - 1].Text };
            case "COLLATE":
                at++;
                return this with { Charset = Charset ?? text[at - 1].Text?.Split('_')[0] };
            case "COMMENT" or "COLUMN_FORMAT" or "STORAGE":
                at++;
                return this;
            case "VISIBLE" or "INVISIBLE":
                return this;
            case "FIRST":
                return this with { IsFirst = true };
            case "AFTER" when text[at].IsName:
                return this with { After = text[at++].Text };
            default:
                return null;
        }
    }

    // A literal, a number with a sign or a fraction, a word such as CURRENT_TIMESTAMP(6), or an expression in parentheses.
    private static bool SkipValue(StatementText text, ref int at)
    {
        at = text.Has(at, '-') || text.Has(at, '+') ? at + 1 : at;
        if (!text.Has(at, '('))
        {
            at++;
            at = text[at].Kind == SqlTokenKind.Literal ? at + 1 : at; // _utf8mb4'x', b'0'
            at = text.Has(at, '.') ? at + 2 : at;
        }

        if (text.Has(at, '('))
        {
            for (at = text.EndOfItem(at + 1); !text.Has(at, ')') && at < text.Count; at = text.EndOfItem(at + 1))
            {
            }

            at++;
        }

        return at <= text.Count;
    }
}
