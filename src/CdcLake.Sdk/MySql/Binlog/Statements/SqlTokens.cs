using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Charsets;

namespace CdcLake.MySql.Binlog.Statements;

/// <summary>
/// Cuts a statement into words, names, literals, and single punctuation characters, in the client's character set: in some a byte that looks like a quote
/// is half a character. Comments are left out; the bodies of <c>/*! ... */</c> and, in a log of MariaDB, of <c>/*M! ... */</c> comments, which the server executes, are read as statement text
/// (of those that are for other versions than its own it makes plain comments before it logs them). Never fails.
/// </summary>
internal ref struct SqlTokens
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly ClientCharset _charset;
    private readonly bool _ansiQuotes;
    private readonly bool _noBackslashEscapes;
    private readonly bool _isMariaDb;
    private int _at;

    public SqlTokens(QueryEvent query)
    {
        _text = query.Statement;
        _charset = query.Charset;
        _ansiQuotes = query.AnsiQuotes;
        _noBackslashEscapes = query.NoBackslashEscapes;
        _isMariaDb = query.IsMariaDb;
    }

    /// <summary>Reads the next token; false at the end.</summary>
    public bool Next(out SqlToken token)
    {
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (IsWord(c))
            {
                var start = _at;
                while (_at < _text.Length && IsWord(_text[_at]))
                {
                    _at += _charset.LengthOfFirst(_text[_at..]);
                }

                token = new SqlToken(_charset.Decode(_text[start.._at]), SqlTokenKind.Word);
                return true;
            }

            if (c == '`' || (c == '"' && _ansiQuotes))
            {
                token = new SqlToken(ReadQuoted(c, escapes: false), SqlTokenKind.Name);
                return true;
            }

            if (c is (byte)'\'' or (byte)'"')
            {
                token = new SqlToken(ReadQuoted(c, escapes: !_noBackslashEscapes), SqlTokenKind.Literal);
                return true;
            }

            if (!SkipSpaceOrComment(c))
            {
                _at++;
                token = new SqlToken(((char)c).ToString(), SqlTokenKind.Punctuation);
                return true;
            }
        }

        token = default;
        return false;
    }

    private static bool IsWord(byte c) => char.IsAsciiLetterOrDigit((char)c) || c is (byte)'_' or (byte)'$' or >= 0x80;

    private bool SkipSpaceOrComment(byte c)
    {
        var next = _at + 1 < _text.Length ? _text[_at + 1] : (byte)0;
        if (c <= ' ')
        {
            _at++;
        }
        else if (c == '#' || (c == '-' && next == '-' && (_at + 2 == _text.Length || _text[_at + 2] <= ' ')))
        {
            var end = _text[_at..].IndexOf((byte)'\n');
            _at = end < 0 ? _text.Length : _at + end + 1;
        }
        else if (c == '/' && next == '*')
        {
            SkipBlockComment();
        }
        else if (c == '*' && next == '/')
        {
            _at += 2; // the end of an executed comment
        }
        else
        {
            return false;
        }

        return true;
    }

    private void SkipBlockComment()
    {
        _at += 2;
        var isMariaDbs = _isMariaDb && _at + 1 < _text.Length && _text[_at] == 'M' && _text[_at + 1] == '!';
        if (isMariaDbs || (_at < _text.Length && _text[_at] == '!'))
        {
            _at += isMariaDbs ? 2 : 1;
            while (_at < _text.Length && char.IsAsciiDigit((char)_text[_at]))
            {
                _at++;
            }

            return;
        }

        var end = _text[_at..].IndexOf("*/"u8);
        _at = end < 0 ? _text.Length : _at + end + 2;
    }

    private static byte Escaped(byte c) => c switch
    {
        (byte)'0' => 0,
        (byte)'b' => (byte)'\b',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        (byte)'Z' => 0x1A,
        _ => c,
    };

    private string ReadQuoted(byte quote, bool escapes)
    {
        var text = new List<byte>();
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            var length = _charset.LengthOfFirst(_text[_at..]);
            if (length > 1)
            {
                text.AddRange(_text.Slice(_at, length));
                _at += length - 1;
            }
            else if (escapes && c == '\\' && _at + 1 < _text.Length)
            {
                _at++;
                text.Add(Escaped(_text[_at]));
            }
            else if (c != quote)
            {
                text.Add(c);
            }
            else if (_at + 1 < _text.Length && _text[_at + 1] == quote)
            {
                _at++;
                text.Add(c);
            }
            else
            {
                _at++;
                break;
            }
        }

        return _charset.Decode([.. text]);
    }
}
