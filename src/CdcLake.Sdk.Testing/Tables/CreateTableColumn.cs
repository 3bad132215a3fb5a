using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Tables;

namespace CdcLake.Testing.Tables;

/// <summary>A column while its definition is read.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">Type in the spelling of information_schema.</param>
internal sealed class CreateTableColumn(string name, string type)
{
    private static readonly HashSet<string> Now = ["CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"];

    private bool _isNullable = true;
    private bool _isAutoIncrement;
    private string? _charset;
    private string? _collation;
    private Func<TimeProvider, object>? _default;

    /// <summary>PRIMARY KEY stands in its definition.</summary>
    public bool IsKey { get; private set; }

    public bool Is(string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads one attribute.</summary>
    /// <returns>The index behind it; the same one when it is not known.</returns>
    public int ReadAttribute(StatementText text, int at)
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
