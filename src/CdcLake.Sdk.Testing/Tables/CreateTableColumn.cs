using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Tables;

namespace CdcLake.Testing.Tables;

/// <summary>A column while its definition is read.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">Type in the spelling of information_schema.</param>
internal sealed class CreateTableColumn(string name, string type)
{
    private static readonly HashSet<string> Signs = ["UNSIGNED", "SIGNED", "ZEROFILL"];
    private static readonly HashSet<string> Now = ["CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"];

    private bool _isNullable = true;
    private bool _isAutoIncrement;
    private string? _charset;
    private string? _collation;
    private Func<TimeProvider, object>? _default;

    public string Name => name;

    /// <summary>PRIMARY KEY stands in its definition.</summary>
    public bool IsKey { get; private set; }

    /// <summary>FIRST stands in it, which ALTER TABLE takes.</summary>
    public bool IsFirst { get; private set; }

    /// <summary>AFTER this column, which ALTER TABLE takes; null where it does not stand.</summary>
    public string? After { get; private set; }

    public bool Is(string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a name and what is defined of it.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="at">Index of the name.</param>
    /// <param name="end">Index behind the definition.</param>
    /// <param name="bad">Makes the error that says why it is not understood.</param>
    public static CreateTableColumn Read(StatementText text, int at, int end, Func<string, TableRowException> bad)
    {
        var name = text[at].IsName ? text[at].Text : throw bad($"\"{text[at].Text}\" is no name of a column");
        var type = at + 1;
        for (at += 2; at < end && text.Has(at, '('); at++)
        {
            for (at = text.EndOfItem(at + 1); at < end && !text.Has(at, ')'); at = text.EndOfItem(at + 1))
            {
            }
        }

        while (at < end && text.HasAny(at, Signs))
        {
            at++;
        }

        var read = ColumnDefinition.Read(text, type, at) ?? throw bad($"the type of column {name} is not understood");
        var column = new CreateTableColumn(name, read.Type);
        while (at < end)
        {
            at = column.ReadAttribute(text, at) is var next && next > at ? next : throw bad($"\"{text[at].Text}\" of column {name} is not understood; leave it out");
        }

        return column;
    }

    /// <summary>Reads one attribute.</summary>
    /// <returns>The index behind it; the same one when it is not known.</returns>
    private int ReadAttribute(StatementText text, int at)
    {
        var word = text[at].Kind == SqlTokenKind.Word ? text[at].Text.ToUpperInvariant() : "";
        switch (word)
        {
            case "NULL":
                return at + 1;
            case "NOT" when text.Has(at + 1, "NULL"):
                _isNullable = false;
                return at + 2;
            case "DEFAULT":
                return ReadDefault(text, at + 1);
            case "AUTO_INCREMENT":
                _isAutoIncrement = true;
                return at + 1;
            case "PRIMARY" or "KEY":
                IsKey = true;
                return text.Skip(at + 1, "KEY");
            case "UNIQUE":
                return text.Skip(at + 1, "KEY");
            case "COMMENT":
                return at + 2;
            case "VISIBLE" or "INVISIBLE":
                return at + 1;
            case "CHARACTER" or "CHARSET":
                at = text.Skip(at + 1, "SET");
                _charset = text[at].Text;
                return at + 1;
            case "COLLATE":
                _collation = text[at + 1].Text;
                return at + 2;
            case "ON" when text.Has(at + 1, "UPDATE"):
                return SkipArguments(text, at + 3);
            case "CHECK":
                return SkipArguments(text, at + 1);
            case "FIRST":
                IsFirst = true;
                return at + 1;
            case "AFTER" when text[at + 1].IsName:
                After = text[at + 1].Text;
                return at + 2;
            default:
                return at;
        }
    }

    /// <summary>The column, once the whole statement is read.</summary>
    /// <param name="charset">Of the table.</param>
    /// <param name="collation">Of the table; null for the character set's own.</param>
    /// <param name="keyOrder">Position in the primary key from 1, or 0.</param>
    public MemoryColumn Finish(string charset, string? collation, int keyOrder)
    {
        var set = _charset ?? _collation?.Split('_')[0] ?? charset;
        var column = MySqlColumnTypeText.Parse(name, type, set, _isNullable && keyOrder == 0, keyOrder);
        var compared = _collation ?? (_charset is null || _charset == charset ? collation : null) ?? DefaultOf(set);
        return new MemoryColumn(column with { Collation = column.Charset.Length > 0 && !column.IsBinary ? compared : "" })
        {
            IsAutoIncrement = _isAutoIncrement,
            Default = _default,
        };
    }

    private static string DefaultOf(string charset) => charset switch
    {
        "utf8mb4" => RowTypeTable.Collation,
        "latin1" => "latin1_swedish_ci",
        _ => charset + "_general_ci",
    };

    private int ReadDefault(StatementText text, int at)
    {
        if (text.HasAny(at, Now))
        {
            _default = clock => clock.GetUtcNow().UtcDateTime;
            return SkipArguments(text, at + 1);
        }

        var sign = text.Has(at, '-') ? "-" : "";
        at = sign.Length > 0 || text.Has(at, '+') ? at + 1 : at;
        var literal = text[at].Text;
        if (text.Has(at, "NULL") || text[at].Kind is not (SqlTokenKind.Word or SqlTokenKind.Literal))
        {
            return SkipArguments(text, text.Has(at, "NULL") ? at + 1 : at);
        }

        var isNumber = text[at].Kind == SqlTokenKind.Word;
        literal = isNumber && text.Has(at + 1, '.') ? $"{literal}.{text[at + 2].Text}" : literal;
        literal = isNumber && literal.Equals("TRUE", StringComparison.OrdinalIgnoreCase) ? "1" : isNumber && literal.Equals("FALSE", StringComparison.OrdinalIgnoreCase) ? "0" : literal;
        _default = _ => sign + literal;
        return isNumber && text.Has(at + 1, '.') ? at + 3 : at + 1;
    }

    private static int SkipArguments(StatementText text, int at)
    {
        if (!text.Has(at, '('))
        {
            return at;
        }

        for (at = text.EndOfItem(at + 1); at < text.Count && !text.Has(at, ')'); at = text.EndOfItem(at + 1))
        {
        }

        return at + 1;
    }
}
