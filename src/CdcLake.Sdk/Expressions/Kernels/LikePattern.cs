using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions.Kernels;

/// <summary>SQL's LIKE: <c>%</c> is any text, <c>_</c> one character, a backslash takes the next character as it is.</summary>
internal static class LikePattern
{
    public static bool Matches(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, TextCollation collation)
    {
        // Where the last % was tried: it takes one character more each time the rest does not fit.
        ReadOnlySpan<byte> retryText = default;
        ReadOnlySpan<byte> retryPattern = default;
        var canRetry = false;
        while (true)
        {
            if (!pattern.IsEmpty && pattern[0] == '%')
            {
                pattern = pattern[1..];
                retryText = text;
                retryPattern = pattern;
                canRetry = true;
                continue;
            }

            if (pattern.IsEmpty ? text.IsEmpty : TryOne(ref text, ref pattern, collation))
            {
                if (pattern.IsEmpty && text.IsEmpty)
                {
                    return true;
                }

                continue;
            }

            if (!canRetry || retryText.IsEmpty)
            {
                return false;
            }

            retryText = retryText[Utf8.OffsetOf(retryText, 1)..];
            text = retryText;
            pattern = retryPattern;
        }
    }

    private static bool TryOne(ref ReadOnlySpan<byte> text, ref ReadOnlySpan<byte> pattern, TextCollation collation)
    {
        if (text.IsEmpty)
        {
            return false;
        }

        if (pattern[0] == '_')
        {
            text = text[Utf8.OffsetOf(text, 1)..];
            pattern = pattern[1..];
            return true;
        }

        var literal = pattern[0] == '\\' && pattern.Length > 1 ? pattern[1..] : pattern;
        if (!TextSearch.TryTake(ref text, ref literal, collation))
        {
            return false;
        }

        pattern = literal;
        return true;
    }
}
