namespace CdcLake.Testing.Wire;

/// <summary>A statement in words: names without their backticks, literals without quotes, marks.</summary>
internal sealed class SqlTokens
{
    private readonly List<(string Text, char Kind)> _tokens = [];
    private int _at;

    public SqlTokens(string statement)
    {
        for (var at = 0; at < statement.Length;)
        {
            at = Next(statement, at);
        }
    }

    public bool IsAtEnd => _at == _tokens.Count;

    /// <summary>The word ahead, in capitals; empty at the end, and for literals.</summary>
    public string Peek => IsAtEnd || _tokens[_at].Kind == 'l' ? "" : _tokens[_at].Text.ToUpperInvariant();

    /// <summary>True when a literal in quotes is ahead.</summary>
    public bool IsQuoted => !IsAtEnd && _tokens[_at].Kind == 'l';

    /// <summary>True when a name in backticks is ahead.</summary>
    public bool IsName => !IsAtEnd && _tokens[_at].Kind == 'n';

    /// <summary>True and past it when these words are ahead.</summary>
    public bool Skip(params ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (_at + i >= _tokens.Count || _tokens[_at + i].Kind is 'l' or 'n' || !_tokens[_at + i].Text.Equals(words[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        _at += words.Length;
        return true;
    }

    /// <summary>True and past it when this word is all that is left.</summary>
    public bool IsLast(string word) => _at + 1 == _tokens.Count && Skip(word);

    public void Expect(params ReadOnlySpan<string> words)
    {
        if (!Skip(words))
        {
            throw new SqlErrorException(SqlError.Syntax(IsAtEnd ? "<EOF>" : _tokens[_at].Text));
        }
    }

    /// <summary>A name or word, as written.</summary>
    public string Name() => !IsAtEnd && _tokens[_at].Kind is 'n' or 'w' ? _tokens[_at++].Text : throw new SqlErrorException(SqlError.Syntax(IsAtEnd ? "<EOF>" : _tokens[_at].Text));

    /// <summary>A string or number.</summary>
    public string Literal() => !IsAtEnd && _tokens[_at].Kind is 'l' or 'w' ? _tokens[_at++].Text : throw new SqlErrorException(SqlError.Syntax(IsAtEnd ? "<EOF>" : _tokens[_at].Text));

    /// <summary>A table name with its database, or that of the session.</summary>
    public (string Database, string Table) TableName(string? current)
    {
        var first = Name();
        return Skip(".") ? (first, Name()) : (current ?? throw new SqlErrorException(new SqlError(1046, "3D000", "No database selected")), first);
    }

    /// <summary>Past anything up to the end.</summary>
    public void SkipRest() => _at = _tokens.Count;

    /// <summary>Where it stands, for <see cref="Reset"/>.</summary>
    public int Mark() => _at;

    /// <summary>Goes back, or forth, to a mark.</summary>
    public void Reset(int mark) => _at = mark;

    /// <summary>What is not read yet.</summary>
    public string Rest => string.Join(' ', _tokens.Skip(_at).Select(t => t.Text));

    /// <summary>What stands between a mark and here.</summary>
    public string TextOf(int mark) => string.Concat(_tokens.GetRange(mark, _at - mark).Select(t => t.Text));

    /// <summary>Moves one on.</summary>
    public string Any() => IsAtEnd ? "" : _tokens[_at++].Text;

    private int Next(string text, int at)
    {
        var c = text[at];
        if (char.IsWhiteSpace(c) || c == ';')
        {
            return at + 1;
        }

        if (c == '/' && text.AsSpan(at).StartsWith("/*", StringComparison.Ordinal) && text.IndexOf("*/", at + 2, StringComparison.Ordinal) is > 0 and var close)
        {
            return close + 2;
        }

        if (c is '\'' or '"' or '`')
        {
            var end = at + 1;
            var value = new System.Text.StringBuilder();
            for (; end < text.Length; end++)
            {
                if (text[end] == c && (end + 1 >= text.Length || text[end + 1] != c))
                {
                    break;
                }

                end += text[end] == c || (text[end] == '\\' && c != '`') ? 1 : 0;
                value.Append(text[end]);
            }

            _tokens.Add((value.ToString(), c == '`' ? 'n' : 'l'));
            return end + 1;
        }

        var stop = at;
        while (stop < text.Length && (char.IsLetterOrDigit(text[stop]) || text[stop] is '_' or '@' || (text[stop] == '-' && stop == at && stop + 1 < text.Length && char.IsAsciiDigit(text[stop + 1]))))
        {
            stop++;
        }

        _tokens.Add((text[at..Math.Max(stop, at + 1)], stop == at ? 'm' : 'w'));
        return Math.Max(stop, at + 1);
    }
}
