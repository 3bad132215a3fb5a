using System.Text;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.MySql.Binlog.Statements;

/// <summary>The tokens of a statement, and how names are read from them. Nothing here fails: behind the end there is nothing.</summary>
internal sealed class StatementText
{
    private const int SummaryLength = 100;

    private readonly List<SqlToken> _tokens = [];
    private readonly string _database;

    public StatementText(QueryEvent query)
    {
        var reader = new SqlTokens(query);
        while (reader.Next(out var token))
        {
            // Parentheses around a whole query mean nothing.
            if (_tokens.Count > 0 || !token.Is('('))
            {
                _tokens.Add(token);
            }
        }

        _database = Encoding.UTF8.GetString(query.Database);
    }

    public int Count => _tokens.Count;

    public SqlToken this[int at] => at < _tokens.Count ? _tokens[at] : default;

    public bool Has(int at, string word) => at < _tokens.Count && _tokens[at].Is(word);

    public bool Has(int at, char c) => at < _tokens.Count && _tokens[at].Is(c);

    /// <summary>True when the keyword at <paramref name="at"/> is one of the words, which are in capitals.</summary>
    public bool HasAny(int at, HashSet<string> words) => at < _tokens.Count && _tokens[at].Kind == SqlTokenKind.Word && words.Contains(_tokens[at].Text.ToUpperInvariant());

    /// <summary>True when the keyword occurs at or behind <paramref name="at"/>, outside of quotes.</summary>
    public bool HasBehind(int at, string word) => at < _tokens.Count && _tokens.FindIndex(at, t => t.Is(word)) >= 0;

    /// <summary>The index of the keyword between <paramref name="at"/> and <paramref name="end"/>, or −1.</summary>
    public int IndexOf(int at, int end, string word)
    {
        end = Math.Min(end, _tokens.Count);
        return at < end ? _tokens.FindIndex(at, end - at, t => t.Is(word)) : -1;
    }

    /// <summary>The index of the comma or closing parenthesis that ends the item of a list which begins at <paramref name="at"/>, or of the end.</summary>
    public int EndOfItem(int at)
    {
        for (var depth = 0; at < _tokens.Count; at++)
        {
            if (depth == 0 && (_tokens[at].Is(',') || _tokens[at].Is(')')))
            {
                break;
            }

            depth += _tokens[at].Is('(') ? 1 : _tokens[at].Is(')') ? -1 : 0;
        }

        return at;
    }

    /// <summary>The index behind <paramref name="word"/> if it stands at <paramref name="at"/>, else <paramref name="at"/>.</summary>
    public int Skip(int at, string word) => Has(at, word) ? at + 1 : at;

    /// <summary>Steps over IF [NOT] EXISTS.</summary>
    public int SkipExists(int at) => Skip(Skip(Skip(at, "IF"), "NOT"), "EXISTS");

    /// <summary>Steps over WAIT n and NOWAIT, which MariaDB takes behind the name of a table.</summary>
    public int SkipWait(int at) => Has(at, "WAIT") ? at + 2 : Skip(at, "NOWAIT");

    /// <summary>The statement behind MariaDB's SET STATEMENT ... FOR.</summary>
    public void DropSettings()
    {
        while (Has(0, "SET") && Has(1, "STATEMENT") && _tokens.FindIndex(t => t.Is("FOR")) is > 0 and var end)
        {
            _tokens.RemoveRange(0, end + 1);
        }
    }

    /// <summary>Names from <paramref name="at"/> on, divided by commas.</summary>
    public List<NamedTable> Names(int at, bool single)
    {
        var names = new List<NamedTable>();
        do
        {
            var count = names.Count;
            at = ReadName(at, names);
            if (names.Count == count)
            {
                return []; // not understood
            }
        }
        while (!single && Has(at++, ','));
        return names;
    }

    /// <summary>Reads <c>table</c> or <c>database.table</c>, if there is one, and returns the index behind it.</summary>
    public int ReadName(int at, List<NamedTable> names)
    {
        if (Has(at, '.')) // .table: in the default database
        {
            at++;
        }

        if (!MayName(at))
        {
            return at;
        }

        if (Has(at + 1, '.') && MayName(at + 2))
        {
            names.Add(new NamedTable(this[at].Text, this[at + 2].Text));
            return at + 3;
        }

        names.Add(new NamedTable(_database, this[at].Text));
        return at + 1;
    }

    // Where only a name can stand double quotes enclose one, whatever sql_mode the log says: SET STATEMENT of MariaDB changes it between reading and logging a statement.
    private bool MayName(int at) => this[at].IsName || this[at].Kind == SqlTokenKind.Literal;

    /// <summary>The words before the first literal, for messages.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        var ended = false;
        foreach (var token in _tokens)
        {
            ended = token.Kind == SqlTokenKind.Literal || text.Length >= SummaryLength;
            if (ended)
            {
                break;
            }

            var isTight = token.Is('.') || token.Is('(') || token.Is(')') || token.Is(',') || (text.Length > 0 && text[^1] is '.' or '(');
            text.Append(text.Length == 0 || isTight ? "" : " ").Append(token.Text);
        }

        return ended ? text.Append(" ...").ToString() : text.ToString();
    }
}
