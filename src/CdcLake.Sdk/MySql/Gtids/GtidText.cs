using System.Globalization;
using System.Text;

namespace CdcLake.MySql.Gtids;

// Text form of a GTID set, white space anywhere between the parts:
//
//   set      = [ source *( "," source ) ]
//   source   = uuid *( ":" part )
//   part     = interval | tag            an interval belongs to the last tag before it, or to none
//   interval = number [ "-" number ]     both ends included; an interval that ends before it starts is empty
//
// Source: MySQL reference manual, "GTID Format and Storage".

/// <summary>Parses and prints GTID sets. Printing uses "," without line breaks, so that the text fits one property value.</summary>
internal static class GtidText
{
    private const int MaxTagLength = 32;

    /// <summary>Adds every interval of <paramref name="text"/>; false, with the offending part, when it is not a GTID set.</summary>
    public static bool TryParse(string text, GtidSetBuilder target, out string problem)
    {
        bool? ofDomains = null;
        foreach (var source in text.Split(','))
        {
            var parts = source.Split(':');
            if (parts.Length == 1 && string.IsNullOrWhiteSpace(source))
            {
                continue;
            }

            problem = source.Trim();
            if (DomainText.IsOne(problem))
            {
                if (ofDomains == false || !DomainText.TryParse(problem, target))
                {
                    return false;
                }

                ofDomains = true;
                continue;
            }

            if (ofDomains == true)
            {
                return false;
            }

            ofDomains = false;
            if (!GtidSource.TryParse(parts[0], out var server) || parts.Length == 1)
            {
                return false;
            }

            var tag = "";
            for (var i = 1; i < parts.Length; i++)
            {
                var part = parts[i].Trim();
                if (part.Length > 0 && (char.IsAsciiLetter(part[0]) || part[0] == '_'))
                {
                    if (!IsTag(part))
                    {
                        return false;
                    }

                    tag = part.ToLowerInvariant();
                }
                else if (!TryParseInterval(part, out var first, out var last))
                {
                    return false;
                }
                else if (last >= first)
                {
                    target.AddRange(server, tag, first, last + 1);
                }
            }
        }

        problem = "";
        return true;
    }

    public static void Append(StringBuilder text, GtidInterval interval)
    {
        text.Append(':').Append(interval.Start.ToString(CultureInfo.InvariantCulture));
        if (interval.End - interval.Start > 1)
        {
            text.Append('-').Append((interval.End - 1).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>True for a letter or underscore followed by at most 31 letters, digits or underscores.</summary>
    public static bool IsTag(string text)
    {
        if (text.Length is 0 or > MaxTagLength || char.IsAsciiDigit(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryParseInterval(string part, out long first, out long last)
    {
        var dash = part.IndexOf('-', StringComparison.Ordinal);
        var head = dash < 0 ? part : part[..dash].Trim();
        var tail = dash < 0 ? part : part[(dash + 1)..].Trim();
        last = 0;
        return long.TryParse(head, NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && long.TryParse(tail, NumberStyles.None, CultureInfo.InvariantCulture, out last)
            && first > 0 && last < long.MaxValue;
    }
}
