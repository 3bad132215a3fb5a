using System.Text;

namespace CdcLake.Flink.Sql;

/// <summary>Patterns of LIKE with another escape character: Flink 1.20 does not take a backslash.</summary>
internal static class LikePatternSql
{
    private const char Escape = '!';

    /// <summary>The literal and, where it needs one, its escape.</summary>
    /// <param name="pattern">In UTF-8; a backslash takes the next character as it is.</param>
    public static string Of(ReadOnlySpan<byte> pattern)
    {
        var text = Encoding.UTF8.GetString(pattern);
        var translated = new StringBuilder();
        var isEscaped = false;
        for (var i = 0; i < text.Length; i++)
        {
            var isLiteral = text[i] == '\\' && i + 1 < text.Length;
            var c = isLiteral ? text[++i] : text[i];
            if (c == Escape || (isLiteral && c is '%' or '_'))
            {
                isEscaped = true;
                translated.Append(Escape);
            }

            translated.Append(c);
        }

        return FlinkText.Literal(translated.ToString()) + (isEscaped ? $" ESCAPE '{Escape}'" : "");
    }
}
