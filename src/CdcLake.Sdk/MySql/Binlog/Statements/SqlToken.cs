namespace CdcLake.MySql.Binlog.Statements;

/// <summary>What a token is.</summary>
internal enum SqlTokenKind : byte
{
    /// <summary>Nothing: behind the end of the statement.</summary>
    None,

    /// <summary>A keyword, a name without quotes, or a number.</summary>
    Word,

    /// <summary>A quoted name.</summary>
    Name,

    /// <summary>A string.</summary>
    Literal,

    /// <summary>One character.</summary>
    Punctuation,
}

/// <summary>A piece of a statement.</summary>
/// <param name="Text">Without quotes.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct SqlToken(string Text, SqlTokenKind Kind)
{
    /// <summary>True for the keyword <paramref name="word"/>, in any case.</summary>
    public bool Is(string word) => Kind == SqlTokenKind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for the character <paramref name="c"/>.</summary>
    public bool Is(char c) => Kind == SqlTokenKind.Punctuation && Text[0] == c;

    /// <summary>True for what can be a name.</summary>
    public bool IsName => Kind is SqlTokenKind.Word or SqlTokenKind.Name;
}
