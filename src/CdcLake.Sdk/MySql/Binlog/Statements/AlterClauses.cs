namespace CdcLake.MySql.Binlog.Statements;

/// <summary>Tells whether ALTER TABLE touches only what rows do not show: secondary indexes, comments, the next AUTO_INCREMENT value.</summary>
internal static class AlterClauses
{
    /// <param name="tokens">The whole statement.</param>
    /// <param name="at">Index behind the table's name.</param>
    /// <returns>False as soon as one clause is not known to be harmless.</returns>
    public static bool AreHarmless(StatementText tokens, int at)
    {
        var depth = 0;
        var startsClause = true;
        for (var any = false; ; at++)
        {
            if (at >= tokens.Count)
            {
                return any && depth == 0;
            }

            if (startsClause && !IsHarmless(tokens, at))
            {
                return false;
            }

            any = true;
            depth += tokens[at].Is('(') ? 1 : tokens[at].Is(')') ? -1 : 0;
            startsClause = depth == 0 && tokens[at].Is(',');
        }
    }

    private static bool IsHarmless(StatementText tokens, int at)
    {
        var next = tokens[at + 1];
        var onIndex = next.Is("INDEX") || next.Is("KEY");
        return tokens[at].Text.ToUpperInvariant() switch
        {
            "ADD" => onIndex || next.Is("UNIQUE") || next.Is("FULLTEXT") || next.Is("SPATIAL"),
            "DROP" or "RENAME" or "ALTER" => onIndex,
            "COMMENT" or "AUTO_INCREMENT" or "ALGORITHM" or "LOCK" => tokens[at].Kind == SqlTokenKind.Word,
            _ => false,
        };
    }
}
