using System.Text;

namespace CdcLake.Flink.Sql;

/// <summary>Statements for people: clauses on lines of their own, at the outermost level.</summary>
internal static class StatementLayout
{
    private static readonly string[] Clauses = [" SELECT ", " FROM ", " WHERE ", " GROUP BY ", " UNION ALL ", " WITH (", " JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN "];

    /// <summary>The statement with line breaks before clauses, after BEGIN and behind each statement of a set; literals and names stay as they are.</summary>
    public static string InLines(string statement)
    {
        var text = new StringBuilder();
        var depth = 0;
        for (var i = 0; i < statement.Length; i++)
        {
            var c = statement[i];
            if (c is '\'' or '`')
            {
                var end = EndOfQuoted(statement, i);
                text.Append(statement, i, end - i);
                i = end - 1;
                continue;
            }

            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            var rest = statement.AsSpan(i);
            if (c == ' ' && depth == 0 && (StartsClause(rest) || rest.StartsWith(" INSERT ") || rest.StartsWith(" END")))
            {
                text.Append('\n');
                continue;
            }

            text.Append(c);
        }

        return text.ToString();
    }

    private static bool StartsClause(ReadOnlySpan<char> rest)
    {
        foreach (var clause in Clauses)
        {
            if (rest.StartsWith(clause, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    // A quote that is doubled stands for itself: what follows is read as another quoted text, which comes to the same.
    private static int EndOfQuoted(string statement, int start)
    {
        var end = statement.IndexOf(statement[start], start + 1);
        return end < 0 ? statement.Length : end + 1;
    }
}
