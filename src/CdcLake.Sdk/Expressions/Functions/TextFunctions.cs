using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Expressions.Kernels;

namespace CdcLake.Expressions.Functions;

/// <summary>Functions of text. Characters are Unicode code points, as in MySQL; what searches goes by a collation where there is one, else by bytes.</summary>
internal static class TextFunctions
{
    /// <summary>Position of a text in another, counted from 0; −1 where it is not.</summary>
    public static readonly ScalarFunction IndexOf = new(
        "IndexOf", [ArgumentRule.Text, ArgumentRule.Text], DataType.Int32, r => r.Put(Position(r.Text(0), r.Text(1), r.Text(0).IndexOf(r.Text(1)))))
    {
        By = collation => new($"IndexOf({collation})", [ArgumentRule.Text, ArgumentRule.Text], DataType.Int32, r => r.Put(Position(r.Text(0), TextSearch.IndexOf(r.Text(0), r.Text(1), collation)))) { ComparedBy = collation },
    };

    /// <summary>The same from the end.</summary>
    public static readonly ScalarFunction LastIndexOf = new(
        "LastIndexOf", [ArgumentRule.Text, ArgumentRule.Text], DataType.Int32, r => r.Put(Position(r.Text(0), r.Text(1), r.Text(0).LastIndexOf(r.Text(1)))))
    {
        By = collation => new(
            $"LastIndexOf({collation})", [ArgumentRule.Text, ArgumentRule.Text], DataType.Int32, r => r.Put(Position(r.Text(0), TextSearch.LastIndexOf(r.Text(0), r.Text(1), collation)))) { ComparedBy = collation },
    };

    /// <summary>Filled up on the left to a number of characters; longer text stays whole.</summary>
    public static readonly ScalarFunction PadLeft = new("PadLeft", [ArgumentRule.Text, ArgumentRule.Integer, ArgumentRule.Text], DataType.String, r => Pad(r, left: true)) { CanFail = true };

    public static readonly ScalarFunction PadRight = new("PadRight", [ArgumentRule.Text, ArgumentRule.Integer, ArgumentRule.Text], DataType.String, r => Pad(r, left: false)) { CanFail = true };

    /// <summary>One of the parts between separators, counted from 0; null where there are not as many.</summary>
    public static readonly ScalarFunction Part = new(
        "Part", [ArgumentRule.Text, ArgumentRule.Text, ArgumentRule.Integer], DataType.String, r => PartOf(r, r.Text(0), r.Text(1), r.Long(2))) { MayBeNull = true };

    /// <summary>SQL's LIKE: <c>%</c> is any text, <c>_</c> one character, a backslash takes the next character as it is.</summary>
    public static readonly ScalarFunction Like = new("Like", [ArgumentRule.Text, ArgumentRule.Text], DataType.Boolean, r => r.Put(LikePattern.Matches(r.Text(0), r.Text(1), TextCollation.Bytes)))
    {
        By = collation => new($"Like({collation})", [ArgumentRule.Text, ArgumentRule.Text], DataType.Boolean, r => r.Put(LikePattern.Matches(r.Text(0), r.Text(1), collation))) { ComparedBy = collation },
    };

    /// <summary>Most fractional digits of <see cref="Grouped"/>.</summary>
    public const int MostDigits = 30;

    /// <summary>The text of a decimal with commas between thousands and so many fractional digits, of which it has no more.</summary>
    public static ScalarFunction Grouped(int digits) => new($"Grouped({digits})", [ArgumentRule.Text], DataType.String, r => r.Put(Group(r.Text(0), digits)));

    /// <summary>Whether a regular expression of .NET, without culture, is found in a text.</summary>
    public static ScalarFunction Matches(string pattern, RegexOptions options)
    {
        var regex = Create(pattern, options);
        return new($"Matches({pattern.Length}:{pattern},{(int)options})", [ArgumentRule.Text], DataType.Boolean, r => r.Put(IsMatch(regex, r.Text(0)))) { With = [pattern, options] };
    }

    /// <summary>Every match of a regular expression replaced; <c>$1</c> in the replacement is its first group.</summary>
    public static ScalarFunction Substitute(string pattern, string replacement, RegexOptions options)
    {
        var regex = Create(pattern, options);
        return new(
            $"Substitute({pattern.Length}:{pattern},{replacement.Length}:{replacement},{(int)options})", [ArgumentRule.Text], DataType.String,
            r => r.Put(Encoding.UTF8.GetBytes(regex.Replace(Encoding.UTF8.GetString(r.Text(0)), replacement)))) { With = [pattern, replacement, options] };
    }

    private static byte[] Group(ReadOnlySpan<byte> number, int digits)
    {
        var sign = number.StartsWith("-"u8) ? 1 : 0;
        var point = number.IndexOf((byte)'.');
        var whole = point < 0 ? number[sign..] : number[sign..point];
        var fraction = point < 0 ? default : number[(point + 1)..];
        var text = new byte[sign + whole.Length + ((whole.Length - 1) / 3) + (digits > 0 ? 1 + digits : 0)];
        text.AsSpan().Fill((byte)'0');
        number[..sign].CopyTo(text);
        var at = sign;
        for (var i = 0; i < whole.Length; i++)
        {
            text[at++] = whole[i];
            if (i < whole.Length - 1 && (whole.Length - 1 - i) % 3 == 0)
            {
                text[at++] = (byte)',';
            }
        }

        if (digits > 0)
        {
            text[at] = (byte)'.';
            fraction.CopyTo(text.AsSpan(at + 1));
        }

        return text;
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

    private static long Position(ReadOnlySpan<byte> text, int at) => at < 0 ? -1 : Utf8.Length(text[..at]);

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
}
