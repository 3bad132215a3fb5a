using System.Buffers.Text;
using System.Text;

namespace CdcLake.Expressions.Functions;

// As MySQL reads them (STR_TO_DATE): space before each part is passed over, a part takes as many digits as it may have or fewer, a year of at most two digits lies in 1970 to 2069, a text may end before
// its format, whose other parts are 0 then, and may go on behind it. What is no day of the calendar is null.

/// <summary>Reads texts of a <see cref="DateFormat"/>.</summary>
internal sealed class DateParser(DateFormat format)
{
    private const int Century = 100;
    private const int FirstYear = 70;

    private readonly List<(char? Letter, byte[] Text, int Length)> _parts = [.. format.Parts.Select(p => (p.Letter, Encoding.UTF8.GetBytes(p.Text), p.Text.Length))];

    /// <summary>False for a text that is not of the format, and for one that is no day.</summary>
    public bool TryParse(ReadOnlySpan<byte> text, out DateTime time)
    {
        var read = default(Parts);
        time = default;
        foreach (var (letter, literal, length) in _parts)
        {
            if (letter is null)
            {
                if (!Skip(literal, ref text))
                {
                    return false;
                }

                continue;
            }

            text = text.TrimStart(Spaces);
            if (text.IsEmpty)
            {
                break;
            }

            if (!Read(letter.Value, length, ref text, ref read))
            {
                return false;
            }
        }

        return read.TryTime(out time);
    }

    private static ReadOnlySpan<byte> Spaces => " \t\n\v\f\r"u8;

    /// <summary>Passes over text that stands for itself, in which space stands for any.</summary>
    private static bool Skip(byte[] literal, ref ReadOnlySpan<byte> text)
    {
        foreach (var c in literal)
        {
            text = text.TrimStart(Spaces);
            if (text.IsEmpty)
            {
                return true;
            }

            if (Spaces.Contains(c))
            {
                continue;
            }

            if (text[0] != c)
            {
                return false;
            }

            text = text[1..];
        }

        return true;
    }

    private static bool Read(char letter, int length, ref ReadOnlySpan<byte> text, ref Parts read)
    {
        var most = letter switch
        {
            'y' => length,
            'f' => 6,
            _ => 2,
        };
        var digits = text[..Math.Min(most, text.Length)];
        if (!Utf8Parser.TryParse(digits, out int value, out var used) || digits[0] == (byte)'-')
        {
            return false;
        }

        text = text[used..];
        switch (letter)
        {
            case 'y':
                read.Year = used > 2 ? value : value + (value < FirstYear ? 20 * Century : 19 * Century);
                break;
            case 'M':
                read.Month = value;
                break;
            case 'd':
                read.Day = value;
                break;
            case 'H':
                read.Hour = value;
                break;
            case 'm':
                read.Minute = value;
                break;
            case 's':
                read.Second = value;
                break;
            default:
                for (; used < 6; used++)
                {
                    value *= 10;
                }

                read.Microsecond = value;
                break;
        }

        return true;
    }

    private struct Parts
    {
        public int Year;
        public int Month;
        public int Day;
        public int Hour;
        public int Minute;
        public int Second;
        public int Microsecond;

        public readonly bool TryTime(out DateTime time)
        {
            var isTime = Year is >= 1 and <= 9999 && Month is >= 1 and <= 12 && Day >= 1 && Day <= DateTime.DaysInMonth(Year, Month) && Hour <= 23 && Minute <= 59 && Second <= 59;
            time = isTime ? new DateTime(Year, Month, Day, Hour, Minute, Second).AddMicroseconds(Microsecond) : default;
            return isTime;
        }
    }
}
