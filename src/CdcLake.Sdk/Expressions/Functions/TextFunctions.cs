using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using CdcLake.Columnar;
using CdcLake.Expressions.Kernels;

namespace CdcLake.Expressions.Functions;

/// <summary>Functions of text. Characters are Unicode code points, as in MySQL; comparisons are by bytes.</summary>
internal static class TextFunctions
{
    /// <summary>Position of a text in another, counted from 0; −1 where it is not.</summary>
    public static readonly ScalarFunction IndexOf = new(
        "IndexOf", [ArgumentRule.Text, ArgumentRule.Text], DataType.Int32, r => r.Put(Position(r.Text(0), r.Text(1), r.Text(0).IndexOf(r.Text(1)))));

    /// <summary>The same from the end.</summary>
    public static readonly ScalarFunction LastIndexOf = new(
        "LastIndexOf", [ArgumentRule.Text, ArgumentRule.Text], DataType.Int32, r => r.Put(Position(r.Text(0), r.Text(1), r.Text(0).LastIndexOf(r.Text(1)))));

    /// <summary>Filled up on the left to a number of characters; longer text stays whole.</summary>
    public static readonly ScalarFunction PadLeft = new("PadLeft", [ArgumentRule.Text, ArgumentRule.Integer, ArgumentRule.Text], DataType.String, r => Pad(r, left: true)) { CanFail = true };

    public static readonly ScalarFunction PadRight = new("PadRight", [ArgumentRule.Text, ArgumentRule.Integer, ArgumentRule.Text], DataType.String, r => Pad(r, left: false)) { CanFail = true };

    /// <summary>One of the parts between separators, counted from 0; null where there are not as many.</summary>
    public static readonly ScalarFunction Part = new(
        "Part", [ArgumentRule.Text, ArgumentRule.Text, ArgumentRule.Integer], DataType.String, r => PartOf(r, r.Text(0), r.Text(1), r.Long(2))) { MayBeNull = true };

    /// <summary>SQL's LIKE: <c>%</c> is any text, <c>_</c> one character, a backslash takes the next character as it is.</summary>
    public static readonly ScalarFunction Like = new("Like", [ArgumentRule.Text, ArgumentRule.Text], DataType.Boolean, r => r.Put(IsLike(r.Text(0), r.Text(1))));

    /// <summary>Whether a regular expression of .NET, without culture, is found in a text.</summary>
    public static ScalarFunction Matches(string pattern, RegexOptions options)
    {
        var regex = Create(pattern, options);
        return new($"Matches({pattern.Length}:{pattern},{(int)options})", [ArgumentRule.Text], DataType.Boolean, r => r.Put(IsMatch(regex, r.Text(0))));
    }

    /// <summary>Every match of a regular expression replaced; <c>$1</c> in the replacement is its first group.</summary>
    public static ScalarFunction Substitute(string pattern, string replacement, RegexOptions options)
    {
        var regex = Create(pattern, options);
        return new(
            $"Substitute({pattern.Length}:{pattern},{replacement.Length}:{replacement},{(int)options})", [ArgumentRule.Text], DataType.String,
            r => r.Put(Encoding.UTF8.GetBytes(regex.Replace(Encoding.UTF8.GetString(r.Text(0)), replacement))));
    }

    /// <summary>Without backtracking where the pattern allows it: no text can then take more than linear time.</summary>
    private static Regex Create(string pattern, RegexOptions options)
    {
        options = (options & ~RegexOptions.Compiled) | RegexOptions.CultureInvariant;
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, options, Regex.InfiniteMatchTimeout);
        }
    }

    private static bool IsMatch(Regex regex, ReadOnlySpan<byte> text)
    {
        var characters = ArrayPool<char>.Shared.Rent(text.Length);
        var isMatch = regex.IsMatch(characters.AsSpan(0, Encoding.UTF8.GetChars(text, characters)));
        ArrayPool<char>.Shared.Return(characters);
        return isMatch;
    }

    private static long Position(ReadOnlySpan<byte> text, ReadOnlySpan<byte> search, int at) => search.IsEmpty && at != 0 ? Utf8.Length(text) : at < 0 ? -1 : Utf8.Length(text[..at]);

    private static FunctionOutcome Pad(FunctionRow row, bool left)
    {
        var text = row.Text(0);
        var fill = row.Text(2);
        var missing = row.Long(1) - Utf8.Length(text);
        if (missing <= 0 || fill.IsEmpty)
        {
            return row.Put(text);
        }

        if ((missing * fill.Length) + text.Length > int.MaxValue / 2)
        {
            return FunctionOutcome.Overflow;
        }

        var target = row.PutText(text.Length + ((int)missing * fill.Length));
        text.CopyTo(left ? target[^text.Length..] : target);
        target = left ? target[..^text.Length] : target[text.Length..];
        for (; !target.IsEmpty; target = target[fill.Length..])
        {
            fill.CopyTo(target);
        }

        return FunctionOutcome.Value;
    }

    private static FunctionOutcome PartOf(FunctionRow row, ReadOnlySpan<byte> text, ReadOnlySpan<byte> separator, long part)
    {
        if (part < 0)
        {
            return FunctionOutcome.Null;
        }

        for (; part > 0; part--)
        {
            var at = separator.IsEmpty ? -1 : text.IndexOf(separator);
            if (at < 0)
            {
                return FunctionOutcome.Null;
            }

            text = text[(at + separator.Length)..];
        }

        var end = separator.IsEmpty ? -1 : text.IndexOf(separator);
        return row.Put(end < 0 ? text : text[..end]);
    }

    private static bool IsLike(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern)
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

            if (pattern.IsEmpty ? text.IsEmpty : TryOne(ref text, ref pattern))
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

    private static bool TryOne(ref ReadOnlySpan<byte> text, ref ReadOnlySpan<byte> pattern)
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
        if (literal[0] != text[0])
        {
            return false;
        }

        text = text[1..];
        pattern = literal[1..];
        return true;
    }
}
