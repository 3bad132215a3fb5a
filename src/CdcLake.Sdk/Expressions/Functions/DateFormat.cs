using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CdcLake.Expressions.Functions;

/// <summary>
/// A format of dates and times, of C#'s parts: <c>yyyy yy MMMM MMM MM M dddd ddd dd d HH H hh h mm m ss s tt</c>, <c>f</c> to <c>ffffff</c>, text in quotes, and characters that are no letters. Names are
/// English, as MySQL's are unless it is told otherwise.
/// </summary>
internal sealed class DateFormat
{
    private readonly string _text;
    private readonly List<(char Part, byte[] Literal, int Length)> _parts = [];

    private DateFormat(string text) => _text = text;

    /// <summary>Its parts: the letter that is repeated, and the text of the format; no letter for text that stands for itself.</summary>
    public IEnumerable<(char? Letter, string Text)> Parts =>
        _parts.Select(p => p.Part == '\0' ? ((char?)null, Encoding.UTF8.GetString(p.Literal)) : (p.Part, new string(p.Part, p.Length)));

    /// <summary>Most bytes of a text it makes.</summary>
    public int Length { get; private set; }

    /// <summary>True when all texts that it makes have that length.</summary>
    public bool IsFixed { get; private set; } = true;

    /// <summary>True when all of its parts are digits that are filled up with zeros, so that texts can be read by it.</summary>
    public bool IsReadable => _parts.TrueForAll(p => p.Part is '\0' or 'f' or 'y' || (p.Part is not ('h' or 't') && p.Length == 2));

    /// <summary>Null when the format has parts that are not supported.</summary>
    public static DateFormat? Parse(string text)
    {
        if (text.Length == 1)
        {
            return null; // one of .NET's standard formats
        }

        var format = new DateFormat(text);
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            var end = i + 1;
            if (c is '\'' or '"')
            {
                end = text.IndexOf(c, i + 1);
                if (end < 0)
                {
                    return null;
                }

                format.Add('\0', Encoding.UTF8.GetBytes(text[(i + 1)..end]), -1);
                i = end + 1;
                continue;
            }

            if (!char.IsLetter(c))
            {
                if (c is '%' or '\\' || char.IsSurrogate(c))
                {
                    return null;
                }

                format.Add('\0', Encoding.UTF8.GetBytes([c]), -1);
                i++;
                continue;
            }

            while (end < text.Length && text[end] == c)
            {
                end++;
            }

            if ((c, end - i) is not (('y', 4 or 2) or ('M' or 'd', <= 4) or ('H' or 'h' or 'm' or 's', <= 2) or ('t', 2) or ('f', <= 6)))
            {
                return null;
            }

            format.Add(c, [], end - i);
            i = end;
        }

        return format._parts.Count == 0 ? null : format;
    }

    /// <summary>Writes a text of at most <see cref="Length"/> bytes; gives how many there are.</summary>
    public int Write(DateTime time, Span<byte> target)
    {
        var start = target.Length;
        foreach (var (part, literal, length) in _parts)
        {
            if (part == '\0')
            {
                literal.CopyTo(target);
                target = target[literal.Length..];
            }
            else if (NameOf(part, length, time) is { } name)
            {
                target = target[Encoding.UTF8.GetBytes(name, target)..];
            }
            else
            {
                var standard = length == 1 && part != 'f' ? default : new StandardFormat('D', (byte)length);
                Utf8Formatter.TryFormat(Number(part, length, time), target, out var written, standard);
                target = target[written..];
            }
        }

        return start - target.Length;
    }

    private static string? NameOf(char part, int length, DateTime time) => (part, length) switch
    {
        ('M', 3) => Names.GetAbbreviatedMonthName(time.Month),
        ('M', 4) => Names.GetMonthName(time.Month),
        ('d', 3) => Names.GetAbbreviatedDayName(time.DayOfWeek),
        ('d', 4) => Names.GetDayName(time.DayOfWeek),
        ('t', _) => time.Hour < 12 ? "AM" : "PM",
        _ => null,
    };

    private static int Number(char part, int length, DateTime time) => part switch
    {
        'y' => length == 2 ? time.Year % 100 : time.Year,
        'M' => time.Month,
        'd' => time.Day,
        'H' => time.Hour,
        'h' => (time.Hour + 11) % 12 + 1,
        'm' => time.Minute,
        's' => time.Second,
        _ => (int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond) / PowerOfTen(6 - length),
    };

    private static DateTimeFormatInfo Names => CultureInfo.InvariantCulture.DateTimeFormat;

    public override string ToString() => _text;

    private static int PowerOfTen(int exponent) => exponent == 0 ? 1 : 10 * PowerOfTen(exponent - 1);

    private void Add(char part, byte[] literal, int length)
    {
        const int LongestName = 9;
        _parts.Add((part, literal, length));
        IsFixed &= part is '\0' or 'f' or 'y' || length is 2 or 3;
        Length += part == '\0' ? literal.Length : part is 'M' or 'd' && length == 4 ? LongestName : Math.Max(length, part == 'f' ? 1 : 2);
    }
}
