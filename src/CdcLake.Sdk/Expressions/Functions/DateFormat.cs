using System.Buffers.Text;
using System.Text;

namespace CdcLake.Expressions.Functions;

/// <summary>
/// A format of dates and times, of parts with a fixed number of digits: <c>yyyy yy MM dd HH mm ss</c>, <c>f</c> to <c>ffffff</c>, text in quotes, and characters that are no letters.
/// </summary>
internal sealed class DateFormat
{
    private readonly string _text;
    private readonly List<(char Part, byte[] Literal, int Length)> _parts = [];

    private DateFormat(string text) => _text = text;

    /// <summary>Its parts: the letter that is repeated, and the text of the format; no letter for text that stands for itself.</summary>
    public IEnumerable<(char? Letter, string Text)> Parts =>
        _parts.Select(p => p.Part == '\0' ? ((char?)null, Encoding.UTF8.GetString(p.Literal)) : (p.Part, new string(p.Part, p.Length)));

    /// <summary>Bytes of every text it makes.</summary>
    public int Length { get; private set; }

    /// <summary>Null when the format has parts that are not supported.</summary>
    public static DateFormat? Parse(string text)
    {
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

            if ((c, end - i) is not (('y', 4 or 2) or ('M' or 'd' or 'H' or 'm' or 's', 2) or ('f', >= 1 and <= 6)))
            {
                return null;
            }

            format.Add(c, [], end - i);
            i = end;
        }

        return format._parts.Count == 0 ? null : format;
    }

    public void Write(DateTime time, Span<byte> target)
    {
        foreach (var (part, literal, length) in _parts)
        {
            if (part == '\0')
            {
                literal.CopyTo(target);
                target = target[literal.Length..];
                continue;
            }

            var value = part switch
            {
                'y' => length == 2 ? time.Year % 100 : time.Year,
                'M' => time.Month,
                'd' => time.Day,
                'H' => time.Hour,
                'm' => time.Minute,
                's' => time.Second,
                _ => (int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond) / PowerOfTen(6 - length),
            };
            Utf8Formatter.TryFormat(value, target, out _, new System.Buffers.StandardFormat('D', (byte)length));
            target = target[length..];
        }
    }

    public override string ToString() => _text;

    private static int PowerOfTen(int exponent) => exponent == 0 ? 1 : 10 * PowerOfTen(exponent - 1);

    private void Add(char part, byte[] literal, int length)
    {
        _parts.Add((part, literal, length));
        Length += part == '\0' ? literal.Length : length;
    }
}
