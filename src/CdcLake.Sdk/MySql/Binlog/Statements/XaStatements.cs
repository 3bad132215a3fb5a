using System.Globalization;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.MySql.Binlog.Statements;

/// <summary>XA START, END, COMMIT and ROLLBACK, as the server writes them: <c>XA COMMIT X'61',X'',1</c>.</summary>
internal static class XaStatements
{
    public static Statement Scan(StatementText text)
    {
        var kind = text.Has(1, "START") || text.Has(1, "BEGIN") ? StatementKind.Begin
            : text.Has(1, "END") ? StatementKind.Inside
            : text.Has(1, "COMMIT") ? StatementKind.XaCommit
            : text.Has(1, "ROLLBACK") ? StatementKind.XaRollback
            : StatementKind.Unknown;
        return Statement.Of(kind) with { Xa = ReadId(text, 2) };
    }

    private static XaId? ReadId(StatementText text, int at)
    {
        var isId = text.Has(at, "X") && IsHex(text[at + 1]) && text.Has(at + 2, ',') && text.Has(at + 3, "X") && IsHex(text[at + 4]) && text.Has(at + 5, ',');
        return isId && text[at + 6].IsName && uint.TryParse(text[at + 6].Text, NumberStyles.None, CultureInfo.InvariantCulture, out var format)
            ? new XaId(format, text[at + 1].Text.ToUpperInvariant(), text[at + 4].Text.ToUpperInvariant())
            : null;
    }

    private static bool IsHex(SqlToken token) => token.Kind == SqlTokenKind.Literal && token.Text.All(char.IsAsciiHexDigit);
}
