using System.Text;
using System.Text.RegularExpressions;

namespace CdcLake.Flink.Sql;

// .NET                     Java
//
// . ^ $                    (?d): only \n ends a line
// IgnoreCase               (?iu)
// \d \w \s                 \p{Nd}  [\p{L}\p{Mn}\p{Nd}\p{Pc}]  [\s\x85\p{Z}]        Java's own are ASCII
// \. and other signs       the same
//
// All else that begins with a backslash or (? means something else in one of the two, or is not in both: refused.

/// <summary>Regular expressions of .NET as Java reads them.</summary>
internal static class JavaRegex
{
    /// <summary>The pattern that a function was made with.</summary>
    /// <param name="call">Made with the pattern first.</param>
    /// <param name="options">Which part are the options: behind the pattern, and a replacement.</param>
    public static string Of(FunctionCall call, int options)
    {
        var (pattern, set) = (call.Made<string>(0), call.Made<RegexOptions>(Math.Max(options, 1)));
        var unknown = set & ~(RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Compiled | RegexOptions.NonBacktracking);
        if (unknown != RegexOptions.None)
        {
            throw call.Refuse($"option {unknown} of a regular expression is not translated to Java's");
        }

        var text = new StringBuilder(set.HasFlag(RegexOptions.IgnoreCase) ? "(?diu)" : "(?d)");
        var isClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escape(call, pattern[++i], isClass));
                continue;
            }

            var isGroupOption = c == '(' && i + 1 < pattern.Length && pattern[i + 1] == '?' && !pattern.AsSpan(i).StartsWith("(?:");
            var isNested = isClass && (c == '[' || (c == '&' && i + 1 < pattern.Length && pattern[i + 1] == '&') || (c == '-' && i + 1 < pattern.Length && pattern[i + 1] == '['));
            if ((isGroupOption && !isClass) || isNested || (c == '+' && i > 0 && pattern[i - 1] is '+' or '*' or '?' or '}'))
            {
                throw call.Refuse($"\"{pattern}\" has a construct that .NET and Java read differently, at character {i}");
            }

            isClass = c == '[' || (isClass && c != ']');
            text.Append(c);
        }

        return text.ToString();
    }

    private static string Escape(FunctionCall call, char c, bool isClass) => c switch
    {
        'd' => @"\p{Nd}",
        'w' => isClass ? @"\p{L}\p{Mn}\p{Nd}\p{Pc}" : @"[\p{L}\p{Mn}\p{Nd}\p{Pc}]",
        's' => isClass ? @"\s\x85\p{Z}" : @"[\s\x85\p{Z}]",
        't' or 'n' or 'r' => $@"\{c}",
        _ when !char.IsAsciiLetterOrDigit(c) && c < 128 => $@"\{c}",
        _ => throw call.Refuse($@"\{c} of a regular expression is not translated to Java's"),
    };
}
