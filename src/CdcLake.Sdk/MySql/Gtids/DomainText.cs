using System.Buffers;
using System.Globalization;
using System.Text;

namespace CdcLake.MySql.Gtids;

// Text form of a domain of MariaDB. As MariaDB prints positions it is one transaction for each domain, which stands for all before it:
//
//   domain = number "-" server "-" last *( ":" part )     all numbers up to last, and those of the parts
//          | number 1*( ":" part )                         those of the parts alone
//   part   = first "-" server "-" last                     both ends included; server committed the last one
//
// Parts are ours: only while an XA transaction is prepared and not decided, or in messages, are numbers left out.
// Source: MariaDB documentation, "Global Transaction ID".

/// <summary>Parses and prints what a set of transactions has of one domain.</summary>
internal static class DomainText
{
    private const int MaxDigits = 10; // of a domain, 32 bits
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789-");

    /// <summary>True for what can only be a domain: a UUID has four dashes before the first colon, or 32 digits.</summary>
    public static bool IsOne(string text)
    {
        var head = text.AsSpan();
        head = head.IndexOf(':') is >= 0 and var colon ? head[..colon] : head;
        return head.Length > 0 && !head.ContainsAnyExcept(Digits) && head.Count('-') is var dashes && (dashes == 2 || (dashes == 0 && head.Length <= MaxDigits && head.Length < text.Length));
    }

    /// <summary>Adds what <paramref name="text"/> names; false when it is malformed.</summary>
    public static bool TryParse(string text, GtidSetBuilder target)
    {
        var parts = text.Split(':');
        var head = parts[0].Split('-');
        if (head.Length is not (1 or 3) || !TryNumber(head[0], out uint domain))
        {
            return false;
        }

        if (head.Length == 3 && !TryAdd(target, domain, "1", head[1], head[2]))
        {
            return false;
        }

        return (head.Length == 3 || parts.Length > 1) && parts.Skip(1).All(p => p.Split('-') is [var first, var server, var last] && TryAdd(target, domain, first, server, last));
    }

    public static void Append(StringBuilder text, uint domain, ReadOnlySpan<GtidInterval> intervals)
    {
        text.Append(CultureInfo.InvariantCulture, $"{domain}");
        foreach (var (start, end, server) in intervals)
        {
            if (start == 1)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{server}-{end - 1}");
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $":{start}-{server}-{end - 1}");
            }
        }
    }

    private static bool TryAdd(GtidSetBuilder target, uint domain, string first, string server, string last)
    {
        if (!TryNumber(server, out uint by) || !TryNumber(first, out long from) || !TryNumber(last, out long to) || from < 1 || to < from || to == long.MaxValue)
        {
            return false;
        }

        target.AddRange(GtidSource.OfDomain(domain), Gtid.DomainTag, from, to + 1, by);
        return true;
    }

    private static bool TryNumber<T>(string text, out T number)
        where T : struct, IParsable<T>, System.Numerics.INumberBase<T> => T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
